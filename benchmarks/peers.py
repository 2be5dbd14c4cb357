"""Runs one peer over gold and predictions, and prints what it cost: user CPU seconds a document, as one line of JSON.

    PYTHON benchmarks/peers.py NAME GOLD PRED --documents 500     (without NAME: which peers are installed)

Needs no goldspan, so that a virtual environment of its own will do:

    python -m venv build/peers
    build/peers/bin/pip install scikit-learn seqeval nervaluate omni-extract-bench==0.1.7 stickler-eval==1.0.0 msgspec

Imports, building the schema and a warm-up of a few documents are left out of the cost; reading the files is not.
Each peer reads the first so many lines of the same two files (with msgspec where it is there, else json) and does the
nearest thing to an event score that it is made for. None checks predictions against the schema, reports by field,
type and document at once, or compares values by kind (units, dates, money, names) as goldspan does. Beyond that:

- scikit-learn: precision, recall and F1 by field over exact (document, field, value) tuples, the label of a tuple being
  the name of its field. No events: a value counts wherever it stands in the document; a wrong value is one missed and
  one invented.
- scikit-learn, ints: the same figures, where the caller has already made an integer of each name.
- seqeval: the same over tag sequences, in which each leaf that either side states is a token of its own. No events.
- nervaluate: the same leaves as spans, in its four ways of matching (strict, exact, partial, type). No events.
- omni-extract-bench: aligns events of a type, then leaves, compares normalised values; figures of each document,
  neither by field nor added up.
- stickler: aligns events and items by similarity, with edit distance and number comparators chosen from the schema;
  figures of each document by field; not added up here. It builds and validates a pydantic object of each side.
"""

import argparse
import importlib.util
import json
import resource
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 20
Document = tuple[str, list[Any], list[Any]]
Peer = Callable[[Iterable[Document]], float | None]


def read(gold: Path, pred: Path, documents: int) -> Iterator[Document]:
    """Yield (doc_id, gold events, predicted events) of the first documents, which both files have in the same order."""
    try:
        from msgspec.json import decode
    except ImportError:
        decode = json.loads
    with gold.open("rb") as gold_file, pred.open("rb") as pred_file:
        for gold_line, pred_line in islice(zip(gold_file, pred_file, strict=True), documents):
            ours, theirs = decode(gold_line), decode(pred_line)
            if ours["doc_id"] != theirs["doc_id"]:
                raise SystemExit("the files must have the same documents in the same order")
            yield ours["doc_id"], ours["events"], theirs["events"]


def leaves(events: list[Any]) -> dict[tuple[str, str], None]:
    """The exact (field, value) of each leaf; a value that is an object counts as one, as in goldspan."""
    found: dict[tuple[str, str], None] = {}
    for event in events:
        for name, value in event["fields"].items():
            field = f"{event['type']}.{name}"
            for item in value if type(value) is list else (value,):
                found[field, item if type(item) is str else repr(item)] = None
    return found


def scikit_learn() -> Peer:
    from sklearn.metrics import precision_recall_fscore_support

    def run(documents: Iterable[Document]) -> float:
        true: list[str] = []
        found: list[str] = []
        for _, gold, pred in documents:
            ours, theirs = leaves(gold), leaves(pred)
            for leaf in ours | theirs:
                true.append(leaf[0] if leaf in ours else "")
                found.append(leaf[0] if leaf in theirs else "")
        labels = sorted({*true, *found} - {""})
        return float(precision_recall_fscore_support(true, found, labels=labels, zero_division=0)[2].mean())

    return run


def scikit_learn_ints() -> Peer:
    from sklearn.metrics import precision_recall_fscore_support

    def run(documents: Iterable[Document]) -> float:
        number: dict[str, int] = {"": 0}
        true: list[int] = []
        found: list[int] = []
        for _, gold, pred in documents:
            ours, theirs = leaves(gold), leaves(pred)
            for leaf in ours | theirs:
                label = number.setdefault(leaf[0], len(number))
                true.append(label if leaf in ours else 0)
                found.append(label if leaf in theirs else 0)
        labels = list(range(1, len(number)))
        return float(precision_recall_fscore_support(true, found, labels=labels, zero_division=0)[2].mean())

    return run


def seqeval() -> Peer:
    from seqeval.metrics import classification_report

    def run(documents: Iterable[Document]) -> float:
        true: list[list[str]] = []
        found: list[list[str]] = []
        for _, gold, pred in documents:
            ours, theirs = leaves(gold), leaves(pred)
            tokens = ours | theirs
            true.append(["B-" + leaf[0] if leaf in ours else "O" for leaf in tokens])
            found.append(["B-" + leaf[0] if leaf in theirs else "O" for leaf in tokens])
        return float(classification_report(true, found, output_dict=True, zero_division=0)["micro avg"]["f1-score"])

    return run


def nervaluate() -> Peer:
    from nervaluate import Evaluator

    def spans(tokens: Iterable[tuple[str, str]], stated: dict[tuple[str, str], None]) -> list[dict[str, Any]]:
        return [{"label": leaf[0], "start": i, "end": i} for i, leaf in enumerate(tokens) if leaf in stated]

    def run(documents: Iterable[Document]) -> float:
        true: list[list[dict[str, Any]]] = []
        found: list[list[dict[str, Any]]] = []
        for _, gold, pred in documents:
            ours, theirs = leaves(gold), leaves(pred)
            tokens = ours | theirs
            true.append(spans(tokens, ours))
            found.append(spans(tokens, theirs))
        tags = sorted({span["label"] for side in (true, found) for document in side for span in document})
        return float(Evaluator(true, found, tags=tags, loader="dict").evaluate()["overall"]["strict"].f1)

    return run


def omni_extract_bench() -> Peer:
    from omni_extract_bench import score

    schema = document_schema()

    def run(documents: Iterable[Document]) -> float:
        return statistics.fmean(score(by_type(pred), by_type(gold), schema)["f1"] for _, gold, pred in documents)

    return run


def stickler() -> Peer:
    from stickler import StructuredModel, compare_json

    model = StructuredModel.from_json_schema(document_schema())

    def run(documents: Iterable[Document]) -> float:
        scores: list[float] = []
        for _, gold, pred in documents:
            result = compare_json(by_type(gold), by_type(pred), model)
            if "error" in result:
                raise SystemExit(f"stickler could not compare: {result['error']}")
            scores.append(result["overall_score"])
        return statistics.fmean(scores)

    return run


def by_type(events: list[Any]) -> dict[str, list[Any]]:
    """The fields of the events in one list for each type: so only events of the same type can be paired."""
    lists: dict[str, list[Any]] = {}
    for event in events:
        lists.setdefault(event["type"], []).append(event["fields"])
    return lists


def document_schema() -> dict[str, Any]:
    """One object with a list of events for each type, references between the files inlined."""
    files = {path.name: json.loads(path.read_bytes()) for path in sorted((ROOT / "schema").glob("*.schema.json"))}

    def inlined(node: Any, file: str) -> Any:
        if isinstance(node, list):
            return [inlined(item, file) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {key: inlined(value, file) for key, value in node.items() if key not in ("$ref", "$defs", "$schema")}
        if isinstance(rest.get("title"), str):
            del rest["title"]  # stickler takes it for the name of a Python class
        if "$ref" not in node:
            return rest
        name, _, place = node["$ref"].partition("#")
        target = files[name or file]
        for part in place.strip("/").split("/"):
            target = target[part]
        return {**inlined(target, name or file), **rest}

    types = {name.removesuffix(".schema.json"): name for name in files if "properties" in files[name]}
    events = {kind: {"type": "array", "items": inlined(files[name], name)} for kind, name in types.items()}
    return {"type": "object", "properties": events}


PEERS: dict[str, tuple[str, Callable[[], Peer]]] = {
    "scikit-learn": ("sklearn", scikit_learn),
    "scikit-learn, ints": ("sklearn", scikit_learn_ints),
    "seqeval": ("seqeval", seqeval),
    "nervaluate": ("nervaluate", nervaluate),
    "omni-extract-bench": ("omni_extract_bench", omni_extract_bench),
    "stickler": ("stickler", stickler),
}


def user_seconds() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=PEERS)
    parser.add_argument("gold", nargs="?", type=Path)
    parser.add_argument("pred", nargs="?", type=Path)
    parser.add_argument("--documents", type=int, default=500)
    options = parser.parse_args()
    if options.name is None:
        print(json.dumps([name for name, (module, _) in PEERS.items() if importlib.util.find_spec(module)]))
        return
    run = PEERS[options.name][1]()
    run(read(options.gold, options.pred, WARM_UP))
    count = sum(1 for _ in read(options.gold, options.pred, options.documents))
    before = user_seconds()
    figure = run(read(options.gold, options.pred, options.documents))
    seconds = user_seconds() - before
    json.dump({"user": seconds / count, "documents": count, "f1": figure}, sys.stdout)


if __name__ == "__main__":
    main()
