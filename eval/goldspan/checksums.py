"""SHA-256 sums, and the files that hold them as `sha256sum --check` takes them."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from goldspan.errors import Problem
from goldspan.files import sha256_of_file


def sha256(data: bytes | Iterable[bytes]) -> str:
    """SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in [data] if isinstance(data, bytes) else data:
        digest.update(chunk)
    return digest.hexdigest()


def sums(digests: Mapping[str, str]) -> bytes:
    r"""What `sha256sum --check` takes: a line a file, sorted by path.

    >>> sums({"b": "2" * 64, "a": "1" * 64}).splitlines()[0][-5:]
    b'11  a'
    """
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def read_sums(data: bytes) -> dict[str, str]:
    """SHA-256 by path; ValueError where a line is none of `sha256sum`'s."""
    found: dict[str, str] = {}
    for line in data.decode().splitlines():
        digest, separator, path = line.partition("  ")
        if not separator or len(digest) != 64:
            raise ValueError(f"no line of a checksum file: {line[:100]!r}")
        found[path] = digest
    return found


def files_below(folder: Path) -> dict[str, Path]:
    """Everything in a folder that is no folder, by its path from there, sorted; links are not followed."""
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if _is_no_folder(path)}


def _is_no_folder(path: Path) -> bool:
    return path.is_symlink() or not path.is_dir()


def is_plain(path: Path) -> bool:
    """Whether this is a file of its own: no link, no pipe."""
    return path.is_file() and not path.is_symlink()


def differing(files: Mapping[str, Path], listing: str) -> list[Problem]:
    """Where files (by path, as `files_below` has them) are not those that the checksum file `listing` names."""
    if listing not in files or not is_plain(files[listing]):
        return [Problem(f"there is no {listing}")]
    try:
        expected = read_sums(files[listing].read_bytes())
    except ValueError as error:
        return [Problem(str(error), files[listing])]
    problems: list[Problem] = []
    for name in sorted(expected.keys() | files.keys() - {listing}):
        if name not in files:
            problems.append(Problem(f"{listing} names this file, and it is not there", Path(name)))
        elif name not in expected:
            problems.append(Problem(f"{listing} does not name this file", files[name]))
        elif is_plain(files[name]) and sha256_of_file(files[name]) != expected[name]:
            problems.append(Problem(f"is not the file whose sha256 {listing} names", files[name]))
    return problems
