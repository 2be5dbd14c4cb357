"""The environment of a server of one's own is made once for its pins, by pip, or by uv where it is there."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from goldspan import UsageError, content
from goldspan.annotate.home import Home
from goldspan.annotate.server import install


def wheel(folder: Path, version: str) -> Path:
    """A package of one module, as PEP 427 has it."""
    path = folder / f"pinned-{version}-py3-none-any.whl"
    about = f"pinned-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("pinned.py", f"VERSION = {version!r}\n")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: pinned\nVersion: {version}\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return path


class Made:
    """A home whose server is a package of the test's own, and the program's path."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.path, self.pins, self.home = folder / "path", folder / "pins.txt", Home(folder / "home")
        self.path.mkdir()
        monkeypatch.setenv("PATH", str(self.path))
        monkeypatch.setattr(content, "SERVER_REQUIREMENTS", self.pins)

    def install(self, package: Path) -> list[str]:
        """Install by these pins; what was said."""
        said: list[str] = []
        self.pins.write_text(f"{package}\n")
        install(self.home, said.append)
        return said

    @property
    def version(self) -> str:
        """What the environment has."""
        python = self.home.environment / "bin" / "python"
        code = "import pinned, sys; print(pinned.VERSION, sys.prefix)"
        return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    return Made(monkeypatch, tmp_path)


def test_pip_makes_it(made: Made, tmp_path: Path):
    assert shutil.which("uv") is None
    assert len(made.install(wheel(tmp_path, "1.0"))) == 1
    assert made.version == f"1.0 {made.home.environment}\n"
    assert made.install(wheel(tmp_path, "1.0")) == []


def test_uv_makes_it_once_and_anew_for_other_pins(made: Made, tmp_path: Path):
    (made.path / "uv").symlink_to(Path(sys.executable).with_name("uv"))
    for version in ("1.0", "2.0"):
        package = wheel(tmp_path, version)
        assert len(made.install(package)) == 1
        assert made.install(package) == []
        assert made.version == f"{version} {made.home.environment}\n"
    with pytest.raises(UsageError, match=r"could not be made: .*absent"):
        made.install(tmp_path / "absent-1.0-py3-none-any.whl")


def test_pip_makes_it_where_uv_fails(made: Made, tmp_path: Path):
    uv = made.path / "uv"
    uv.write_text("#!/bin/sh\nexit 2\n")
    uv.chmod(0o755)
    assert shutil.which("uv") == str(uv)
    made.install(wheel(tmp_path, "1.0"))
    assert made.version == f"1.0 {made.home.environment}\n"
