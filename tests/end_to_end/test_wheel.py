"""The wheel, installed where the checkout is out of reach, does what the checkout does."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from boards import files_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel; its dependencies come from the one that runs the tests.

    They are reached by a .pth file, which does not follow the .pth file of the editable install there.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(folder / "env", with_pip=True, symlinks=True)
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages,) = (folder / "env" / "lib").glob("*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python.parent


def run(program: Path, *arguments: str, folder: Path) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([program, *arguments], cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path):
    where = run(installed / "python", "-c", "import goldspan.content as c; print(c.__file__, c.ROOT)", folder=tmp_path)
    assert str(ROOT) not in where
    assert where.count(str(installed.parent)) == 2


def test_run_and_score_as_in_the_checkout(installed: Path, tmp_path: Path):
    run(installed / "goldspan", "run", "rules", "--out", "predictions.jsonl", folder=tmp_path)
    here = run(installed / "goldspan", "score", "predictions.jsonl", "--json", "-", "--html", "r.html", folder=tmp_path)
    checkout = Path(sys.executable).with_name("goldspan")
    assert here == run(checkout, "score", "predictions.jsonl", "--json", "-", folder=tmp_path)
    assert "</html>" in (tmp_path / "r.html").read_text()


def test_the_content_comes_along(installed: Path, tmp_path: Path):
    assert len(run(installed / "goldspan", "documents", folder=tmp_path).splitlines()) == 2 + 14
    code = "from goldspan import validate; from goldspan.content import GOLD; print(validate(GOLD))"
    assert run(installed / "python", "-c", code, folder=tmp_path) == "[]\n"
    code = "from goldspan.content import SERVER_REQUIREMENTS as pins; print(pins.read_text())"
    assert "label-studio==" in run(installed / "python", "-c", code, folder=tmp_path)


def test_the_board_is_the_same(installed: Path, tmp_path: Path):
    run(installed / "goldspan", "board", "build", "--out", "wheel", folder=tmp_path)
    run(Path(sys.executable).with_name("goldspan"), "board", "build", "--out", "checkout", folder=tmp_path)
    assert files_in(tmp_path / "wheel") == files_in(tmp_path / "checkout")
