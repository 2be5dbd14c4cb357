"""Columns from the schema: there and back, or told."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, object_of, schema_of

from goldspan.release.columns import arrow_type, from_column, lossy, shape_of, to_column

TYPES = {
    "t": {
        "name": TEXT,
        "sum": kind("money"),
        "share": kind("percent"),
        "power": kind("power"),
        "count": {"type": "integer"},
        "number": NUMBER,
        "open": BOOLEAN,
        "mixed": {"enum": [1, "one", True]},
        "many": list_of(kind("money")),
        "inner": object_of(deep=list_of(object_of(a=TEXT, b={"type": "integer"}))),
    }
}
SHAPE = shape_of(schema_of(TYPES).types["t"].group)
text = st.text(st.characters(exclude_categories=["Cs"]))
double = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))
long = st.integers(-(2**63), 2**63 - 1)
money = st.fixed_dictionaries({"amount": double, "currency": st.just("EUR")}, optional={"bound": st.just("about")})
deep = st.fixed_dictionaries({}, optional={"a": text, "b": long})
fields = st.fixed_dictionaries(
    {},
    optional={
        "name": text,
        "sum": money,
        "share": st.fixed_dictionaries({"value": double}),
        "power": st.fixed_dictionaries({"value": double, "unit": st.just("MW")}),
        "count": long,
        "number": double,
        "open": st.booleans(),
        "mixed": st.sampled_from([1, "one", True]),
        "many": st.lists(st.none() | money),
        "inner": st.fixed_dictionaries({}, optional={"deep": st.lists(deep)}),
    },
)


@settings(deadline=None)  # the first call imports what the others find imported
@given(fields)
def test_every_value_comes_back(value: dict[str, Any]):
    assert list(lossy(SHAPE, value)) == []
    array = pa.array([to_column(SHAPE, value)], arrow_type(SHAPE))
    back = from_column(SHAPE, array.to_pylist()[0])
    assert back == value
    assert type(back.get("mixed")) is type(value.get("mixed"))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"count": 2**63}, "/count"),
        ({"number": 2**53 + 1}, "/number"),
        ({"number": 10**400}, "/number"),
        ({"many": [None, {"amount": 2**53 + 1, "currency": "EUR"}]}, "/many/1/amount"),
        ({"sum": {"amount": 1, "currency": "EUR", "note": "x"}}, "/sum/note"),
        ({"inner": {"deep": [{"c/d": 1}]}}, "/inner/deep/0/c~1d"),
    ],
)
def test_what_would_be_lost_is_told(value: dict[str, Any], place: str):
    assert [where for where, _ in lossy(SHAPE, value)] == [place]


def test_types_are_those_of_the_schema():
    assert arrow_type(SHAPE).field("count").type == pa.int64()
    assert arrow_type(SHAPE).field("many").type.value_type.names == ["amount", "currency", "bound"]
    assert arrow_type(SHAPE).field("open").type == pa.bool_()
