"""What the Hub on this machine keeps of a repository: commits, branches, tags, and how it lists files."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Files = dict[str, bytes]


class RefusedError(Exception):
    def __init__(self, status: int, message: str, code: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.body = status, code, {"error": message, **more}


def sha1(data: bytes) -> str:
    """What git names its objects by."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@dataclass
class Repo:
    private: bool
    commits: dict[str, Files] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, ref: str, files: Files, parent: str = "") -> str:
        sha = sha1(json.dumps([parent, len(self.commits)]).encode())
        self.commits[sha] = files
        self.refs[ref] = sha
        return sha

    def resolve(self, revision: str) -> str:
        sha = self.refs.get(revision) or self.tags.get(revision) or (revision if revision in self.commits else None)
        if sha is None:
            raise RefusedError(404, f"no revision {revision}", "RevisionNotFound")
        return sha


def is_lfs(path: str) -> bool:
    return path.endswith(".parquet")


def entry(path: str, data: bytes) -> dict[str, Any]:
    blob = sha1(b"blob %d\0" % len(data) + data)
    lfs = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return {"type": "file", "path": path, "size": len(data), "oid": blob} | ({"lfs": lfs} if is_lfs(path) else {})


def tree(files: Files, folder: str, recursive: bool) -> list[dict[str, Any]]:
    prefix = folder + "/" if folder else ""
    inside = {path: data for path, data in files.items() if path.startswith(prefix)}
    if not inside:
        raise RefusedError(404, f"no such folder: {folder}", "EntryNotFound")
    below = [path[len(prefix) :].split("/")[:-1] for path in inside]
    folders = {prefix + "/".join(steps[: depth + 1]) for steps in below for depth in range(len(steps))}
    rows = [{"type": "directory", "path": path, "size": 0, "oid": "0" * 40} for path in sorted(folders)]
    rows += [entry(path, data) for path, data in sorted(inside.items())]
    return [row for row in rows if recursive or "/" not in row["path"][len(prefix) :]]


def check_card(content: str, kind: str) -> None:
    """The little that this server asks of a card: metadata, with a licence of a short list; of a Space's, its SDK."""
    found = re.match(r"---\n(.*?)\n---", content, re.DOTALL)
    told = (yaml.safe_load(found[1]) or {}) if found else {}
    key, allowed = ("sdk", ["static"]) if kind == "space" else ("license", ["apache-2.0", "cc-by-4.0", "mit"])
    if told.get(key) not in allowed:
        message = f'"{key}" must be one of {", ".join(allowed)}, not {told.get(key)}'
        raise RefusedError(400, message, errors=[{"message": message}], warnings=[])
