"""A server on this machine that speaks the protocol of the Hugging Face Hub, for data sets and Spaces.

Enough of it for the unmodified clients to create, commit, tag, open pull requests, list, download and stream. Written
after what `huggingface_hub` and `datasets` send; it keeps everything in memory, with a lock around each request.
"""

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from loopback_repo import Files, RefusedError, Repo, check_card, entry, is_lfs, tree

OWNER, STRANGER = "hf_" + "o" * 34, "hf_" + "s" * 34
"""Two tokens that the server knows: of the owner of all repositories, and of somebody else."""


@dataclass
class Hub:
    """The state of the server; the name of a Space begins with `spaces/`.

    `trouble` may name a misfortune for a request: "cut" breaks the connection, "echo" refuses it and says the token.
    """

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: Files = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    trouble: Callable[[str, str], str | None] = lambda method, path: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def repo(self, name: str, token: str | None, write: bool = False) -> Repo:
        repo = self.repos.get(name)
        if repo is None or (repo.private and token != OWNER):
            status = 401 if token is None else 404
            raise RefusedError(status, "Repository not found", "RepoNotFound")
        if write and token != OWNER:
            raise RefusedError(401 if token is None else 403, "you may not write here")
        return repo


def key(kind: str, name: str) -> str:
    return name if kind == "datasets" else f"{kind}/{name}"


def address(key: str) -> str:
    return key if key.startswith("spaces/") else f"datasets/{key}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: Any) -> None: ...

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), parse_qs(parts.query)
        size = int(self.headers.get("Content-Length") or 0)
        with self.hub.lock:
            self.hub.log.append(f"{self.command} {path}")
            misfortune = self.hub.trouble(self.command, path)
        if misfortune == "cut":
            self.rfile.read(min(size, 100))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None
        body = self.rfile.read(size) if size else self._chunks()
        if misfortune == "echo":
            refusal = {"error": f"no: {self.headers.get('Authorization')}"}
            return self._send(400, json.dumps(refusal).encode(), {"X-Error-Message": f"no: {self.token}"})
        try:
            with self.hub.lock:
                self._route(path, query, body)
        except RefusedError as refused:
            self._send(refused.status, json.dumps(refused.body).encode(), {"X-Error-Code": refused.code})

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

    def _chunks(self) -> bytes:
        whole = b""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return whole

    @property
    def token(self) -> str | None:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(data))} | (headers or {})
        for key, value in sent.items():
            if value:
                self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode())

    def _route(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            asked = json.loads(body)
            check_card(asked["content"], asked["repoType"])
            return self._json({"errors": [], "warnings": []})
        if found := re.fullmatch(r"/lfs/(\w+)", path):
            if hashlib.sha256(body).hexdigest() != found[1]:
                raise RefusedError(422, "another sha256")
            self.hub.blobs[found[1]] = body
            return self._json({})
        if path == "/verify":
            return self._json({})
        if found := re.fullmatch(r"/(?:datasets|spaces)/([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
            return self._batch(json.loads(body))
        if found := re.fullmatch(r"/(datasets|spaces)/([^/]+/[^/]+)/resolve/(refs/pr/\d+|[^/]+)/(.+)", path):
            kind, name, *rest = found.groups()
            return self._resolve(key(kind, name), *rest)
        if found := re.fullmatch(r"/api/(datasets|spaces)/([^/]+/[^/]+)(?:/([a-z-]+))?(?:/(.*))?", path):
            kind, name, action, rest = found.groups()
            return self._api(key(kind, name), action, rest or "", query, body)
        raise RefusedError(404, f"no such address: {path}")

    def _create(self, asked: dict[str, Any]) -> None:
        if self.token != OWNER:
            raise RefusedError(401 if self.token is None else 403, "you may not create here")
        name = key(asked["type"] + "s", f"{asked['organization']}/{asked['name']}")
        if name.startswith("spaces/") and asked.get("sdk") != "static":
            raise RefusedError(400, "this server has static Spaces only")
        if name in self.hub.repos:
            raise RefusedError(409, "You already created this repo")
        private = asked.get("private") or asked.get("visibility") == "private"
        self.hub.repos[name] = Repo(bool(private))
        self.hub.repos[name].commit("main", {".gitattributes": b"*.parquet filter=lfs\n"})
        self._json({"url": f"{self.hub.url}/{address(name)}"})

    def _batch(self, asked: dict[str, Any]) -> None:
        objects: list[dict[str, Any]] = []
        for wanted in asked["objects"]:
            oid = wanted["oid"]
            actions = {"upload": {"href": f"{self.hub.url}/lfs/{oid}"}, "verify": {"href": f"{self.hub.url}/verify"}}
            objects.append(wanted if oid in self.hub.blobs else wanted | {"actions": actions})
        self._json({"transfer": "basic", "objects": objects})

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repo = self.hub.repo(name, self.token)
        sha = repo.resolve(revision)
        data = repo.commits[sha].get(path)
        if data is None:
            raise RefusedError(404, "Entry not found", "EntryNotFound")
        etag = entry(path, data).get("lfs", entry(path, data))["oid"]
        headers = {"X-Repo-Commit": sha, "ETag": f'"{etag}"', "Accept-Ranges": "bytes", "X-Linked-Size": str(len(data))}
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            return self._send(206, data[start : end + 1], headers)
        return self._send(200, data, headers)

    def _api(self, name: str, action: str | None, rest: str, query: dict[str, list[str]], body: bytes) -> None:
        write = action == "tag" or (action in ("commit", "preupload") and "create_pr" not in query)
        repo = self.hub.repo(name, self.token, write)
        if action in (None, "revision"):
            return self._info(name, repo, rest or "main")
        if action == "refs":
            refs = {"branches": [("main", repo.refs["main"])], "tags": repo.tags.items(), "converts": []}
            rows = {
                kind: [{"name": key, "ref": f"refs/{kind}/{key}", "targetCommit": sha} for key, sha in pairs]
                for kind, pairs in refs.items()
            }
            return self._json(rows)
        if action == "preupload":
            files = repo.commits[repo.resolve(rest)]
            rows = [self._mode(row["path"], files) for row in json.loads(body)["files"]]
            return self._json({"files": rows})
        if action == "commit":
            return self._commit(name, repo, rest, "create_pr" in query, body)
        if action == "tag":
            return self._tag(repo, rest, body)
        if action == "tree":
            revision, _, folder = rest.partition("/")
            recursive = query.get("recursive", [""])[0].lower() == "true"
            return self._json(tree(repo.commits[repo.resolve(revision)], folder, recursive))
        if action == "paths-info":
            files = repo.commits[repo.resolve(rest)]
            asked = json.loads(body)["paths"] if body[:1] == b"{" else parse_qs(body.decode())["paths"]
            folders = {"/".join(path.split("/")[:-1]) for path in files}
            rows = [entry(path, files[path]) for path in asked if path in files]
            rows += [{"type": "directory", "path": path, "oid": "0" * 40} for path in asked if path in folders]
            return self._json(rows)
        raise RefusedError(404, f"no such action: {action}")

    def _mode(self, path: str, files: Files) -> dict[str, Any]:
        known = entry(path, files[path]) if path in files else {}
        oid = known.get("lfs", known).get("oid")
        mode = "lfs" if is_lfs(path) else "regular"
        return {"path": path, "uploadMode": mode, "shouldIgnore": False} | ({"oid": oid} if oid else {})

    def _info(self, name: str, repo: Repo, revision: str) -> None:
        sha = repo.resolve(revision)
        files = [{"rfilename": path} for path in repo.commits[sha]]
        name = name.removeprefix("spaces/")
        about = {"id": name, "sha": sha, "private": repo.private, "siblings": files, "tags": [], "downloads": 0}
        self._json(about | {"author": name.split("/")[0], "gated": False, "disabled": False, "likes": 0})

    def _tag(self, repo: Repo, rest: str, body: bytes) -> None:
        if self.command == "DELETE":
            repo.tags.pop(rest)
            return self._json({})
        name = json.loads(body)["tag"]
        if name in repo.tags:
            raise RefusedError(409, "the tag is there already")
        repo.tags[name] = repo.resolve(rest)
        return self._json({})

    def _commit(self, name: str, repo: Repo, revision: str, pull_request: bool, body: bytes) -> None:
        lines = [json.loads(line) for line in body.splitlines()]
        parent = repo.resolve(revision)
        wanted = lines[0]["value"].get("parentCommit")
        if not pull_request and wanted not in (None, parent):
            raise RefusedError(412, "A commit has happened since. Please refresh and try again.")
        files = dict(repo.commits[wanted or parent])
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        if "README.md" in files:
            check_card(files["README.md"].decode(), "space" if name.startswith("spaces/") else "dataset")
        ref = f"refs/pr/{len(repo.refs)}" if pull_request else revision
        sha = repo.commit(ref, files, parent)
        discussion = f"{self.hub.url}/{address(name)}/discussions/{ref.rpartition('/')[2]}" if pull_request else None
        commit = f"{self.hub.url}/{address(name)}/commit/{sha}"
        self._json({"success": True, "commitOid": sha, "commitUrl": commit, "pullRequestUrl": discussion})


@contextmanager
def serve() -> Iterator[Hub]:
    """Run the server on a free port of the loopback address until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    server.handle_error = lambda request, client_address: None  # a client that went away is no failure of the server
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environment(hub: Hub, home: Any, token: str | None = OWNER) -> dict[str, str]:
    """What makes the clients talk to this server; they read it when they are imported."""
    quiet = ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_DATASETS_DISABLE_PROGRESS_BARS")
    settings = dict.fromkeys((*quiet, "HF_HUB_DISABLE_XET"), "1") | {"HF_ENDPOINT": hub.url, "HF_HOME": str(home)}
    return settings | ({"HF_TOKEN": token} if token else {})
