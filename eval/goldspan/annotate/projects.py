"""Projects of annotators on a server: one each, known by their exact title, never changed where someone works."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from goldspan.annotate.client import Json, Server
from goldspan.documents import Document
from goldspan.errors import DataError, Problem, UsageError

PROJECT = "goldspan"
ADJUDICATION = "adjudication"
BATCH = 25
"""So many tasks are added at once: all of them or none."""


class Task(NamedTuple):
    """What is to be a task: the document, further data, and predictions (model_version, result, score)."""

    document: Document
    predictions: tuple[Json, ...] = ()
    data: Mapping[str, Any] = {}


class Pushed(NamedTuple):
    """What a push did: tasks added and kept, predictions added, and where the project is."""

    project: int
    url: str
    added: int
    kept: int
    predictions: int


def title_of(project: str, annotator: str) -> str:
    """The title of an annotator's project; UsageError where Label Studio would not take it."""
    title = f"{project}: {annotator}"
    if not (project.strip() and annotator.strip()) or len(title) > 50 or not title.isprintable():
        raise UsageError(f"{title!r}: project and annotator need names, together of at most 48 characters")
    return title


def find_project(server: Server, title: str) -> Json | None:
    """The project of this very title; UsageError where there are two."""
    found = [project for project in server.projects() if project["title"] == title]
    if len(found) > 1:
        ids = " and ".join(str(project["id"]) for project in found)
        raise UsageError(f"{server.url} has two projects {title!r} ({ids}): rename one")
    return found[0] if found else None


def need_project(server: Server, title: str) -> Json:
    """The same, where there must be one."""
    project = find_project(server, title)
    if project is None:
        raise UsageError(f"{server.url} has no project {title!r}: goldspan annotate push makes it")
    return project


def push_tasks(server: Server, title: str, config: str, tasks: Sequence[Task], shown: str | None) -> Pushed:
    """Bring a project to hold these tasks, each document once, and their predictions.

    What is there is kept as it is: tasks are never changed or taken away, predictions only added. Called again after it
    was cut off, it adds what is missing. Raises DataError where a document's text is another than its task's, or a
    prediction of the same model version another than the one there; UsageError where the interface cannot change.
    """
    project = find_project(server, title)
    if project is None:
        project = server.create_project(title, config, "Made by goldspan. Pull it with: goldspan annotate pull")
    there = server.tasks(project["id"])
    known = _by_document(server, project["id"], there)
    wanted = [(task, known.get(task.document.doc_id)) for task in tasks]
    predictions = _new_predictions(server, project["id"], wanted)
    _set_config(server, project, config)
    new = [task for task, existing in wanted if existing is None]
    for i in range(0, len(new), BATCH):
        server.import_tasks(project["id"], [_row(task) for task in new[i : i + BATCH]])
    for task_id, prediction in predictions:
        server.create_prediction(task_id, prediction)
    if shown is not None and project.get("model_version") != shown and any(task.predictions for task in tasks):
        server.update_project(project["id"], model_version=shown)
    added = len(predictions) + sum(len(task.predictions) for task in new)
    url = f"{server.url}/projects/{project['id']}/data"
    return Pushed(project["id"], url, len(new), len(wanted) - len(new), added)


def version_of(name: str, results: Any) -> str:
    """The model version of predictions: the name, and what tells two files of one name apart."""
    return f"{name} {hashlib.sha256(repr(results).encode()).hexdigest()[:8]}"


def _row(task: Task) -> Json:
    document = task.document
    about = {name: value for name in ("title", "published", "publisher", "url") if (value := getattr(document, name))}
    data = {"doc_id": document.doc_id, "text": document.text, "text_sha256": document.text_sha256}
    return {"data": about | data | dict(task.data), "predictions": list(task.predictions)}


def _by_document(server: Server, project: int, tasks: Sequence[Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    problems: list[Problem] = []
    for task in tasks:
        doc_id = task["data"].get("doc_id")
        if not isinstance(doc_id, str):
            problems.append(Problem(f"a task without doc_id: {server.task_url(project, task['id'])}"))
        elif doc_id in found:
            problems.append(Problem(f"a second task: {server.task_url(project, task['id'])}", doc_id=doc_id))
        else:
            found[doc_id] = task
    if problems:
        raise DataError(problems)
    return found


def _new_predictions(
    server: Server, project: int, wanted: Sequence[tuple[Task, Json | None]]
) -> list[tuple[int, Json]]:
    """The predictions that existing tasks lack; DataError where a task is not what it is to be."""
    there: dict[tuple[int, str], Any] = {}
    if any(existing and task.predictions for task, existing in wanted):
        there = {(each["task"], str(each.get("model_version"))): each for each in server.predictions(project)}
    problems: list[Problem] = []
    missing: list[tuple[int, Json]] = []
    for task, existing in wanted:
        if existing is None:
            continue
        doc_id, link = task.document.doc_id, server.task_url(project, existing["id"])
        data = _row(task)["data"]
        if existing["data"].get("text") != task.document.text:
            problems.append(
                Problem(f"the text is not that of the task; annotated text never changes: {link}", doc_id=doc_id)
            )
        elif existing["data"].get("differences") != data.get("differences"):
            problems.append(Problem(f"the task lists other differences: {link}", doc_id=doc_id))
        for prediction in task.predictions:
            kept = there.get((existing["id"], prediction["model_version"]))
            if kept is None:
                missing.append((existing["id"], prediction))
            elif kept["result"] != prediction["result"]:
                message = f"the task has another prediction {prediction['model_version']!r}: {link}"
                problems.append(Problem(message, doc_id=doc_id))
    if problems:
        raise DataError(problems)
    return missing


def _set_config(server: Server, project: Json, config: str) -> None:
    """Give the project the interface, unless annotations use what it lacks."""
    if project.get("label_config") == config:
        return
    problem = server.config_problem(project["id"], config)
    if problem is not None:
        raise UsageError(f"{project['title']}: annotations use what the new interface lacks: {problem}")
    server.update_project(project["id"], label_config=config)
