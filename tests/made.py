"""Small made corpora with gold for the tests of what is trained or asked: takeovers with suits, and invoices."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from support import NUMBER, TEXT, Types, kind, list_of, money, object_of, write_lines, write_schema


class Corpus(NamedTuple):
    documents: Path
    gold: Path
    schema: Path

    def options(self) -> dict[str, Path]:
        return self._asdict()


NEWS: Types = {
    "takeover": {
        "buyer": {**kind("name"), "x-key": True},
        "target": {**kind("name"), "x-key": True},
        "price": kind("money"),
        "stake": kind("percent"),
        "status": {"type": "string", "enum": ["planned", "agreed"]},
    },
    "suit": {
        "plaintiffs": {**list_of(kind("name")), "x-key": True},
        "sum": kind("money"),
        "appealed": {"type": "boolean"},
    },
}
INVOICE: Types = {
    "invoice": {
        "number": TEXT,
        "vendor": kind("name"),
        "due": kind("date"),
        "weight": {
            "type": "object",
            "x-kind": "quantity",
            "x-units": {"kg": 1, "lb": 0.45359237},
            "properties": {"value": NUMBER, "unit": {"enum": ["kg", "lb"]}},
            "required": ["value", "unit"],
        },
        "total": kind("money"),
        "lines": list_of(object_of(item=TEXT, pieces={"type": "integer"}, price=kind("money"))),
    }
}
FIRST = "Nor Fab Con Tail Wing Ad Lit Pro Lu Ver Tre Gol Bel Cas Dro El Fen Gar Hol Ist"
LAST = "wind rikam toso spin gate worth ford mark dale stone"
GOODS = "bolts nuts washers hinges brackets screws clamps gaskets valves rivets"
MATERIALS = "steel brass copper nylon zinc rubber"


class Writer:
    """Writes text piece by piece and notes where what was said."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, template: str, stated: Mapping[str, str], into: dict[str, list[dict[str, Any]]]) -> None:
        """Append a text in which `{/pointer}` stands for what is stated there."""
        for piece in template.replace("}", "{").split("{"):
            said = stated[piece] if piece.startswith("/") else piece
            if piece.startswith("/"):
                start = len(self.text)
                into.setdefault(piece, []).append({"start": start, "end": start + len(said), "quote": said})
            self.text += said


def news(folder: Path, number: int, seed: int = 0) -> Corpus:
    """Notices of up to two takeovers and a suit, among sentences about neither; each document is its own story."""
    random = Random(seed)
    return _corpus(folder, NEWS, [_notice(random) for _ in range(number)])


def invoices(folder: Path, number: int, seed: int = 0) -> Corpus:
    """Invoices with two to five lines."""
    random = Random(seed)
    return _corpus(folder, INVOICE, [_invoice(random) for _ in range(number)])


def company(random: Random) -> str:
    return (
        random.choice(FIRST.split())
        + random.choice(LAST.split())
        + random.choice([" Group", " Holdings", " Energy", " Labs"])
    )


def _notice(random: Random) -> tuple[str, list[dict[str, Any]]]:
    writer, events = Writer(), list[dict[str, Any]]()
    writer.write(random.choice(["The market was calm. ", "Analysts were not surprised. ", ""]), {}, {})
    for part in random.sample([_takeover, _takeover, _suit], random.choice([1, 2, 3])):
        events.append(part(random, writer))
        writer.write(random.choice(["Shares hardly moved. ", "Nobody would comment. "]), {}, {})
    return writer.text, events


def _takeover(random: Random, writer: Writer) -> dict[str, Any]:
    buyer, target, millions, stake = company(random), company(random), random.randrange(2, 900), random.randrange(5, 99)
    status, act = random.choice([("planned", "plans to buy"), ("planned", "wants to acquire"), ("agreed", "has bought"),
                                 ("agreed", "has agreed to acquire")])  # fmt: skip
    what = "{/stake} of {/target}"
    template = random.choice(
        [f"{{/buyer}} {{/status}} {what} for {{/price}}. ", f"For {{/price}}, {{/buyer}} {{/status}} {what}. "]
    )
    stated = {
        "/buyer": buyer,
        "/target": target,
        "/status": act,
        "/price": f"${millions} million",
        "/stake": f"{stake}%",
    }
    evidence: dict[str, list[dict[str, Any]]] = {}
    writer.write(template, stated, evidence)
    price = money(millions * 10**6, bound="exact")
    fields = {"buyer": buyer, "target": target, "price": price, "stake": {"value": stake, "bound": "exact"}}
    return {"type": "takeover", "fields": {**fields, "status": status}, "evidence": evidence}


def _suit(random: Random, writer: Writer) -> dict[str, Any]:
    defendant, *plaintiffs = dict.fromkeys(company(random) for _ in range(random.choice([2, 3])))
    millions, appealed = random.randrange(2, 900), random.random() < 0.5
    who = " and ".join(f"{{/plaintiffs/{i}}}" for i in range(len(plaintiffs)))
    stated = {f"/plaintiffs/{i}": name for i, name in enumerate(plaintiffs)}
    stated |= {
        "/sum": f"€{millions} million",
        "/appealed": "appealed the ruling" if appealed else "accepted the ruling",
    }
    evidence: dict[str, list[dict[str, Any]]] = {}
    template = random.choice([f"{who} sued {defendant} over {{/sum}}. ", f"A court heard how {who} claimed {{/sum}}. "])
    writer.write(template + "The losing side {/appealed}. ", stated, evidence)
    total = money(millions * 10**6, "EUR", bound="exact")
    return {
        "type": "suit",
        "fields": {"plaintiffs": plaintiffs, "sum": total, "appealed": appealed},
        "evidence": evidence,
    }


def _invoice(random: Random) -> tuple[str, list[dict[str, Any]]]:
    writer, evidence = Writer(), dict[str, list[dict[str, Any]]]()
    goods = random.sample([f"{m} {g}" for m in MATERIALS.split() for g in GOODS.split()], random.randrange(2, 6))
    pieces, prices = [random.randrange(1, 500) for _ in goods], [random.randrange(2, 90) for _ in goods]
    number, vendor, weight = f"RE{random.randrange(10**5, 10**6)}", company(random), random.randrange(2, 60)
    month, day, total = random.randrange(1, 13), random.randrange(1, 29), sum(prices)
    stated = {"/number": number, "/vendor": vendor, "/due": f"2031-{month:02}-{day:02}", "/weight": f"{weight} kg",
              "/total": f"EUR {total}"}  # fmt: skip
    writer.write("Invoice {/number}\n{/vendor}\n", stated, evidence)
    for i, (item, amount, price) in enumerate(zip(goods, pieces, prices, strict=True)):
        row = {f"/lines/{i}/item": item, f"/lines/{i}/pieces": str(amount), f"/lines/{i}/price": f"EUR {price}"}
        writer.write(f"{{/lines/{i}/pieces}} x {{/lines/{i}/item}}: {{/lines/{i}/price}}\n", row, evidence)
    writer.write("Shipped: {/weight}\nTotal: {/total}\nDue on {/due}\n", stated, evidence)
    rows = [{"item": a, "pieces": b, "price": money(c, "EUR")} for a, b, c in zip(goods, pieces, prices, strict=True)]
    fields = {"number": number, "vendor": vendor, "due": stated["/due"], "weight": {"value": weight, "unit": "kg"}}
    event = {"type": "invoice", "fields": {**fields, "total": money(total, "EUR"), "lines": rows}, "evidence": evidence}
    return writer.text, [event]


def _corpus(folder: Path, types: Types, made: list[tuple[str, list[dict[str, Any]]]]) -> Corpus:
    schema = write_schema(folder, types)
    rows = [{"doc_id": f"d{i}", "text": text} for i, (text, _) in enumerate(made)]
    records = [
        {"doc_id": f"d{i}", "events": [{"id": f"e{n}"} | event for n, event in enumerate(events)]}
        for i, (_, events) in enumerate(made)
    ]
    return Corpus(write_lines(folder / "documents.jsonl", rows), write_lines(folder / "gold.jsonl", records), schema)
