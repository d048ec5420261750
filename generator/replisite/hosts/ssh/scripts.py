"""The scripts that the other machine's shell runs (POSIX.1-2024, with a fallback where a program is older).

``$1`` is the folder of the releases; each script names its other words.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ABANDON",
    "BEGIN",
    "FINISH",
    "GO_ON",
    "LISTING",
    "NAMES",
    "NOT_OURS",
    "NO_LINK",
    "NO_RELEASE",
    "PATHS",
    "PROBE_DISK",
    "RELEASE_LOCK",
    "REMOVE",
    "RENEW_LOCK",
    "STREAM",
    "TAKE_LOCK",
]

NO_LINK: Final = 41
NO_RELEASE: Final = 42
NOT_OURS: Final = 43
"""The exit statuses of the scripts, beside those of the programs that they run."""

_STREAMS: Final = r"""
streams() {
    both=$(printf 'abcdef' | { dd bs=3 count=1 iflag=fullblock; printf ' '; cat; })
    [ "$both" = 'abc def' ] && printf 'x\0' | xargs -0 true && dd if=/dev/zero bs=1024 count=1 | tar -xomf -
}
if streams >/dev/null 2>&1; then echo stream; else echo single; fi
"""
"""Print whether files can be sent as a stream: dd must read exactly as many bytes as it is asked for."""

BEGIN: Final = (
    r"""
set -e
cd -- "$1"
if [ -e current ] && [ ! -h current ]; then exit 41; fi
live=$(readlink current 2>/dev/null) || live=
set -- "$1" "$2" "${live##*/}"
mkdir -p releases
cd releases
for left in .*.part .*.begun; do
    if [ -d "$left" ]; then rm -rf -- "$left"; fi
done
if [ -n "$3" ] && [ -d "$3" ]; then
    if ! cp -al -- "$3" ".$2.begun" 2>/dev/null; then
        to=$PWD/.$2.begun
        mkdir -p -- "$to"
        cd -- "$3"
        export to
        find . -type d -exec sh -c 'for name do mkdir -p -- "$to/$name" || exit; done' sh {} +
        find . -type f -exec sh -c '
            for name do
                [ -e "$to/$name" ] || ln -- "$name" "$to/$name" 2>/dev/null || cp -p -- "$name" "$to/$name" || exit
            done' sh {} +
        cd ..
    fi
    find ".$2.begun" -type l -exec rm -f -- {} +
else
    mkdir -- ".$2.begun"
fi
mv -- ".$2.begun" ".$2.part"
set +e
if [ -n "$3" ]; then echo based; else echo fresh; fi
"""
    + _STREAMS
)
"""Make a release ``$2`` of hard links to the live one; a file that takes no more links is copied. Print whether there was a
live one. ``cp -l`` is GNU's and the BSDs'. Symbolic links are not ours and are left out."""

GO_ON: Final = (
    r"""
cd -- "$1" || exit
if [ ! -d "releases/.$2.part" ]; then
    if [ ! -d "releases/$2" ] || [ "$(readlink current)" = "releases/$2" ]; then exit 42; fi
    mv -- "releases/$2" "releases/.$2.part" || exit
fi
"""
    + _STREAMS
)
"""Continue a release ``$2`` that was cut short, also one that was whole but never live."""

FINISH: Final = r"""
cd -- "$1" || exit
if [ -n "$3" ] && [ "$(cat .turn 2>/dev/null)" != "$3" ]; then exit 43; fi
cd releases || exit
if [ -d ".$2.part" ]; then
    (cd -- ".$2.part" && find . -depth -type d -exec rmdir -- {} + 2>/dev/null)
    [ -d ".$2.part" ] || mkdir -- ".$2.part" || exit
    mv -- ".$2.part" "$2" || exit
fi
[ -d "$2" ] || exit 42
sync -f . 2>/dev/null || sync
"""
"""Give a release ``$2`` its name, if the lock still has the content ``$3``, and wait for the disk."""

REMOVE: Final = r"""
cd -- "$1/releases" || exit
shift
rm -rf -- "$@"
"""
"""Remove releases and lists; all words are names."""

ABANDON: Final = r"""
cd -- "$1" 2>/dev/null || exit 0
rm -rf -- "releases/.$2.part" "releases/.$2.begun" "releases/$2.live"
"""

NAMES: Final = r"""
cd -- "$1/releases" 2>/dev/null || exit 0
for name in *; do [ -e "$name" ] && printf '%s\n' "$name"; done
exit 0
"""

LISTING: Final = r"""
cd -- "$1/releases/$2" || exit
if stat -c '%s %n' . >/dev/null 2>&1; then
    find . -type f -exec stat -c '%s %n' -- {} +
else
    find . -type f -exec stat -f '%z %N' -- {} +
fi
"""
"""Print the size and the path of each file of ``$2``; ``stat`` is GNU's and busybox's, or a BSD's."""

PATHS: Final = r"""
cd -- "$1/releases/$2" || exit
find . ! -type d | tr / '\001' | sort | tr '\001' /
"""
"""Print the paths in ``$2`` in the order of live files: folder by folder."""

PROBE_DISK: Final = r"""
cd -- "$1" || exit
if dd if=/dev/zero of=.probe bs=65536 count=1 2>&1; then rm -f .probe; exit 0; fi >&2
rm -f .probe
exit 1
"""
"""Write a file, to get the disk's error: SFTP has one word for most of its errors."""

TAKE_LOCK: Final = r"""
mkdir -p -- "$1" && cd -- "$1" || exit
if [ "$3" = force ]; then
    printf '%s\n' "$2" >.turn.new && mv -f .turn.new .turn && echo ours
    exit
fi
if (set -C; : >.turn) 2>/dev/null; then
    printf '%s\n' "$2" >.turn || { rm -f .turn; exit 1; }
    echo ours
elif [ -e .turn ]; then
    since=$(stat -c %Y .turn 2>/dev/null || stat -f %m .turn) || exit
    echo "$(($(date +%s) - since))"
    cat .turn
else
    : >.turn
fi
"""
"""Make the lock file ``.turn`` with the content ``$2``, if there is none (``set -C`` opens with O_EXCL); or print its age and
content."""

RENEW_LOCK: Final = r"""
cd -- "$1" || exit
if [ "$(cat .turn 2>/dev/null)" != "$2" ]; then exit 43; fi
touch .turn
"""

RELEASE_LOCK: Final = r"""
cd -- "$1" 2>/dev/null || exit 0
if [ "$(cat .turn 2>/dev/null)" = "$2" ]; then rm -f .turn; fi
"""

STREAM: Final = (
    "sh -c 'LC_ALL=C; export LC_ALL; umask 022; CDPATH=; "
    'IFS= read -r folder && cd -- "$folder" || exit; '
    'take() { dd bs="$1" count=1 iflag=fullblock 2>/dev/null; }; '
    "while read -r number how way gone size; do "
    'if [ "$way" != 0 ]; then take "$way" | xargs -0 rm -f -- 2>/dev/null; fi; '
    'output=$(if [ "$gone" != 0 ]; then take "$gone" | xargs -0 rm "$how" -- 2>&1; fi) && '
    'output=$(if [ "$size" != 0 ]; then take "$size" | tar -xomf - 2>&1; fi) || '
    '{ echo "$number no"; printf "%s\\n" "$output" >&2; exit 1; }; '
    'echo "$number yes"; '
    "done'"
)
"""Take batches, one after the other, until there are no more or one fails.

The first line is a folder. A batch begins with a line: its number, the option of rm(1), and three lengths in bytes: of
paths that may be in the way, of paths to remove, each with NUL at its end, and of a tar archive. These follow.
"""
