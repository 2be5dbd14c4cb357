"""`goldspan board push`: the board as a static Space on the Hub, by the machinery that publishes releases."""

from pathlib import Path

from goldspan.board.hub_files import MARK
from goldspan.checksums import differing, files_below, is_plain
from goldspan.errors import DataError, Problem, UsageError
from goldspan.hub.client import Hub
from goldspan.hub.publish import Bundle, Pushed, Say, publish, silent


def push(
    directory: Path | str,
    repo: str,
    *,
    private: bool = False,
    pull_request: bool = False,
    dry_run: bool = False,
    say: Say = silent,
) -> Pushed:
    """Publish a board that `build` wrote as the static Space `repo` (ORG/NAME), and read it back byte for byte.

    It is one commit: whoever opens the page sees the old board or the new one. Files of an earlier board that the new
    one does not have are taken away, other files stay. The token is the Hub client's own.

    Raises DataError where a file is not the one that `build` wrote, UsageError where the directory holds no board, the
    Hub refuses or the call is wrong.
    """
    folder = Path(directory)
    if not is_plain(folder / MARK):
        raise UsageError(f"{folder}: holds no board; `goldspan board build` writes one")
    hub = Hub(repo, "space")
    files = files_below(folder)
    problems = [Problem("is no plain file", path) for path in files.values() if not is_plain(path)]
    if problems := [*problems, *differing(files, MARK)]:
        raise DataError(problems)
    versions = sorted(name.split("/")[0] for name in files if name.count("/") == 1 and name.endswith("/board.json"))
    bundle = Bundle(folder, tuple(files), MARK, f"The board: {', '.join(versions)}")
    return publish(hub, bundle, private=private, pull_request=pull_request, dry_run=dry_run, say=say)
