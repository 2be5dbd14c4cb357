"""The labeling interface: made from the schema, and the committed file is what is made."""

from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, object_of, schema_of

from goldspan import DataError, load_schema
from goldspan.annotate.interface import labeling_interface


def test_the_committed_interface_is_what_the_schema_makes(repository: Path):
    committed = repository / "annotations" / "labeling" / "config.xml"
    assert committed.read_text() == labeling_interface(load_schema())


def parsed(xml: str) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 (our own)


def test_each_field_is_a_role_and_each_kind_has_a_form():
    schema = schema_of(
        {
            "sale": {
                "buyer": kind("name"),
                "price": kind("money"),
                "size": kind("power"),
                "share": kind("percent"),
                "day": kind("date"),
                "stage": {"enum": ["open", "shut"]},
                "done": BOOLEAN,
                "score": NUMBER,
                "lines": list_of(object_of(item=TEXT)),
            }
        }
    )
    root = parsed(labeling_interface(schema, slots=12))
    labels = {each.get("name"): each for each in root.iter("Labels")}
    assert list(labels) == ["role", "event"], "the first labels decide which form is shown"
    roles = [each.get("alias") for each in labels["role"].iter("Label")]
    fields = ["buyer", "price", "size", "share", "day", "stage", "done", "score", "lines/item"]
    assert roles == [f"sale/{field}" for field in fields]
    assert [each.get("value") for each in labels["event"].iter("Label")] == [f"E{i}" for i in range(1, 13)]

    def shown(role: str) -> set[str]:
        """The inputs of a span of this role, as Label Studio decides it."""
        found = (each for each in root.iter() if each.get("perRegion"))
        return {f"{each.tag} {each.get('name')}" for each in found if role in each.get("whenLabelValue", "").split(",")}

    also = {"TextArea accepted"}
    assert shown("sale/price") - also == {"Number amount", "TextArea currency", "Choices bound_exact"}
    assert shown("sale/size") - also == {"Number value", "Choices unit_MW", "Choices bound_exact"}
    assert shown("sale/share") - also == {"Number value", "Choices bound_exact"}
    assert shown("sale/day") - also == {"TextArea date"}
    assert shown("sale/stage") - also == {"Choices sale_stage"}
    assert shown("sale/done") - also == {"Choices boolean"}
    assert shown("sale/score") - also == {"Number number"}
    assert shown("sale/buyer") - also == {"TextArea name"}
    assert shown("sale/lines/item") - also == {"TextArea text_value", "TextArea item"}


def test_hotkeys_and_control_names_are_used_once():
    root = parsed(labeling_interface(load_schema(), adjudication=True))
    keys = Counter(each.get("hotkey") for each in root.iter("Label") if each.get("hotkey"))
    assert len(keys) == 9 + 48
    assert set(keys.values()) == {1}
    names = Counter(each.get("name") for each in root.iter() if each.get("toName"))
    assert set(names.values()) == {1}


def test_one_name_with_other_choices_gets_a_control_of_its_own():
    def priced(*currencies: str) -> dict[str, Any]:
        parts = {"amount": NUMBER, "currency": {"enum": list(currencies)}}
        return {"x-kind": "money", "type": "object", "properties": parts, "required": ["amount", "currency"]}

    schema = schema_of({"sale": {"price": priced("USD", "EUR"), "fee": priced("USD", "GBP"), "tax": priced("EUR")}})
    root = parsed(labeling_interface(schema))
    choices = {each.get("name"): [c.get("value") for c in each] for each in root.iter("Choices")}
    assert choices == {"currency_USD": ["USD", "EUR"], "sale_fee_currency_USD_1": ["USD", "GBP"]}, "one choice is none"


def test_a_name_that_label_studio_would_split_is_refused():
    with pytest.raises(DataError, match="sale/a,b: this name cannot be used"):
        labeling_interface(schema_of({"sale": {"a,b": TEXT}}))
