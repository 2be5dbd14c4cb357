"""A user's own schema, gold and predictions, from files to figures: invoices, template filling, flat records."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support
from support import NUMBER, TEXT, event, four, kind, list_of, money, object_of, score_files

from goldspan import DataError

INVOICE = {
    "invoice": {
        "number": {**TEXT, "x-key": True},
        "total": kind("money"),
        "lines": list_of(object_of(description=TEXT, quantity=NUMBER, price=kind("money"))),
    }
}


def line(description: str, quantity: object, price: object) -> dict[str, Any]:
    return {"description": description, "quantity": quantity, "price": money(price, "EUR")}


BOLTS, NUTS, SAW = line("Bolts M8", 200, 0.12), line("Nuts M8", 200, 0.08), line("Hand saw", 1, 19.90)
GOLD = event("invoice", number="2024-17", total=money(59.90, "EUR"), lines=[BOLTS, NUTS, SAW])  # 2 + 3 * 3 leaves
CASES: dict[str, tuple[list[Any], dict[str, tuple[int, int, int, int]], tuple[float, float]]] = {
    # name: predicted lines, counts of description, quantity and price, precision and recall with the two other leaves
    "reordered": (
        [SAW, BOLTS, NUTS],
        {"description": (3, 0, 0, 0), "quantity": (3, 0, 0, 0), "price": (3, 0, 0, 0)},
        (11 / 11, 11 / 11),
    ),
    "one quantity wrong": (
        [BOLTS, line("Nuts M8", 20, 0.08), SAW],
        {"description": (3, 0, 0, 0), "quantity": (2, 1, 0, 0), "price": (3, 0, 0, 0)},
        (10 / 11, 10 / 11),
    ),
    "one line missing": (
        [SAW, NUTS],
        {"description": (2, 0, 1, 0), "quantity": (2, 0, 1, 0), "price": (2, 0, 1, 0)},
        (8 / 8, 8 / 11),
    ),
    "one line too many": (
        [line("Freight", 3, 5), SAW, NUTS, BOLTS],
        {"description": (3, 0, 0, 1), "quantity": (3, 0, 0, 1), "price": (3, 0, 0, 1)},
        (11 / 14, 11 / 11),
    ),
    "one line twice": (
        [SAW, NUTS, BOLTS, NUTS],
        {"description": (3, 0, 0, 1), "quantity": (3, 0, 0, 1), "price": (3, 0, 0, 1)},
        (11 / 14, 11 / 11),
    ),
    "a line wholly wrong is a missed and an invented one": (
        [BOLTS, NUTS, line("Handsaw", 2, 21)],
        {"description": (2, 0, 1, 1), "quantity": (2, 0, 1, 1), "price": (2, 0, 1, 1)},
        (8 / 11, 8 / 11),
    ),
    # the middle line has the quantity of both Bolts and Nuts, and the price of Nuts: it is Nuts
    "wrong, missing and reordered": (
        [line("Hand saw", 1, 1990), line("Bolts", 200, 0.08)],
        {"description": (1, 1, 1, 0), "quantity": (2, 0, 1, 0), "price": (1, 1, 1, 0)},
        (6 / 8, 6 / 11),
    ),
    "a price that is no sum of money": (
        [BOLTS, NUTS, {**SAW, "price": "19.90 EUR"}],
        {"description": (3, 0, 0, 0), "quantity": (3, 0, 0, 0), "price": (2, 0, 1, 1)},
        (10 / 11, 10 / 11),
    ),
    "no lines": (
        [],
        {"description": (0, 0, 3, 0), "quantity": (0, 0, 3, 0), "price": (0, 0, 3, 0)},
        (2 / 2, 2 / 11),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_invoice_lines_are_aligned_and_counted(tmp_path: Path, name: str) -> None:
    lines, counts, (precision, recall) = CASES[name]
    pred = event("invoice", number="2024-17", total=money(59.90, "EUR"), lines=lines)
    result = score_files(tmp_path, INVOICE, {"scan-1": [GOLD]}, {"scan-1": [pred]})
    assert {path: four(each) for path, each in result.fields.items()} == {
        "invoice.number": (1, 0, 0, 0),
        "invoice.total": (1, 0, 0, 0),
        **{f"invoice.lines.{path}": each for path, each in counts.items()},
    }
    assert (result.micro.precision, result.micro.recall) == (precision, recall)


# Template filling in the manner of MUC-4: an incident with slots that hold lists of strings.
INCIDENT = {
    "incident": {
        "kind": {"enum": ["attack", "bombing", "kidnapping"]},
        "perpetrators": list_of(kind("name")),
        "targets": list_of(kind("name")),
        "weapons": list_of(TEXT),
    }
}


def test_a_template_with_list_slots_and_accepted_forms(tmp_path: Path) -> None:
    gold = {
        **event("incident", kind="bombing", perpetrators=["FMLN", "a lone man"], targets=["power station"]),
        "accepted": {"/perpetrators/0": ["Farabundo Marti National Liberation Front"]},
        "evidence": {"/targets/0": [{"start": 0, "end": 11, "quote": "the station"}]},
    }
    pred = event(
        "incident",
        kind="attack",
        perpetrators=["Farabundo Marti National Liberation Front", "the FMLN"],
        targets=["station"],
        weapons=["dynamite"],
    )
    result = score_files(tmp_path, INCIDENT, {"m1": [gold]}, {"m1": [pred]})
    assert {path: four(each) for path, each in result.fields.items()} == {
        "incident.kind": (0, 1, 0, 0),
        "incident.perpetrators": (1, 0, 1, 1),  # two forms of one filler: one match, one invention
        "incident.targets": (1, 0, 0, 0),  # a gold quote
        "incident.weapons": (0, 0, 0, 1),
    }
    assert (result.micro.precision, result.micro.recall) == (2 / 5, 2 / 4)


# The worked example of SemEval-2013 task 9.1, as the README of nervaluate tells it (github.com/MantisAI/nervaluate):
# gold type and string, predicted type and string. The README's sums count two entities of scenario I, its list shows
# only the first. "Strict" compares type and string, "exact" the string.
SEMEVAL = [
    ("BRAND", "tikosyn", None, None),
    (None, None, "BRAND", "healthy"),
    ("DRUG", "warfarin", "DRUG", "of warfarin"),
    ("DRUG", "propranolol", "BRAND", "propranolol"),
    ("DRUG", "phenytoin", "DRUG", "phenytoin"),
    ("DRUG", "theophylline", "DRUG", "theophylline"),
    ("GROUP", "contraceptives", "DRUG", "oral contraceptives"),
]


@pytest.mark.parametrize(
    ("schema", "correct_incorrect_missed_spurious", "rate"),
    [("strict", (2, 3, 1, 1), 0.33), ("exact", (3, 2, 1, 1), 0.5)],
)
def test_published_example_of_correct_incorrect_missed_and_spurious_fills(
    tmp_path: Path, schema: str, correct_incorrect_missed_spurious: tuple[int, int, int, int], rate: float
) -> None:
    # the example takes the alignment as given: here, a place that either side states beside the fill
    def fills(kind_at: int) -> list[dict[str, Any]]:
        stated = [(place, row[kind_at], row[kind_at + 1]) for place, row in enumerate(SEMEVAL) if row[kind_at]]
        strict = schema == "strict"
        return [event("fill", place=p, entity=f"{label} {text}" if strict else text) for p, label, text in stated]

    result = score_files(tmp_path, {"fill": {"place": NUMBER, "entity": TEXT}}, {"d": fills(0)}, {"d": fills(2)})
    found = result.fields["fill.entity"]
    assert four(found) == correct_incorrect_missed_spurious
    assert [found.precision, found.recall, found.f1] == pytest.approx([rate] * 3, abs=0.005)


Facts = set[tuple[str, str, str]]
"""(document or key, field, value)."""


def sklearn_rates(gold: Facts, pred: Facts, groups: list[str], average: str) -> list[float | None]:
    """Precision, recall and F1 of exact tuples as labels: one row a group, a column a (field, value)."""
    columns = [("", ""), *sorted({fact[1:] for fact in gold | pred})]  # one nobody states: sklearn wants several
    y_true, y_pred = (
        np.array([[int((group, *column) in side) for column in columns] for group in groups]) for side in (gold, pred)
    )
    rates = precision_recall_fscore_support(y_true, y_pred, average=average, zero_division=np.nan)[:3]
    return [None if np.isnan(rate) else float(rate) for rate in rates]


def same(found: list[float | None], expected: list[float | None]) -> bool:
    return [rate is None for rate in found] == [rate is None for rate in expected] and [
        rate for rate in found if rate is not None
    ] == pytest.approx([rate for rate in expected if rate is not None], rel=1e-12)


def micro_rates(counts: Any) -> list[float | None]:
    return [counts.precision, counts.recall, counts.f1]


def facts(documents: dict[str, list[dict[str, Any]]], by_key: bool = False) -> Facts:
    found: Facts = set()
    for doc_id, events in documents.items():
        for each in events:
            group = each["fields"]["key"] if by_key else doc_id
            for name, value in each["fields"].items():
                found |= {(group, name, one) for one in (value if isinstance(value, list) else [value])}
    return found


@pytest.mark.parametrize("seed", range(25))
def test_one_template_a_document_agrees_with_sklearn(tmp_path: Path, seed: int) -> None:
    random = Random(seed)

    def template() -> list[dict[str, Any]]:
        fields: dict[str, Any] = {"kind": random.choice(["attack", "bombing", "kidnapping"])}
        for slot, pool in (("perpetrators", "ABCDEF"), ("targets", "GHIJ"), ("weapons", "KLM")):
            if random.random() < 0.8:
                fields[slot] = [f"filler {c}" for c in random.sample(pool, random.randint(1, 3))]
        return [event("incident", **fields)] if random.random() < 0.9 else []

    gold = {f"d{i}": template() for i in range(12)}
    pred = {f"d{i}": template() for i in range(12)}
    result = score_files(tmp_path, INCIDENT, gold, pred)
    truth, claims = facts(gold), facts(pred)
    assert same(micro_rates(result.micro), sklearn_rates(truth, claims, list(gold), "micro"))
    assert same([result.macro_document_f1], sklearn_rates(truth, claims, list(gold), "samples")[2:])
    for slot in INCIDENT["incident"]:
        one, other = ({fact for fact in side if fact[1] == slot} for side in (truth, claims))
        assert same(micro_rates(result.fields[f"incident.{slot}"]), sklearn_rates(one, other, list(gold), "micro"))


@pytest.mark.parametrize("seed", range(25))
def test_flat_records_with_unique_keys_agree_with_sklearn(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    names = ["colour", "size", "maker"]
    types = {"item": {"key": TEXT, **dict.fromkeys(names, TEXT)}}

    def records() -> dict[str, list[dict[str, Any]]]:
        keys = random.sample([f"key {i}" for i in range(9)], random.randint(1, 8))
        # a value carries its key: so nothing but the record with the same key can match
        stated = {key: [name for name in names if random.random() < 0.7] for key in keys}
        values = {key: {name: f"{key} {random.choice('pqr')}" for name in stated[key]} for key in keys}
        return {"d": [event("item", key=key, **values[key]) for key in keys]}

    gold, pred = records(), records()
    result = score_files(tmp_path, types, gold, pred)
    truth, claims = facts(gold, by_key=True), facts(pred, by_key=True)
    groups = sorted({fact[0] for fact in truth | claims})
    assert same(micro_rates(result.micro), sklearn_rates(truth, claims, groups, "micro"))
    per_field: list[float] = []
    for name in ("key", *names):
        one, other = ({fact for fact in side if fact[1] == name} for side in (truth, claims))
        if one | other:
            expected = sklearn_rates(one, other, groups, "micro")
            assert same(micro_rates(result.fields[f"item.{name}"]), expected)
            per_field.append(expected[2] or 0.0)
    assert result.macro_field_f1 == pytest.approx(sum(per_field) / len(per_field), rel=1e-12)


LENIENT = {
    "duration": ({"type": "string", "x-kind": "duration"}, "P20Y", "banana"),
    "date": ({"type": "string", "x-kind": "date"}, "2025-06", "banana"),
    "money": (
        {"x-kind": "money", "required": ["amount", "currency"], "properties": {"amount": {}, "currency": {}}},
        money(5),
        money("banana"),
    ),
}


@pytest.mark.parametrize("name", LENIENT)
@pytest.mark.parametrize("gold_is_banana", [False, True])
def test_banana_never_matches_where_a_schema_of_ones_own_is_lenient(
    tmp_path: Path, name: str, gold_is_banana: bool
) -> None:
    # such a schema, or such gold, may be refused; if not, what cannot be parsed can never match, nor stop the scoring
    field, right, banana = LENIENT[name]
    gold = {"d": [event("e", name="X", value=banana if gold_is_banana else right)]}
    pred = {"d": [event("e", name="X", value=banana)]}
    matched = 0
    with suppress(DataError):
        matched = score_files(tmp_path, {"e": {"name": TEXT, "value": field}}, gold, pred).fields["e.value"].matched
    assert matched == 0
