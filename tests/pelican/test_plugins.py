"""Plugins: each works as with Pelican, or is refused by name with the reason; one that ends the process says so itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.little_site import LittleSite, run_replisite
from tests.pelican.test_identity import _files as files

PLUGIN = """\
import os, pathlib, sys
from pelican import signals

def act(sender, *args, **named):
    {act}

def register():
    signals.{signal}.connect(act)
"""

SETTINGS = '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["odd"]\n\n[links]'


def with_plugin(little: LittleSite, act: str, signal: str = "finalized") -> None:
    """Give the site a plugin that does one thing at one of Pelican's signals."""
    little.write("plugins/odd.py", PLUGIN.format(act=act, signal=signal))
    little.change("site.toml", "[links]", SETTINGS)


def faults_of(little: LittleSite, command: str = "build") -> list[str]:
    """Run a command that must fail, and return what it says."""
    done = run_replisite(command, "--site", str(little.root))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "enough memory" not in done.stderr
    return done.stderr.splitlines()


SAID = 'print("the folder is missing", file=sys.stderr); '


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ('sys.exit("the folder is missing")', "the folder is missing (SystemExit)"),
        (f"{SAID}sys.exit(3)", "the folder is missing (SystemExit 3)"),
        ("sys.exit()", "ended the process (SystemExit 0)"),
        ('raise KeyboardInterrupt("enough")', "KeyboardInterrupt: enough"),
        ("act(sender)", "RecursionError: maximum recursion depth exceeded"),
        ('raise MemoryError("no room")', "MemoryError: no room"),
        (f"{SAID}os._exit(9)", "the folder is missing; the process that makes the pages ended (exit 9)"),
        (
            'print("on stdout", end=""); os._exit(0)',
            "on stdout; the process that makes the pages ended (exit 0)",
        ),
        ("os.abort()", "the process that makes the pages ended (exit -6, SIGABRT)"),
        ("os.kill(os.getpid(), 15)", "the process that makes the pages ended (exit -15, SIGTERM)"),
        ("import ctypes; ctypes.string_at(0)", "the process that makes the pages ended (exit -11, SIGSEGV)"),
        ('os.execlp("true", "true")', "the process that makes the pages ended (exit 0)"),
    ],
)
def test_a_plugin_that_ends_the_process_is_reported_in_its_own_words(
    little: LittleSite, act: str, told: str
) -> None:
    """With its file and line, whichever way it takes."""
    with_plugin(little, act, "initialized")
    lines = faults_of(little)
    assert any(line.startswith(f"plugins/odd.py:5: {told}") for line in lines), lines


@pytest.mark.parametrize("act", ['sys.exit("the folder is missing")', f"{SAID}os._exit(9)"])
@pytest.mark.parametrize("command", ["check", "explain"])
def test_every_command_reports_a_plugin_that_ends_the_process(
    little: LittleSite, command: str, act: str
) -> None:
    """They all make pages."""
    with_plugin(little, act, "initialized")
    assert any(
        line.startswith("plugins/odd.py:5: the folder is missing") for line in faults_of(little, command)
    )


def test_a_process_that_is_killed_may_lack_memory(little: LittleSite) -> None:
    """SIGKILL is what Linux sends where there is not enough."""
    with_plugin(little, "os.kill(os.getpid(), 9)", "initialized")
    done = run_replisite("build", "--site", str(little.root))
    assert "(exit -9, SIGKILL); is there enough memory?" in done.stderr


def test_a_function_of_a_plugin_may_end_the_process_while_a_page_is_pressed(little: LittleSite) -> None:
    """Then it is reported with the template that called it."""
    with_plugin(
        little, 'sender.settings["JINJA_GLOBALS"]["die"] = lambda: sys.exit("no data")', "initialized"
    )
    little.change("themes/little/templates/product.html", "<h1>", "{{ die() }}<h1>")
    assert any("no data" in line for line in faults_of(little))


def test_a_copy_that_a_plugin_forks_does_not_answer(little: LittleSite) -> None:
    """It may end as it likes, or go on with Pelican's work."""
    for end in ("sys.exit(3)", "os._exit(0)", "return"):
        little.write("site.toml", (little.root / "site.toml").read_text().replace(SETTINGS, "[links]"))
        with_plugin(little, f"pid = os.fork()\n    if pid == 0: {end}\n    os.waitpid(pid, 0)", "initialized")
        little.build()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nowhere", "plugins/odd.py:1: ModuleNotFoundError: No module named 'nowhere'"),
        ("1 / 0", "plugins/odd.py:1: ZeroDivisionError"),
        ('raise SystemExit("not here")', "plugins/odd.py:1: not here (SystemExit)"),
        (
            "",
            "site.toml:12: [pelican] PLUGINS: odd: AttributeError: module 'odd' has no attribute 'register'",
        ),
        ("def register(one): pass", "site.toml:12: [pelican] PLUGINS: odd: TypeError: register() missing 1"),
        ("def register():\n    {}['x']", "plugins/odd.py:2: KeyError: 'x'"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_reported(little: LittleSite, text: str, told: str) -> None:
    """At its line, or at the line of PLUGINS."""
    with_plugin(little, "pass")
    little.write("plugins/odd.py", text)
    lines = faults_of(little)
    assert any(line.startswith(told) for line in lines), lines


def test_a_plugin_that_does_not_exist_is_reported_at_the_setting(little: LittleSite) -> None:
    """The line of PLUGINS in site.toml."""
    little.change("site.toml", "[links]", '[pelican]\nPLUGINS = ["nowhere"]\n\n[links]')
    assert any(
        line.startswith("site.toml:11: [pelican] PLUGINS: nowhere: there is no such plugin")
        for line in faults_of(little)
    )


@pytest.mark.parametrize(
    ("signal", "act", "told"),
    [
        (
            "finalized",
            "import pelican; pelican.Pelican(sender.settings).run()",
            "odd runs Pelican again (plugins/odd.py:5)",
        ),
        ("get_writer", "type(sender)(sender.settings).run()", "odd runs Pelican again (plugins/odd.py:5)"),
        (
            "finalized",
            'import subprocess; subprocess.run([sys.executable, "-m", "pelican", "content"])',
            "odd runs Pelican again",
        ),
        ("finalized", 'os.system("pelican content")', "odd runs Pelican again"),
        (
            "finalized",
            'p = pathlib.Path(sender.output_path, "index.html"); p.write_text(p.read_text().strip())',
            "odd opens pages that Pelican has written (index.html, plugins/odd.py:",
        ),
        (
            "finalized",
            "[os.path.join(top, f) for top, _, names in os.walk(sender.output_path) for f in names]",
            "odd looks through the folder of pages that Pelican has written",
        ),
        (
            "finalized",
            'list(pathlib.Path(sender.output_path).rglob("*.html"))',
            "odd looks through the folder of pages that Pelican has written",
        ),
        (
            "finalized",
            'try: open(os.path.join(sender.output_path, "index.html")).read()\n    except Exception: pass',
            "odd opens pages that Pelican has written (index.html, plugins/odd.py:",
        ),
        ("content_written", "open(sender).read()", "odd opens pages that Pelican has written ("),
        ("content_written", "os.path.exists(sender)", "odd opens pages that Pelican has written ("),
        ("content_written", "os.utime(sender, (0, 0))", "odd changes pages that Pelican has written ("),
        ("content_written", 'open(sender, "w").close()', "odd changes pages that Pelican has written ("),
        (
            "feed_written",
            "os.path.getsize(sender)",
            "odd opens pages that Pelican has written (feeds/all.atom.xml, ",
        ),
        (
            "finalized",
            'import subprocess; subprocess.run(["du", "-s", sender.output_path], capture_output=True)',
            "odd starts another program on the output folder (du, ",
        ),
        (
            "finalized",
            'from multiprocessing import Pool\n    with Pool(1) as pool: pool.map(os.path.getsize, [sender.output_path + "/index.html"])',
            "odd opens pages that Pelican has written (index.html, plugins/odd.py:",
        ),
        (
            "finalized",
            'from concurrent.futures import ThreadPoolExecutor\n    with ThreadPoolExecutor(1) as pool: pool.submit(open, sender.output_path + "/index.html").exception()',
            "a plugin opens pages that Pelican has written (index.html)",
        ),
        (
            "finalized",
            'pathlib.Path("output/x.txt").write_text("x")',
            "odd opens the finished output of an earlier build",
        ),
        (
            "finalized",
            'pathlib.Path(sender.output_path, "where.txt").write_text(sender.output_path)',
            "a plugin writes the path of the folder that Pelican writes to into where.txt",
        ),
        (
            "get_writer",
            "from pelican.writers import Writer; return Writer",
            "a plugin brings a writer of its own",
        ),
    ],
)
def test_a_plugin_that_cannot_work_is_refused_by_name(
    little: LittleSite, signal: str, act: str, told: str
) -> None:
    """It runs Pelican again, or wants pages that are not there yet; nothing is without effect in silence."""
    little.write("content/news/one.md", "---\ntitle: One\ndate: 2021-01-01\n---\nNews.\n")
    little.write("themes/little/templates/article.html", "{{ article.title }}")
    little.write("themes/little/templates/archives.html", "{{ articles|length }}")
    little.write("themes/little/templates/tag.html", "{{ tag }}")
    with_plugin(little, act, signal)
    lines = faults_of(little)
    assert any(line.startswith(f"site.toml:12: [pelican] PLUGINS: {told}") for line in lines), lines
    assert not little.output.exists()


WORKING = """\
import json, os
from pathlib import Path
from pelican import signals
from pelican.generators import Generator

seen = []

class Extra(Generator):
    def generate_output(self, writer):
        Path(self.output_path, "extra").mkdir()
        Path(self.output_path, "extra", "list.json").write_text(json.dumps([p.title for p in self.context["pages"]]))

def finish(pelican):
    path = Path(pelican.output_path, "map.txt")
    temporary = path.with_suffix(".new")
    if not path.exists():
        temporary.write_text("\\n".join(sorted(seen)))
    os.replace(temporary, path)
    made = [(path, path.stat().st_size) for path in sorted(Path(pelican.output_path, "theme").rglob("*.css"))]
    for path, size in made:
        path.write_text(path.read_text().replace(" ", ""))

def register():
    signals.get_generators.connect(lambda _: Extra, weak=False)
    signals.content_written.connect(lambda path, context: seen.append(context["output_file"]), weak=False)
    signals.content_object_init.connect(lambda content: setattr(content, "shout", content.title.upper()), weak=False)
    signals.finalized.connect(finish)
"""


def test_a_plugin_may_write_files_of_its_own(tmp_path: Path) -> None:
    """A site map, a generator's list, and copies of the theme's files are as Pelican leaves them."""
    write = LittleSite.write
    root = tmp_path / "site"
    little = LittleSite.__new__(LittleSite)
    little.root = root
    write(little, "content/pages/about.md", "Title: About\n\nText.\n")
    write(little, "content/one.md", "Title: One\nDate: 2021-01-01\n\nNews.\n")
    write(little, "plugins/working.py", WORKING)
    settings = 'THEME = "simple"\nTIMEZONE = "UTC"\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["working"]\nLOCALE = "C"\n'
    settings += 'THEME_STATIC_PATHS = ["static"]\n'
    write(little, "pelicanconf.py", settings)
    write(
        little,
        "site.toml",
        '[site]\nname = "Log"\nurl = "https://log.example"\n[markets.GB]\ncurrency = "GBP"\nlanguages = ["en"]\n'
        f'[pelican]\ndefaults = "pelican"\n{settings}',
    )
    little.build()
    command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", "reference", "-q"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    ours = {path: body for path, body in little.files().items() if not path.startswith(".replisite/")}
    assert ours == files(root / "reference")
    assert {"map.txt", "extra/list.json"} <= ours.keys()


def test_what_a_plugin_writes_of_content_names_the_company(little: LittleSite) -> None:
    """A search index, for instance: its placeholders are filled in as in feeds."""
    with_plugin(
        little,
        'import json; texts = [c._content for c in sender[0].context["kinds"]]; '
        'pathlib.Path(sender[0].output_path, "index.json").write_text(json.dumps(texts)); '
        'pathlib.Path(sender[0].output_path, "index.txt").write_text("".join(texts))',
        "all_generators_finalized",
    )
    little.build()
    assert "Ask Little." in little.page("index.json")
    assert "Ask Little." in little.page("index.txt")


def test_without_plugins_pelican_s_defaults_load_what_is_installed(tmp_path: Path) -> None:
    """Every package of the namespace, as Pelican does; our own defaults load none, and an empty list asks for none."""
    package = tmp_path / "libraries/pelican/plugins/noisy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from pathlib import Path\nfrom pelican import signals\n"
        "def write(pelican):\n    Path(pelican.output_path, 'noise.txt').write_text('noise')\n"
        "def register():\n    signals.finalized.connect(write)\n"
    )
    little = LittleSite(tmp_path / "site")
    little.write("content/pages/about.md", "Title: About\n\nText.\n")
    for path in ("lines/bars.md", "products/soap.md"):
        (little.root / "content" / path).unlink()
    text = (little.root / "site.toml").read_text()
    path = os.pathsep.join(filter(None, [str(tmp_path / "libraries"), os.environ.get("PYTHONPATH", "")]))
    for table, is_loaded in (
        ("", False),
        ('[pelican]\ndefaults = "pelican"\nTHEME = "simple"\n', True),
        ('[pelican]\ndefaults = "pelican"\nTHEME = "simple"\nPLUGINS = []\n', False),
        ('[pelican]\nPLUGINS = ["noisy"]\n', True),
    ):
        little.write("site.toml", f"{text}{table}")
        done = run_replisite("build", "--site", str(little.root), PYTHONPATH=path)
        assert done.returncode == 0, done.stderr
        assert (little.output / "noise.txt").is_file() == is_loaded, table


def test_an_error_inside_an_installed_plugin_names_the_plugin(tmp_path: Path) -> None:
    """Without a line of the site's own code there is the plugin's."""
    package = tmp_path / "libraries/pelican/plugins/faulty"
    package.mkdir(parents=True)
    file = package / "__init__.py"
    file.write_text(
        "from pelican import signals\ndef act(sender, *rest, **named):\n    None + 1\n"
        "def register():\n    signals.{}.connect(act)\n"
    )
    little = LittleSite(tmp_path / "site")
    little.change("site.toml", "[links]", '[pelican]\nPLUGINS = ["faulty"]\n\n[links]')
    code = file.read_text()
    path = os.pathsep.join(filter(None, [str(tmp_path / "libraries"), os.environ.get("PYTHONPATH", "")]))
    for signal in ("initialized", "page_generator_context", "finalized"):
        file.write_text(code.format(signal))
        done = run_replisite("build", "--site", str(little.root), PYTHONPATH=path)
        assert done.returncode == 1
        assert f"{file}:3: pelican.plugins.faulty: TypeError: unsupported operand" in done.stderr
        assert "Traceback" not in done.stderr
