"""How far each annotator is."""

from typing import NamedTuple

from goldspan.annotate.client import Server
from goldspan.annotate.projects import PROJECT


class Progress(NamedTuple):
    """One project: how many tasks are submitted, begun, skipped, not begun, and when someone last worked on it."""

    annotator: str
    project: int
    tasks: int
    submitted: int
    begun: int
    skipped: int
    left: int
    last: str | None


def status(server: Server, *, project: str = PROJECT) -> list[Progress]:
    """The progress of each annotator of a project: what `goldspan annotate status` does."""
    found: list[Progress] = []
    for each in sorted(server.projects(), key=lambda each: each["title"]):
        prefix = f"{project}: "
        if each["title"].startswith(prefix):
            found.append(_progress(server, each["title"].removeprefix(prefix), each["id"]))
    return found


def _progress(server: Server, annotator: str, project: int) -> Progress:
    import json

    tasks = json.loads(server.export(project))
    states = {"submitted": 0, "begun": 0, "skipped": 0, "left": 0}
    times: list[str] = []
    for task in tasks:
        annotations = task["annotations"]
        times += [each["updated_at"] for each in [*annotations, *task.get("drafts", [])] if isinstance(each, dict)]
        if any(not each["was_cancelled"] for each in annotations):
            states["submitted"] += 1
        elif annotations:
            states["skipped"] += 1
        else:
            states["begun" if task.get("drafts") else "left"] += 1
    return Progress(annotator, project, len(tasks), *states.values(), last=max(times, default=None))
