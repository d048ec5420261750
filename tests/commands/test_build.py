"""The build through its front door: the command line, on a site in a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crawl import walk
from tests.little_site import LittleSite
from tests.pictures import a_photo


def test_each_owner_gets_the_whole_site(little: LittleSite) -> None:
    """Everything of the corporate site is on each active owner's site, and nobody else has one."""
    little.build()
    pages = [
        "about/index.html",
        "index.html",
        "lines/bars/index.html",
        "news/index.html",
        "products/index.html",
    ]
    assert sorted(little.files("jane")) == [*pages, "products/soap/index.html"]
    assert sorted(little.files("omar")) == sorted(little.files("jane"))
    assert not (little.output / "wilma").exists()


def test_the_owner_is_on_every_link_and_page(little: LittleSite) -> None:
    """Links carry the owner's id, and prose names the owner; code is left alone."""
    little.build()
    page = little.page("jane/products/soap/index.html")
    assert 'href="https://shop.little.example/S-1?id=A1"' in page
    assert "Ask Jane. In code <code>{{ distributor.first_name }}</code> stays." in page
    corporate = little.page("products/soap/index.html")
    assert 'href="https://shop.little.example/S-1?id=HOUSE"' in corporate
    assert "Ask Little." in corporate


def test_only_what_is_published_is_shown(little: LittleSite) -> None:
    """The default is first name, last initial and city; a list replaces it."""
    little.build()
    output = b"".join(little.files().values()).decode(errors="replace")
    assert "<bdi>Jane Doe</bdi> +44 1632 960101" in output
    assert "<bdi>Omar A.</bdi>" in output
    for secret in ("jane@example.com", "omar@example.com", "Omar Ali", "Fox"):
        assert secret not in output


@pytest.mark.parametrize(
    ("addresses", "prefix", "home"),
    [
        ('style = "path"', "jane/", "https://www.little.example/jane/"),
        (
            'style = "subdomain"\nhost = "little.example"',
            "_hosts/jane.little.example/",
            "https://jane.little.example/",
        ),
        (
            'style = "domain"\nhost = "little.example"\ndomain_field = "domain"',
            "_hosts/soap-by-jane.example/",
            "https://soap-by-jane.example/",
        ),
    ],
)
@pytest.mark.parametrize("page_urls", ["folder", "file"])
def test_every_style_of_address_works(
    little: LittleSite, addresses: str, prefix: str, home: str, page_urls: str
) -> None:
    """A walk from the home page finds every page, stays on the site, and meets shared files only once."""
    little.write(
        "site.toml",
        (little.root / "site.toml").read_text()
        + f'\n[addresses]\npage_urls = "{page_urls}"\n{addresses}\n'
        + '\n[[roster.fields]]\nname = "domain"\nlabel = "Own domain"\n',
    )
    little.write(
        "content/roster.csv",
        "id,alias,first_name,last_name,publish,domain\n"
        "A1,jane,Jane,Doe,first_name domain,soap-by-jane.example\nA2,omar,Omar,Ali,,\n",
    )
    little.change("themes/little/templates/base.html", "<footer>", "<footer>{{ distributor.url }} ")
    little.build()
    hosts = {"https://www.little.example": "", home.rstrip("/"): prefix} if "_hosts" in prefix else {}
    found = walk(little.output, prefix, hosts)
    assert found.broken == []
    assert home in little.page(f"{prefix}index.html")
    name = "products/soap/index.html" if page_urls == "folder" else "products/soap.html"
    assert f"{prefix}{name}" in found.pages
    assert {"theme/css/little.css", "images/bar.svg"} <= found.shared
    assert all(path.startswith(prefix) for path in found.pages)
    assert [path for path in little.files() if path.endswith("little.css")] == ["theme/css/little.css"]
    assert walk(little.output, "").broken == []


def test_what_is_gone_is_removed_and_the_rest_stays(little: LittleSite) -> None:
    """A distributor who left and a page that was deleted are gone after the next build."""
    little.build()
    little.roster("A1,jane,Jane,Doe,,,,GB,active,,first_name")
    (little.root / "content/pages/about.md").unlink()
    little.build()
    files = little.files()
    assert "jane/index.html" in files
    assert not [path for path in files if path.startswith("omar/") or "about" in path]


def test_two_builds_are_the_same_bytes(little: LittleSite) -> None:
    """The same input gives the same files, manifest and all."""
    little.build()
    first = little.files()
    little.build("--jobs", "1")
    assert little.files() == first


@pytest.mark.parametrize("first_builds", [0, 1])
def test_a_folder_with_foreign_files_is_refused(little: LittleSite, first_builds: int) -> None:
    """What replisite did not write is not touched: the build says what it is and how to go on."""
    for _ in range(first_builds):
        little.build()
    little.write("output/notes.txt", "mine")
    before = little.files()
    done = little.build(code=1)
    assert "holds files that replisite did not write (notes.txt)" in done.stderr
    assert "--output" in done.stderr
    assert little.files() == before


def test_only_builds_some_owners_and_keeps_the_others(little: LittleSite) -> None:
    """With --only a change reaches that owner; the others stay as they were."""
    little.build()
    omar = little.files("omar")
    little.change("content/pages/about.md", "By hand.", "By machine.")
    little.build("--only", "jane")
    assert "By machine." in little.page("jane/about/index.html")
    assert little.files("omar") == omar
    little.build()
    assert "By machine." in little.page("omar/about/index.html")


def test_only_names_an_alias_that_nobody_has(little: LittleSite) -> None:
    """A wrong --only is a usage error that names the nearest alias."""
    done = little.build("--only", "jame", code=2)
    assert 'no distributor has the alias "jame"; did you mean "jane"?' in done.stderr


def test_an_alias_that_is_a_page_is_refused(little: LittleSite) -> None:
    """Nobody can be called as a folder of the corporate site is."""
    little.roster("A1,about,Jane,Doe,,,,GB,active,,", "A2,pr0ducts,Omar,Ali,,,,GB,active,,")
    done = little.build(code=1)
    assert 'content/roster.csv:2: alias "about"' in done.stderr
    assert 'content/roster.csv:3: alias "pr0ducts"' in done.stderr
    assert not little.output.exists()


def test_all_faults_of_all_sources_are_told_in_one_run(little: LittleSite) -> None:
    """site.toml, roster, front matter, prose, links and templates: each with file and line, nothing written."""
    little.change("site.toml", 'theme = "little"', 'theme = "little"\ncolour = "red"')
    little.change("site.toml", 'url = "https://www.little.example"', 'url = "www.little.example"')
    little.change("site.toml", "https://join.little.example/{?id}", "https://join.little.example/")
    little.roster(
        "A1,jane,Jane,Doe,nobody,,,GB,active,,",
        "A1,Jane,J,D,,,,GB,active,,",
        "A3,omar,Omar",
        "A4,zed,Z,Z,,12,,FR,sleeping,A9,fone",
        "A5,products,P,Q,,,,GB,active,,",
        "A6,self,S,E,,,,GB,active,A6,",
    )
    little.change("content/products/soap.md", "retail: 4.5", "retail: cheap")
    for path, text in BROKEN_CONTENT.items():
        little.write(path, text)
    (little.root / "content/legal").mkdir()
    (little.root / "content/legal/latin.md").write_bytes(b"---\ntitle: L\nlegal: terms\n---\n\xe9\n")
    little.change("themes/little/templates/page.html", "{{ page.title }}", "{{ distributor.nmae }}")
    little.change("themes/little/templates/help.html", "{% endfor %}{% endblock %}", "{% endblock %}")
    done = little.build(code=1)
    expected = (Path(__file__).parents[1] / "sites/broken-everywhere.txt").read_text(encoding="utf-8")
    assert done.stderr.partition("Reading the roster\n")[2] == expected
    assert not little.output.exists()


BROKEN_CONTENT = {
    "content/products/balm.md": "---\ntitle: Balm\nsku: S-2\nline: barz\nweight: 1 g\ningredients: wax\nimage: images/none.png\n"
    "markets: {FR: {retail: 1}}\n---\nB\n",
    "content/pages/about.md": "---\ntitle: About\n---\n\nCall {{ distributor.fone }}, {{ distributor.name * }}.\n",
    "content/pages/links.md": "---\ntitle: Links\n---\n[x]({filename}/pages/nope.md)\n[y]({static}/images/nope.png)\n",
    "content/pages/yaml.md": "---\ntitle: a: b\n---\nX\n",
    "content/pages/settings.md": "---\ntitle: T\nsettings: none\n---\nX\n",
    "content/news/undated.md": "---\ntitle: No date\n---\nX\n",
    "content/news/status.md": "---\ntitle: S\ndate: 2020-01-01\nstatus: sleeping\n---\nX\n",
    "content/help/tier.md": "---\ntitle: H\ntopic: T\ntier: secret\n---\nX\n",
    "content/help/rank.md": "---\ntitle: H\ntopic: T\nmin_rank: king\n---\nX\n",
    "content/help/no-front-matter.md": "Hello\n",
    "content/distributors/nobody.md": "---\ngreeting: hi\n---\nStory\n",
}


def test_bad_rows_can_be_skipped(little: LittleSite) -> None:
    """--skip-bad-rows builds the good rows and lists the others in the report."""
    little.roster("A1,jane,Jane,Doe,nobody,,,GB,active,,", "A2,omar,Omar,Ali,,,,GB,active,A1,")
    report = little.report("--skip-bad-rows")
    assert report["sites"] == 1
    assert report["skipped_count"] == 1
    assert "content/roster.csv:2: email" in str(report["skipped"])
    assert (little.output / "omar/index.html").exists()


def test_rows_that_a_quote_swallows_are_counted(little: LittleSite) -> None:
    """One fault may cost several people, and the report says how many."""
    rows = [f"A{n},p{n},Jane,Doe,,,,GB,active,," for n in range(1, 8)]
    rows[1] = 'A2,p2,"Jane,Doe,,,,GB,active,,'
    rows[4] = 'A5,p5,Jane",Doe,,,,GB,active,,'
    little.roster(*rows)
    report = little.report("--skip-bad-rows")
    assert (report["sites"], report["skipped_count"], report["skipped_rows"]) == (3, 1, 4)


def test_a_roster_without_a_good_row_is_refused(little: LittleSite) -> None:
    """--skip-bad-rows does not take everybody's site away, and a missing column is no row."""
    for text in ("A1,jane,Jane", "id,alias\nA1,jane"):
        little.roster("A1,jane,Jane,Doe,,,,GB,active,,")
        little.report()
        if text.startswith("id"):
            little.write("content/roster.csv", text)
        else:
            little.roster(text)
        done = little.build("--skip-bad-rows", code=1)
        assert "content/roster.csv" in done.stderr
        assert (little.output / "jane/index.html").exists()


def test_drafts_future_and_expired_content_is_left_out(little: LittleSite) -> None:
    """Drafts and what is still to come can be asked for; what has expired cannot."""
    for name, line in (("a", "status: draft"), ("b", "date: 2999-01-01"), ("c", "expires: 2001-01-01")):
        little.write(f"content/help/{name}.md", f"---\ntitle: {name}\ntopic: T\n{line}\n---\nText.\n")
        little.write(
            f"content/news/{name}.md",
            f"---\ntitle: {name}\ndate: 2020-01-01\n{line}\n---\nText.\n".replace(
                "date: 2020-01-01\ndate", "date"
            ),
        )
    little.write("content/help/d.md", "---\ntitle: d\ntopic: T\n---\nText.\n")
    little.build()
    assert sorted(path for path in little.files("jane") if path.startswith("help/")) == [
        "help/d/index.html",
        "help/index.html",
    ]
    assert [path for path in little.files("jane") if path.startswith("news/")] == ["news/index.html"]
    little.build("--drafts", "--future")
    assert [path for path in little.files("jane") if path.startswith("news/")] == [
        "news/a/index.html",
        "news/b/index.html",
        "news/index.html",
    ]
    assert sorted(path for path in little.files("jane") if path.startswith("help/")) == [
        "help/a/index.html",
        "help/b/index.html",
        "help/d/index.html",
        "help/index.html",
    ]


def test_protected_pages_are_left_out_until_they_are_opened(little: LittleSite) -> None:
    """Member pages are not in the output; with access open they are, and search engines are told to go."""
    little.write("content/help/secret.md", "---\ntitle: S\ntopic: T\ntier: member\n---\nMembers read this.\n")
    little.write("content/help/public.md", "---\ntitle: P\ntopic: T\n---\n[S]({filename}/help/secret.md)\n")
    little.build()
    assert b"Members read this" not in b"".join(little.files().values())
    little.write("site.toml", (little.root / "site.toml").read_text() + '\n[members]\naccess = "open"\n')
    little.build()
    assert 'content="noindex"' in little.page("jane/help/secret/index.html")
    assert "help/secret" not in little.page("sitemap.xml")
    assert "help/public" in little.page("sitemap.xml")


def test_a_market_has_its_own_prices_and_products(little: LittleSite) -> None:
    """A product without a price in a market is absent there, and links to it lead to the list."""
    little.write(
        "site.toml",
        (little.root / "site.toml").read_text() + '\n[markets.US]\ncurrency = "USD"\nlanguages = ["en"]\n',
    )
    little.write(
        "content/products/balm.md",
        "---\ntitle: Balm\nsku: B-1\nline: bars\nweight: 10 g\ningredients: wax\nmarkets: {GB: {retail: 3}, US: {retail: 5}}\n---\nB\n",
    )
    little.roster("A1,jane,Jane,Doe,,,,GB,active,,", "A2,omar,Omar,Ali,,,,US,active,,")
    little.build()
    assert "Buy for £3.00" in little.page("jane/products/balm/index.html")
    assert "Buy for $5.00" in little.page("omar/products/balm/index.html")
    assert not (little.output / "omar/products/soap").exists()
    assert '<a href="../products/">Soap</a>' in little.page("omar/about/index.html")


def test_photos_that_are_missing_or_elsewhere_are_told(little: LittleSite) -> None:
    """Nobody is refused for a photo; the report says what visitors will see, also when nothing has changed."""
    little.write(
        "content/roster.csv",
        "id,alias,first_name,last_name,photo,publish\n"
        "A1,jane,Jane,Doe,photos/jane.jpg,first_name photo\nA2,omar,Omar,Ali,https://photos.example/o.jpg,photo\n",
    )
    (little.root / "content/photos").mkdir()
    warnings = [
        "1 photo is not in the content folder (such as photos/jane.jpg); initials are shown instead",
        "1 photo is on other hosts, which learn of every visit; copy them into the content folder",
    ]
    assert little.report()["warnings"] == warnings
    assert little.report()["warnings"] == warnings
    a_photo(little.root / "content/photos/jane.jpg")
    assert little.report()["warnings"] == warnings[1:]
    (little.root / "content/photos/jane.jpg").unlink()
    assert little.report()["warnings"] == warnings


def test_a_refused_roster_leaves_the_warnings_of_the_last_good_one(little: LittleSite) -> None:
    """What was not taken in has nothing to say."""
    good = "id,alias,first_name,last_name,photo,publish\nA1,jane,Jane,Doe,photos/jane.jpg,first_name photo\n"
    little.write("content/roster.csv", good)
    warnings = little.report()["warnings"]
    assert warnings
    little.write("content/roster.csv", good.replace("photos/jane.jpg", "").replace("jane", "Jane"))
    little.build(code=1)
    little.write("content/roster.csv", good)
    assert little.report()["warnings"] == warnings


def test_an_autoescape_off_theme_escapes_owners_all_the_same(little: LittleSite) -> None:
    """What comes from a distributor is escaped, whatever the theme's setting."""
    (little.root / "themes/little/theme.toml").unlink()
    little.write(
        "content/roster.csv",
        'id,alias,first_name,last_name\nA1,jane,<script>alert(1)</script>,"O\'Neil & ""x"""\n',
    )
    little.build()
    page = little.page("jane/index.html")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; O." in page


def test_a_site_overrides_one_template_of_its_theme(little: LittleSite) -> None:
    """``templates/`` stands before the theme, and may extend the theme's own template of the same name."""
    little.write(
        "templates/product.html",
        '{% extends "!theme/product.html" %}{% block main %}{{ super() }}<p>From {{ distributor.city }}</p>{% endblock %}',
    )
    report = little.report()
    page = little.page("jane/products/soap/index.html")
    assert "<p>From Kendal</p>" in page
    assert "https://shop.little.example/S-1?id=A1" in page
    assert report["warnings"] == []


def test_every_page_can_be_proved(little: LittleSite) -> None:
    """--prove all compares each page of each site with Jinja's own rendering, beside the sample."""
    sample = little.report()["proofs"]
    assert little.report("--prove", "all")["proofs"] == sample + 2 * 6  # type: ignore[operator]


def test_a_report_for_machines(little: LittleSite) -> None:
    """--json prints the numbers of the build, and errors likewise."""
    report = little.report()
    assert {"sites": 2, "people": 3, "closed": 1}.items() <= report.items()
    assert report["pages"] == 2 * 6 + 7
    assert set(report["seconds"]) == {"content", "roster", "photos", "prove", "press", "commit"}
    little.change("content/products/soap.md", "sku: S-1", "")
    done = little.build("--json", code=1)
    assert '"line": 1' in done.stdout
    assert "sku: missing" in done.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_the_last_good_output(little: LittleSite, how: signal.Signals) -> None:
    """Whenever it is stopped, the old output stands, nothing goes on, and the next build completes."""
    little.build()
    before = little.files()
    rows = [
        f"B{n},someone-{n:04d},Some,One,,,,GB,active,," for n in range(8000)
    ]  # so many that the signal comes in time
    little.roster(*rows)
    command = [sys.executable, "-m", "replisite", "build", "--site", str(little.root)]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509 - this test has no threads
    ) as process:
        new = little.root / ".output.replisite/new"
        deadline = time.monotonic() + 60
        while not any(new.glob("someone-0[1-9]*")) and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.01)
        process.send_signal(how)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == {signal.SIGKILL: -9}.get(how, 130), told
    assert little.files() == before
    _wait_until_nobody_writes(new)
    little.roster("B1,after,Af,Ter,,,,GB,active,,")
    little.build()
    assert "after/index.html" in little.files()
    assert sorted(path.name for path in little.root.iterdir() if path.name.startswith(".")) == [".replisite"]


def _hear_interrupts() -> None:
    """Hear Ctrl-C also where the tests run as a shell's background job, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_until_nobody_writes(folder: Path) -> None:
    """The processes that press end with the one that was killed: the folder stops changing."""
    counts = [-1, -2]
    for _ in range(100):
        counts = [counts[1], sum(len(files) for _, _, files in os.walk(folder))]
        if counts[0] == counts[1]:
            return
        time.sleep(0.1)
    pytest.fail(f"somebody still writes into {folder}")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_leaves_the_last_good_output(little: LittleSite) -> None:
    """ENOSPC is told in plain words and the old output stands."""
    disk = little.root / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a tmpfs")
    try:
        target = disk / "out"
        little.build("--output", str(target))
        before = sorted(path.relative_to(target) for path in target.rglob("*"))
        little.roster(*(f"B{n},someone-{n:04d},Some,One,,,,GB,active,," for n in range(1000)))
        done = little.build("--output", str(target), code=1)
        assert "the disk is full" in done.stderr
        assert sorted(path.relative_to(target) for path in target.rglob("*")) == before
        assert [path.name for path in disk.iterdir()] == ["out"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_second_build_at_the_same_time_is_refused(little: LittleSite) -> None:
    """Two builds never write one output."""
    from replisite.output import Output

    with Output(little.output):
        assert "another build is writing it" in little.build(code=1).stderr
