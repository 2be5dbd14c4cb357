"""What tests send to a running Label Studio server, and ask of it."""

import json
from pathlib import Path
from typing import Any

from support import write_lines

from goldspan.annotate.client import Server

TEXT = "Fabrikam buys Contoso for $5 million."
EVENT = {
    "id": "e1",
    "type": "deal",
    "fields": {"investors": ["Fabrikam"], "target": "Contoso", "amount": {"amount": 5000000, "currency": "USD"}},
    "evidence": {
        "/investors/0": [{"start": 0, "end": 8, "quote": "Fabrikam"}],
        "/target": [{"start": 14, "end": 21, "quote": "Contoso"}],
        "/amount": [{"start": 26, "end": 36, "quote": "$5 million"}],
    },
}


def files(folder: Path, number: int) -> tuple[Path, Path]:
    documents = [{"doc_id": f"d{i}", "text": TEXT} for i in range(number)]
    records = [{"doc_id": f"d{i}", "events": [EVENT]} for i in range(number)]
    return write_lines(folder / "documents.jsonl", documents), write_lines(folder / "records.jsonl", records)


def project_of(server: Server, title: str) -> int:
    return next(each["id"] for each in server.projects() if each["title"] == title)


def annotate_all(server: Server, project: int, spoil: Any = None, **fields: Any) -> None:
    """Submit each task's prediction as it is, by the server's own interface; `spoil` changes it first."""
    client = server._client
    predictions = {each["task"]: each["result"] for each in server.predictions(project)}
    for task in server.tasks(project):
        result = json.loads(json.dumps(predictions[task["id"]]))
        if spoil:
            spoil(result)
        client.annotations.create(id=task["id"], result=result, **fields)
