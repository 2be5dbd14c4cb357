"""Counts of many documents: whatever is spooled, cut into blocks or made anew is what plain sums over documents say."""

import gc
import pickle
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan import UsageError, counting, resample, spool, story_rows
from goldspan.counting import CountTable
from goldspan.counts import RESULTS, Counts, total
from goldspan.pairing import EventPair
from goldspan.spool import Spool
from goldspan.story_rows import StoryRows

COLUMNS = ["a.x", "a.y", "b.x", "b.y", "c.x"]

Document = tuple[str, list[tuple[str, Any]]]
"""A story, and the field and the result of each leaf."""

DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["d0", "d3", "s", "two\nlines", "é"]),
        st.lists(st.tuples(st.sampled_from(COLUMNS[:4]), st.sampled_from(RESULTS)), max_size=6),
    ),
    max_size=12,
)
some = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[False, True], ids=["at once", "in small pieces"])
def _pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        for module, name, value in (
            (counting, "_BLOCK", 3),
            (story_rows, "_SPACE", 1),
            (spool, "IN_MEMORY", 5),
            (spool, "PIECE", 7),
        ):
            monkeypatch.setattr(module, name, value)


def table_of(documents: Sequence[Document], first: int = 0) -> CountTable:
    table = CountTable(COLUMNS)
    for i, (story, leaves) in enumerate(documents, start=first):
        rows: list[Any] = [(path, result, None, None, False) for path, result in leaves]
        table.add(f"d{i}", story, [EventPair("a", 0, 0, rows[:2]), EventPair("a", 1, 1, rows[2:])])
    return table


def sent(thing: Any) -> Any:
    """What arrives where a thing is sent to another process."""
    return pickle.loads(pickle.dumps(thing))  # noqa: S301  # its own


def by_story(documents: Sequence[Document]) -> dict[str, Counter[tuple[str, str]]]:
    sums: dict[str, Counter[tuple[str, str]]] = {}
    for story, leaves in documents:
        sums.setdefault(story, Counter()).update(leaves)
    return sums


@pytest.mark.usefixtures("_pieces")
@some
@given(DOCUMENTS, st.integers(0, 12))
def test_every_sum_is_that_of_the_leaves(documents: list[Document], cut: int) -> None:
    table = table_of(documents[:cut])
    table.extend(sent(table_of(documents[cut:], min(cut, len(documents)))))
    leaves = Counter(leaf for _, each in documents for leaf in each)
    assert len(table) == len(documents)
    assert table.totals == {
        path: Counts(*(leaves[path, result] for result in RESULTS))
        for path in COLUMNS
        if any(leaves[path, result] for result in RESULTS)
    }
    found = list(table.documents())
    assert [(name, story) for name, story, _ in found] == [(f"d{i}", story) for i, (story, _) in enumerate(documents)]
    for (_, each), (_, _, fields) in zip(documents, found, strict=True):
        assert Counter(each) == Counter(
            {(path, r): n for path, counts in fields.items() for r in RESULTS if (n := getattr(counts, r))}
        )
    assert list(table.document_counts()) == [(name, total(fields.values())) for name, _, fields in found]
    columns = COLUMNS[::-2]
    assert table.by_story(columns).tolist() == [
        [[sums[path, result] for result in RESULTS] for path in columns] for sums in by_story(documents).values()
    ]


@pytest.mark.usefixtures("_pieces")
@some
@given(DOCUMENTS)
def test_rows_of_stories_are_those_of_the_array_of_all_counts(documents: list[Document]) -> None:
    table = table_of(documents)
    columns = sorted(table.totals)
    counts = table.by_story(columns)
    rows = StoryRows(table, columns)
    expected = resample._canonical(resample._f1_parts(counts))  # pyright: ignore[reportPrivateUsage]
    assert rows.shape == expected.shape
    for where in (slice(0, 20), slice(0, 2), slice(2, 4)):
        assert rows[where].tolist() == expected[where].tolist()
    for some in ([0], [1, 2], list(range(len(columns)))):
        places = [i for i in some if i < len(columns)]
        assert rows.told_by_several(places) == ((counts[:, places].sum(axis=(1, 2)) > 0).sum() > 1)


def test_rows_hold_more_leaves_than_a_byte() -> None:
    leaves = [("a.x", "misread")] * 300
    rows = StoryRows(table_of([("s", leaves), ("d1", [("a.x", "matched")])]), ["a.x"])
    assert rows[:2].tolist() == [[[0, 600]], [[2, 2]]]


def test_a_story_may_be_named_like_another_document() -> None:
    table = table_of([("d1", [("a.x", "matched")]), ("d1", [("a.x", "missed")]), ("d2", [])])
    assert table.stories().tolist() == [0, 0, 1]
    assert list(table.names()) == [("d0", "d1"), ("d1", "d1"), ("d2", "d2")]


@some
@given(st.lists(st.binary(max_size=9)), st.integers(0, 40), st.integers(0, 40))
def test_a_spool_gives_back_what_was_put_in(parts: list[bytes], start: int, end: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "IN_MEMORY", 5)
        patch.setattr(spool, "PIECE", 4)
        held, whole = Spool(), b""
        for part in parts:
            held.append(part)
            whole += part
            assert held.read(start, end) == whole[start:end]  # reading between does not disturb what is added
        other = sent(held)
        other.extend(held)
        assert b"".join(other.pieces()) == whole * 2
        assert len(other) == 2 * len(whole)
        assert list(held.lines()) == (whole[:-1] if whole.endswith(b"\n") else whole).split(b"\n") * bool(whole)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    return tmp_path


def test_a_spool_leaves_no_file_behind(temporary: Path) -> None:
    held = Spool()
    held.append(b"data")
    file = held._file  # pyright: ignore[reportPrivateUsage]
    assert file is not None
    del held
    gc.collect()
    assert file.closed
    assert not list(temporary.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file that is always full")
def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: Path("/dev/full").open("r+b", **options))  # noqa: SIM115
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    with pytest.raises(UsageError, match="No space left"):
        Spool().append(b"data")


def test_a_temporary_folder_that_cannot_be_written_to_is_told(temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(UsageError, match="No such file"):
        Spool().append(b"data")


def test_no_stories_at_all() -> None:
    rows = StoryRows(table_of([]), [])
    assert rows.shape == (0, 0, 2)
    assert not rows.told_by_several([])
    assert np.asarray(table_of([]).by_story([])).shape == (0, 0, 4)
