"""Files are written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldspan import UsageError
from goldspan.files import write_whole


def test_a_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "new.txt", [b"one ", b"", b"two"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"new.txt": b"one two"}


def test_an_old_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(b"much longer than what comes")
    write_whole(path, [b"short"])
    assert path.read_bytes() == b"short"


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
@pytest.mark.parametrize("old", [None, b"old"])
def test_when_the_content_fails_midway_the_old_state_is_kept(
    tmp_path: Path, old: bytes | None, error: type[BaseException]
) -> None:
    path = tmp_path / "file.txt"
    if old is not None:
        path.write_bytes(old)

    def chunks() -> Iterator[bytes]:
        yield b"x" * 1_000_000
        raise error("midway")

    with pytest.raises(UsageError if error is OSError else error):
        write_whole(path, chunks())
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({} if old is None else {"file.txt": old})


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")
    seen: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            yield b"new"
            seen.append(path.read_bytes())

    write_whole(path, chunks())
    assert seen == [b"old"] * 3
    assert path.read_bytes() == b"newnewnew"


@pytest.mark.parametrize("place", ["nowhere/file.txt", "file/file.txt", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_is_a_wrong_call_and_nothing_is_left(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(UsageError, match=Path(place).name[:20]):
        write_whole(tmp_path / place, [b"new"])
    assert {path.name for path in tmp_path.rglob("*")} == {"folder", "file"}
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755])
def test_the_mode_of_a_replaced_file_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file.txt"
    path.touch()
    path.chmod(mode)
    write_whole(path, [b"new"])
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_mode_of_a_new_file_is_what_the_umask_leaves(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "file.txt", [b"new"])
    finally:
        assert os.umask(before) == mask
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == mode


def test_a_pipe_or_device_is_not_put_away_for_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, [b"new"])
    except UsageError:
        pass
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
