"""Two annotators' records of two documents: of one they say the same, of the other not."""

from pathlib import Path
from typing import Any

from support import write_lines

TEXT = "Fabrikam buys Contoso for $5 million. Fabrikam agreed to sell Nordwind later."


def span(quote: str) -> dict[str, Any]:
    return {"start": TEXT.index(quote), "end": TEXT.index(quote) + len(quote), "quote": quote}


def deal(id_: str, status: str, **fields: str) -> dict[str, Any]:
    evidence = {f"/{name}": [span(quote)] for name, quote in fields.items()}
    evidence["/status"] = [span("buys" if status == "announced" else "agreed")]
    return {"id": id_, "type": "deal", "fields": {**fields, "status": status}, "evidence": evidence}


ANN = [deal("e1", "announced", target="Contoso")]
BEN = [deal("e1", "agreed", target="Contoso"), deal("e2", "agreed", target="Nordwind")]
SAME = [deal("e1", "announced", target="Contoso")]


def passes(folder: Path) -> tuple[Path, Path, Path]:
    documents = [{"doc_id": "same", "text": TEXT}, {"doc_id": "apart", "text": TEXT}]
    rows = [[{"doc_id": "same", "events": SAME}, {"doc_id": "apart", "events": each}] for each in (ANN, BEN)]
    return (
        write_lines(folder / "documents.jsonl", documents),
        write_lines(folder / "ann.jsonl", rows[0]),
        write_lines(folder / "ben.jsonl", rows[1]),
    )
