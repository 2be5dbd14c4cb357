"""`goldspan release push`: check, upload in one commit, read back byte for byte, and only then tag."""

import re
from pathlib import Path

from goldspan.checksums import read_sums
from goldspan.errors import DataError, UsageError
from goldspan.files import read_bytes
from goldspan.hub.client import Hub
from goldspan.hub.publish import Bundle, Pushed, Say, publish, silent
from goldspan.release.check import check
from goldspan.release.manifest import SUMS, read_manifest
from goldspan.release.rehydrate import Places

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def push(
    release: Path | str,
    repo: str,
    *,
    tag: str | None = None,
    private: bool = False,
    pull_request: bool = False,
    dry_run: bool = False,
    documents: Places | None = None,
    say: Say = silent,
) -> Pushed:
    """Publish a release as the data-set repository `repo` (ORG/NAME) and tag it (`tag`, or `v` and its version).

    The tag is set last, on a commit whose fresh download was the release byte for byte; a push that broke off leaves
    none, and the same call again goes on. A tag that is there is never moved. Files of an earlier release are replaced
    or taken away, other files stay. With `pull_request` nothing is tagged. The token is the Hub client's own.

    Raises DataError where the check finds problems, UsageError where the Hub refuses or the call is wrong.
    """
    folder = Path(release)
    hub = Hub(repo, "dataset")
    about = read_manifest(folder).about
    tag = tag or about.tag
    if not _TAG.fullmatch(tag) or ".." in tag:
        raise UsageError(f"{tag!r} is no name of a tag")
    if problems := check(folder, documents=documents).problems:
        raise DataError(problems)
    names = (*sorted(read_sums(read_bytes(folder / SUMS))), SUMS)
    bundle = Bundle(folder, names, SUMS, f"{about.name} {about.version}")
    return publish(hub, bundle, tag=tag, private=private, pull_request=pull_request, dry_run=dry_run, say=say)
