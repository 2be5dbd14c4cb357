"""What the GLiNER adapter asks for and how it reads answers; the library itself is tested by `make test-gliner`."""

import sys
from typing import Any

import pytest
from support import NUMBER, kind, list_of, object_of, schema_of

from goldspan import Document, UsageError
from goldspan_baselines.adapters.gliner_adapter import Gliner, instances, labels, values_of
from goldspan_baselines.rules.page import read
from goldspan_baselines.trained.shape import shapes

SCHEMA = schema_of(
    {
        "sale": {
            "buyers": {**list_of(kind("name")), "title": "Buyers", "description": "Who pays. Not who sells."},
            "price": kind("money"),
            "power": kind("power"),
            "stage": {"enum": ["planned", "done"]},
            "final": {"type": "boolean"},
            "rows": list_of(object_of(n=NUMBER)),
        }
    }
)
TEXT = "Contoso\nGroup pays nearly $2.5 billion, or 30%, for 350 MW and 12 jobs."


def span(words: str, confidence: float = 0.5) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"text": words, "start": start, "end": start + len(words), "confidence": confidence}


def read_answer(instance: dict[str, Any]) -> dict[str, Any]:
    values = values_of(read(Document("d", TEXT, "d")), instance, shapes(SCHEMA)["sale"])
    return {value.path: (value.value, value.sure) for value in values}


def test_labels_are_the_schema_s_own_words():
    found = {label.name: label for label in labels(SCHEMA, "sale")}
    assert list(found) == ["buyers", "price", "power", "stage", "final"]  # nothing inside objects
    assert found["buyers"].description == "Buyers: Who pays"
    assert [label.is_list for label in found.values()] == [True, True, True, False, False]
    assert (found["stage"].choices, found["final"].choices) == (("planned", "done"), ("true", "false"))


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"buyers": [span("Contoso\nGroup", 0.75)]}, {"buyers": ("Contoso Group", 0.75)}),
        ({"price": span("2.5")}, {"price": ({"amount": 2500000000, "currency": "USD", "bound": "less_than"}, 0.5)}),
        ({"price": span("jobs")}, {}),  # no sum of money
        ({"power": span("350 MW and 12 jobs")}, {"power": ({"value": 350, "unit": "MW", "bound": "exact"}, 0.5)}),
        ({"power": span("12 jobs")}, {}),  # a count, and no power
        ({"stage": {"text": "done", "confidence": 0.5}}, {"stage": ("done", 0.5)}),
        ({"stage": {"text": "undone", "confidence": 0.5}}, {}),
        ({"final": {"text": "false", "confidence": 0.5}}, {"final": (False, 0.5)}),
        ({"price": None, "buyers": []}, {}),
        (
            {"price": [span("$2.5"), span("jobs", 0.9)]},
            {"price": ({"amount": 2500000000, "currency": "USD", "bound": "less_than"}, 0.5)},
        ),
        (
            {"power": [span("30%", 0.9), span("350", 0.6), span("350 MW", 0.7)]},
            {"power": ({"value": 350, "unit": "MW", "bound": "exact"}, 0.7)},
        ),
    ],
)
def test_an_answer_is_read(answer: dict[str, Any], value: dict[str, Any]):
    assert read_answer(answer) == value


def test_a_name_that_several_spans_state_is_one_value():
    twice = {**span("Group", 0.6), "start": 0, "end": 7, "text": "Contoso"}
    answer = {"buyers": [span("jobs", 0.9), span("Contoso", 0.6), twice | {"confidence": 0.7}]}
    values = values_of(read(Document("d", TEXT, "d")), answer, shapes(SCHEMA)["sale"])
    assert [(value.value, value.spans, value.sure) for value in values] == [
        ("jobs", ((TEXT.index("jobs"), TEXT.index("jobs") + 4),), 0.9),
        ("Contoso", ((0, 7),), 0.7),
    ]


def test_no_structure_is_no_event():
    assert instances({"sale": {}}, "sale") == instances({}, "sale") == []
    assert instances({"sale": [{"price": None}]}, "sale") == [{"price": None}]


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gliner2", None)
    with pytest.raises(UsageError, match=r"pip install 'goldspan\[gliner\]'"):
        Gliner()


def test_a_threshold_is_a_probability():
    with pytest.raises(UsageError, match="between 0 and 1"):
        Gliner(threshold=1.5)
