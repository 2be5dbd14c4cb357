"""Makes gold and predictions of any size for the benchmarks: the same seed gives the same bytes.

    python benchmarks/generate.py DIR --documents 10000 --events 3 --seed 0 [--texts]

About `--events` events a document, of nine fields each, types and values drawn at random; a prediction keeps a value
nine times of ten, else changes it, drops it or invents one, drops or doubles an event now and then, and shuffles all.
With `--texts` there is a documents.jsonl too, and every value that a text holds has its evidence.
"""

import argparse
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from goldspan.schema import Items, Leaf, load_schema

FIELDS_PER_EVENT = 9
STEMS, ENDINGS = ("nor", "fab", "con", "tail", "wing", "ad", "lit", "pro"), ("wind", "rikam", "toso", "spin")
WORDS = [stem + ending for stem in STEMS for ending in ENDINGS]


def value(leaf: Leaf, random: random.Random) -> Any:
    """A random valid value of a kind."""
    number = random.choice((1, 2, 5, 10, 14.3, 49, 80.6)) * 10 ** random.randrange(7)
    match leaf.kind:
        case "enum":
            return random.choice(leaf.values)
        case "boolean":
            return random.random() < 0.5
        case "money":
            return {"amount": number, "currency": random.choice(("USD", "EUR", "GBP")), "bound": "exact"}
        case "percent":
            return {"value": random.randrange(1, 100), "bound": "exact"}
        case "quantity":
            return {"value": number, "unit": random.choice(tuple(leaf.units)), "bound": "about"}
        case "date":
            return f"20{random.randrange(10, 40)}-{random.randrange(1, 13):02}"
        case "duration":
            return f"P{random.randrange(1, 30)}Y"
        case _:
            return f"{random.choice(WORDS).title()} {random.choice(WORDS).title()} {random.randrange(1000)}"


class Generator:
    """Draws documents from one random generator, type by type from the schema."""

    def __init__(self, seed: int, events: int, one_type: bool) -> None:
        self.random = random.Random(seed)
        self.events = events
        self.types = list(load_schema().types.values())[: 1 if one_type else None]

    def event(self) -> dict[str, Any]:
        event_type = self.random.choice(self.types)
        names = list(event_type.group.fields)
        # the first field is a key field
        chosen = sorted({0, *self.random.sample(range(1, len(names)), FIELDS_PER_EVENT - 1)})
        fields = {names[i]: self.field(event_type.group.fields[names[i]].node) for i in chosen}
        return {"id": "", "type": event_type.name, "fields": fields}

    def field(self, node: Any) -> Any:
        if isinstance(node, Items):
            items = [value(node.item, self.random) for _ in range(self.random.choice((1, 1, 2, 3)))]
            return [item for i, item in enumerate(items) if item not in items[:i]]
        return value(node, self.random)

    def predicted(self, event: dict[str, Any]) -> dict[str, Any]:
        group = next(t for t in self.types if t.name == event["type"]).group
        fields: dict[str, Any] = {}
        for name, entry in group.fields.items():
            chance = self.random.random()
            if name in event["fields"]:
                if chance < 0.9:
                    fields[name] = event["fields"][name]
                elif chance < 0.96:
                    fields[name] = self.field(entry.node)
            elif chance < 0.05:
                fields[name] = self.field(entry.node)
        return {"id": "", "type": event["type"], "fields": fields}

    def document(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        low, high = max(1, self.events - 1), self.events + 1
        gold = [self.event() for _ in range(self.random.randint(low, high) if self.events < 10 else self.events)]
        pred = [self.predicted(event) for event in gold if self.random.random() < 0.95]
        pred += [self.predicted(event) for event in gold if self.random.random() < 0.03]
        self.random.shuffle(pred)
        return gold, pred


class Telling:
    """Tells gold's values one after the other, and finds the words of a value again."""

    def __init__(self) -> None:
        self.text = ""
        self.places: dict[bytes, dict[str, Any]] = {}

    def words(self, value: Any, add: bool) -> list[dict[str, Any]]:
        key = msgspec.json.encode(value)
        if add and key not in self.places:
            quote = value if isinstance(value, str) else key.decode()
            start = len(self.text)
            self.places[key] = {"start": start, "end": start + len(quote), "quote": quote}
            self.text += f"{quote}. "
        return [self.places[key]] if key in self.places else []

    def evidence(self, fields: dict[str, Any], add: bool) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for name, told in fields.items():
            places = (
                {f"/{name}/{i}": item for i, item in enumerate(told)} if isinstance(told, list) else {f"/{name}": told}
            )
            found |= {place: words for place, item in places.items() if (words := self.words(item, add))}
        return found


def lines(
    documents: int, events: int, seed: int, one_type: bool = False, texts: bool = False
) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (gold line, prediction line, document line)."""
    generator = Generator(seed, events, one_type)
    for number in range(documents):
        gold, pred = generator.document()
        telling = Telling()
        for side in (gold, pred):
            for i, event in enumerate(side, start=1):
                event["id"] = f"e{i}"
                if texts:
                    event["evidence"] = telling.evidence(event["fields"], add=side is gold)
        doc_id = f"d{number:07}"
        records = ({"doc_id": doc_id, "events": gold}, {"doc_id": doc_id, "events": pred})
        document = {"doc_id": doc_id, "text": telling.text, "story": doc_id}
        yield tuple(msgspec.json.encode(line) + b"\n" for line in (*records, document))


def write(
    folder: Path, documents: int, events: int, seed: int, one_type: bool = False, texts: bool = False
) -> tuple[Path, Path]:
    """Write gold.jsonl and pred.jsonl into a folder; with texts documents.jsonl too."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.jsonl" for name in ("gold", "pred", "documents")[: 3 if texts else 2]]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in paths]
        for made in lines(documents, events, seed, one_type, texts):
            for file, line in zip(files, made, strict=False):
                file.write(line)
    return paths[0], paths[1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one-type", action="store_true", help="all events of the same type")
    parser.add_argument("--texts", action="store_true", help="documents too, and evidence for what they tell")
    options = parser.parse_args()
    write(options.folder, options.documents, options.events, options.seed, options.one_type, options.texts)
