"""The few calls to the Hub that a push makes, through its own client; what goes wrong is told without the token."""

import re
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from goldspan.checksums import is_plain, read_sums
from goldspan.errors import UsageError
from goldspan.files import sha256_of_file
from goldspan.hub.needs import need

_TOKEN = re.compile(r"hf_[A-Za-z0-9]+")


class Head(NamedTuple):
    """The state of a repository: its newest commit, its files, whether it is private."""

    commit: str
    files: frozenset[str]
    private: bool


class Commit(NamedTuple):
    """A commit, and where its pull request is, if it is one."""

    sha: str
    pull_request: str | None


class Hub:
    """A data set or a static Space on the Hub. The token is the client's own: `HF_TOKEN`, or its store."""

    def __init__(self, repo: str, kind: Literal["dataset", "space"]) -> None:
        self._client: Any = need("huggingface_hub")
        self._errors: Any = need("huggingface_hub.errors")
        need("huggingface_hub.utils").disable_progress_bars()
        need("huggingface_hub.utils.logging").set_verbosity_error()
        self._api: Any = self._client.HfApi()
        self.repo, self._kind = repo, kind
        if repo.count("/") != 1:
            raise UsageError(f"{repo!r} is no repository such as ORG/NAME")
        with self._told("is no name of a repository"):
            need("huggingface_hub.utils").validate_repo_id(repo)

    def head(self) -> Head | None:
        """The newest commit; None where there is no such repository, or none that the token may see."""
        with self._told("cannot be asked"):
            try:
                info = self._api.repo_info(self.repo, repo_type=self._kind)
            except self._errors.RepositoryNotFoundError:
                return None
        return Head(info.sha, frozenset(file.rfilename for file in info.siblings or ()), bool(info.private))

    def tags(self) -> Mapping[str, str]:
        """The commit of each tag."""
        with self._told("cannot be asked"):
            refs = self._api.list_repo_refs(self.repo, repo_type=self._kind)
        return {tag.name: tag.target_commit for tag in refs.tags}

    def create(self, private: bool) -> None:
        """Create the repository, unless it is there."""
        with self._told("cannot be created"):
            self._api.create_repo(
                self.repo,
                repo_type=self._kind,
                private=private,
                exist_ok=True,
                space_sdk="static" if self._kind == "space" else None,
            )

    def listed_files(self, head: Head, listing: str) -> set[str]:
        """The files that an earlier push put there, by its own checksum file, and that file itself."""
        if listing not in head.files:
            return set()
        with tempfile.TemporaryDirectory(prefix="goldspan-push-") as folder, self._told("cannot be read"):
            path = self._api.hf_hub_download(
                self.repo, listing, repo_type=self._kind, revision=head.commit, cache_dir=folder
            )
            try:
                return {*read_sums(Path(path).read_bytes()), listing} & head.files
            except ValueError:
                return set()

    def commit(
        self, folder: Path, names: Iterable[str], gone: Iterable[str], parent: str, message: str, pull_request: bool
    ) -> Commit:
        """Upload files and take others away in one commit on top of `parent`; refused where the head is another."""
        adds = [self._client.CommitOperationAdd(path_in_repo=name, path_or_fileobj=folder / name) for name in names]
        deletes = [self._client.CommitOperationDelete(path_in_repo=name) for name in gone]
        with self._told("did not take the files; the same call goes on where this one stopped"):
            done = self._api.create_commit(
                self.repo,
                [*adds, *deletes],
                repo_type=self._kind,
                commit_message=message,
                parent_commit=parent,
                create_pr=pull_request,
            )
        return Commit(done.oid, done.pr_url)

    def differences(self, revision: str, folder: Path, names: Iterable[str]) -> list[str]:
        """Download a revision afresh and name the files that are not, byte for byte, those of `folder`."""
        with tempfile.TemporaryDirectory(prefix="goldspan-push-") as cache, self._told("cannot be read back"):
            path = self._api.snapshot_download(self.repo, repo_type=self._kind, revision=revision, cache_dir=cache)
            return [name for name in names if not _same(Path(path) / name, folder / name)]

    def tag(self, name: str, commit: str) -> None:
        """Name a commit for good."""
        with self._told("did not take the tag"):
            self._api.create_tag(self.repo, tag=name, revision=commit, repo_type=self._kind)

    def untag(self, name: str) -> None:
        """Take a tag away."""
        with self._told("did not take the tag away"):
            self._api.delete_tag(self.repo, tag=name, repo_type=self._kind)

    @contextmanager
    def _told(self, what: str) -> Generator[None]:
        """Turn what the client raises, of whatever kind, into one line without the token."""
        try:
            yield
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(f"{self.repo}: the Hub {what}: {self._message(error)}") from None

    def _message(self, error: Exception) -> str:
        status = getattr(getattr(error, "response", None), "status_code", None)
        hints: Mapping[Any, str] = {
            401: "no token, or one that may not: set HF_TOKEN, or `hf auth login`",
            403: "the token may not do this",
            412: "the repository has changed meanwhile; the same call starts from its new state",
        }
        token: str | None = self._client.get_token()
        text = " ".join(f"{type(error).__name__}: {error}".split())
        for part in (token,) if token else ():
            text = text.replace(part, "***")
        return _TOKEN.sub("hf_***", "; ".join(filter(None, (hints.get(status), text))))


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and is_plain(other) and sha256_of_file(one) == sha256_of_file(other)
