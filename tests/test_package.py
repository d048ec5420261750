"""What is installed from a wheel is whole: the package, the theme and the starter."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files, as an installation has them."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site-packages")
    return folder / "site-packages"


def test_the_wheel_carries_the_theme_the_starter_and_the_licence(installed: Path) -> None:
    """Nothing outside the package is needed, and nothing else is in it."""
    assert (installed / "replisite/themes/storefront/templates/base.html").is_file()
    assert (installed / "replisite/starter/site.toml").is_file()
    assert sorted(path.name.partition("-")[0] for path in installed.iterdir()) == ["replisite", "replisite"]
    assert list(installed.glob("*.dist-info/licenses/LICENSE"))


def test_new_and_build_work_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """``replisite new shop && cd shop && replisite build``, away from the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "replisite", *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    run(tmp_path, "new", "shop")
    run(tmp_path / "shop", "build")
    assert (tmp_path / "shop/output/ada-example/index.html").is_file()
    assert (tmp_path / "shop/output/theme/css/storefront.css").is_file()


def test_little_is_imported_before_interrupts_wait() -> None:
    """Ctrl-C in the first tenth of a second would otherwise end in a traceback of the imports."""
    code = "import sys, replisite.__main__; print([n for n in sys.modules if n.startswith('replisite.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['replisite.__main__']"
