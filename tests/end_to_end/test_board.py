"""The board, built: figures come from predictions alone, and cheating is caught or worthless."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from boards import ABOUT, as_prediction, files_in, gold_rows, leaves, pin, sha256, submit

import goldspan
from goldspan import DataError, UsageError, content
from goldspan.board import add, build, figures
from goldspan.board.ranking import Row
from goldspan.variants import synthetic, twins

GOLD = gold_rows()
ALL = [as_prediction(row) for row in GOLD]
LEAVES = sum(leaves(event) for row in GOLD for event in row["events"])


def rows_of(tmp_path: Path, **options: Any) -> dict[str, Row]:
    (version,) = build(tmp_path / "out", submissions=tmp_path / "in", **options)
    return {row.submission.system: row for row in version.rows}


def figures_without_hash(row: Row) -> Any:
    return [getattr(row.figures, name) for name in ("overall", "types", "fields", "grounding", "validity", "rows")]


def test_the_baselines_stand_on_the_board_with_the_score_that_they_have(tmp_path: Path) -> None:
    versions = build(tmp_path / "board")
    committed = content.BOARD / "submissions" / "0.1.0" / "rules" / "predictions.jsonl"
    (rules,) = [row for row in versions[-1].rows if row.submission.system == "rules"]
    score = goldspan.score(committed)
    assert rules.figures.f1 == score.micro.f1
    assert rules.figures.overall["micro"]["f1_interval"] == list(score.intervals[""][:2])
    assert rules.signature == f"{score.signature}|pred:{sha256(committed)[:16]}"
    assert rules.reproduced is not None
    assert (tmp_path / "board/0.1.0/rules/predictions.jsonl").read_bytes() == committed.read_bytes()


def test_the_rules_are_reproduced_indeed(tmp_path: Path) -> None:
    goldspan.run("rules", tmp_path / "again.jsonl")
    again, committed = (
        [{**json.loads(line), "usage": None} for line in path.read_text().splitlines()]
        for path in (tmp_path / "again.jsonl", content.BOARD / "submissions" / "0.1.0" / "rules" / "predictions.jsonl")
    )
    assert again == committed


def test_the_twins_of_the_rules_are_those_of_the_version(tmp_path: Path) -> None:
    twins(tmp_path / "twins")
    goldspan.run("rules", tmp_path / "again.jsonl", documents=tmp_path / "twins/documents.jsonl")
    committed = content.BOARD / "submissions" / "0.1.0" / "rules" / "predictions_twins.jsonl"
    told, again = (
        [{**json.loads(line), "usage": None} for line in path.read_text().splitlines()]
        for path in (committed, tmp_path / "again.jsonl")
    )
    assert told == again


def test_the_trained_system_is_reproduced_but_for_the_last_digits_of_arithmetic(tmp_path: Path) -> None:
    synthetic(tmp_path / "training", count=500, seed=1)
    twins(tmp_path / "twins")
    model = tmp_path / "model.json"
    paths = [f"--{name}={tmp_path}/training/{name}.jsonl" for name in ("documents", "gold")]
    trained = [sys.executable, "-m", "goldspan_baselines.trained", "fit", *paths, "--out", str(model)]
    subprocess.run(trained, check=True, capture_output=True)
    committed = content.BOARD / "submissions" / "0.1.0" / "trained"
    for name, folder in (("predictions", content.ROOT / "seeds"), ("predictions_twins", tmp_path / "twins")):
        again = tmp_path / f"{name}.jsonl"
        goldspan.run("trained", again, documents=folder / "documents.jsonl", settings={"model": model})
        gold = content.GOLD if folder.name == "seeds" else folder / "gold.jsonl"
        made, told = (goldspan.score(path, gold=gold, resamples=0) for path in (again, committed / f"{name}.jsonl"))
        assert made.micro.f1 == pytest.approx(told.micro.f1, abs=0.02)


def test_the_annotators_agree_as_the_evaluator_says(tmp_path: Path) -> None:
    (version,) = build(tmp_path / "board")
    a, b = (content.PASSES / f"{name}.jsonl" for name in "ab")
    score = goldspan.score(b, gold=a, documents=content.DOCUMENTS)
    assert version.agreement is not None
    assert version.agreement.figures.f1 == score.micro.f1
    assert version.agreement.figures.signature == score.signature


def test_the_gap_of_a_memory_and_of_a_reader(tmp_path: Path) -> None:
    twins(tmp_path / "twins")
    pairs = [json.loads(line) for line in (tmp_path / "twins/gold.jsonl").read_text().splitlines()]
    parents = {row["doc_id"]: row for row in ALL}
    documents = [json.loads(line) for line in (tmp_path / "twins/documents.jsonl").read_text().splitlines()]
    remembered = [{**parents[row["variant_of"]], "doc_id": row["doc_id"]} for row in documents]
    for name, rows in (("reader", [as_prediction(row) for row in pairs]), ("memory", remembered), ("silent", [])):
        folder = submit(tmp_path / "in", name, ALL)
        (folder / "predictions_twins.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    submit(tmp_path / "in", "none", ALL)
    rows = rows_of(tmp_path)
    assert [rows[name].memorisation_gap for name in ("reader", "silent", "none")] == [0.0, 1.0, None]
    memory = rows["memory"].figures.memorisation
    assert memory is not None
    assert memory["echo_rate"] == 1.0
    assert memory["gap"] > 0.3
    assert "their twins" not in (tmp_path / "out/0.1.0/none/index.html").read_text()
    assert memory["signature"] in (tmp_path / "out/0.1.0/memory/index.html").read_text()


def test_leaving_documents_out_costs_what_they_hold(tmp_path: Path) -> None:
    submit(tmp_path / "in", "five", ALL[:5])
    submit(tmp_path / "in", "nothing", [])
    submit(tmp_path / "in", "everything", ALL)
    rows = rows_of(tmp_path)
    matched = sum(leaves(event) for row in GOLD[:5] for event in row["events"])
    assert rows["five"].figures.f1 == 2 * matched / (matched + LEAVES)  # P = 1, R = matched / LEAVES
    assert rows["five"].errors == 9 / 14
    assert (rows["everything"].figures.f1, rows["nothing"].figures.f1) == (1.0, 0.0)
    assert [rows[name].rank for name in ("everything", "five", "nothing")] == [1, 2, 3]


def test_what_a_submission_says_beside_its_events_is_worthless(tmp_path: Path) -> None:
    plain = json.loads(json.dumps(ALL))
    targets = [event for row in plain for event in row["events"] if "target" in event["fields"]]
    right = [event["fields"]["target"] for event in targets]
    for event in targets:
        event["fields"]["target"] = "Somebody else"
    submit(tmp_path / "in", "plain", plain)
    for event, target in zip(targets, right, strict=True):
        event |= {"accepted": {"/target": [target]}, "story_event": "s"}
    stuffed = [
        {**row, "gold": gold["events"], "review_status": "reviewed", "f1": 1.0}
        for row, gold in zip(plain, ALL, strict=True)
    ]
    submit(tmp_path / "in", "stuffed", stuffed)
    rows = rows_of(tmp_path)
    assert figures_without_hash(rows["plain"]) == figures_without_hash(rows["stuffed"])
    assert rows["plain"].figures.f1 == 2 * (LEAVES - len(targets)) / (2 * LEAVES)
    assert len(targets) > 10


def test_usage_is_shown_as_what_it_is(tmp_path: Path) -> None:
    claim = {"cost_usd": 0.01, "seconds": 1}
    submit(tmp_path / "in", "told", ALL, usage=claim)
    submit(tmp_path / "in", "recorded", [{**row, "usage": {"seconds": 2}} for row in ALL], usage=claim)
    rows = rows_of(tmp_path)
    assert (rows["told"].cost, rows["told"].seconds) == ((0.01, "submission"), (1, "submission"))
    assert (rows["recorded"].cost, rows["recorded"].seconds) == ((0.01, "submission"), (28, "predictions"))
    page = (tmp_path / "out/0.1.0/told/index.html").read_text()
    assert page.count("self-reported</span>") == 4
    assert "reproduced</span>" not in page


def test_one_leaf_changes_the_hash_and_the_figure(tmp_path: Path) -> None:
    submit(tmp_path / "in", "one", ALL)
    changed = json.loads(json.dumps(ALL))
    deal = next(event for event in changed[0]["events"] if "amount" in event["fields"])
    deal["fields"]["amount"]["amount"] *= 2
    submit(tmp_path / "in", "other", changed)
    rows = rows_of(tmp_path)
    assert rows["one"].signature != rows["other"].signature
    assert rows["one"].figures.key != rows["other"].figures.key
    assert rows["one"].figures.f1 == 1.0
    assert rows["other"].figures.f1 == 2 * (LEAVES - 1) / (2 * LEAVES)  # one leaf is misread


def test_a_rebuild_gives_the_same_bytes_and_scores_only_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[str] = []
    real = figures.score

    def counted(predictions: Path, **options: Any) -> Any:
        scored.append(predictions.parent.name)
        return real(predictions, **options)

    monkeypatch.setattr(figures, "score", counted)
    root, cache = tmp_path / "in", tmp_path / "cache"
    for name, count in (("a", 14), ("b", 5)):
        submit(root, name, ALL[:count])
    build(tmp_path / "first", submissions=root, cache=cache)
    assert scored == ["a", "b", "round-1"]
    build(tmp_path / "second", submissions=root, cache=cache)
    assert len(scored) == 3
    build(tmp_path / "third", submissions=root)
    assert len(scored) == 6
    assert files_in(tmp_path / "first") == files_in(tmp_path / "second") == files_in(tmp_path / "third")
    submit(root, "c", ALL[:6])
    (root / "0.1.0/b/submission.yaml").write_text(json.dumps({**ABOUT, "name": "Another name"}))
    build(tmp_path / "second", submissions=root, cache=cache)
    assert scored[6:] == ["c"]
    assert "Another name" in (tmp_path / "second/index.html").read_text()
    for kept in cache.glob("*.json"):
        kept.write_bytes(kept.read_bytes()[:100])  # cut off: it counts as nothing
    build(tmp_path / "second", submissions=root, cache=cache)
    assert scored[7:] == ["a", "b", "c", "round-1"]


def test_what_is_wrong_with_any_is_told_and_the_old_board_stays(tmp_path: Path) -> None:
    submit(tmp_path / "in", "good", ALL)
    rows_of(tmp_path)
    before = files_in(tmp_path / "out")
    submit(tmp_path / "in", "strange", [{"doc_id": "x", "events": []}])
    submit(tmp_path / "in", "twice", [ALL[0], ALL[0]])
    with pytest.raises(DataError) as caught:
        rows_of(tmp_path)
    assert [problem.message for problem in caught.value.problems] == [
        "the version has no such document",
        "the same document as in line 1",
    ]
    submit(tmp_path / "in", "claims", ALL, f1=1.0)
    (tmp_path / "in/0.1.0/link").symlink_to("/etc")
    with pytest.raises(DataError, match=r"(?s)'f1' was unexpected.*links are refused"):
        rows_of(tmp_path)
    assert files_in(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_nothing_but_a_board_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("all my work")
    with pytest.raises(UsageError, match="holds no board"):
        build(tmp_path / "mine")
    assert files_in(tmp_path / "mine") == {"thesis.txt": b"all my work"}


PRIVATE_DOCUMENTS = 8


def private(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Gold that nobody may see, its documents, and a board that pins both: each document is a story of its own."""
    gold, documents = tmp_path / "private.jsonl", tmp_path / "private_documents.jsonl"
    with gold.open("w") as gold_file, documents.open("w") as document_file:
        for i in range(PRIVATE_DOCUMENTS):
            secret = f"Secretum{i}"
            price, day = f"${7_654_321 + i}", f"2031-0{i + 1}-17"
            text = f"{secret} Holdings{i} buys Targetum{i} for {price} on {day}, says Mx{i} Speaker{i}."
            names = {
                "/investors/0": f"{secret} Holdings{i}", "/target": f"Targetum{i}", "/amount": price,
                "/date": day, "/attribution/0": f"Mx{i} Speaker{i}",
            }  # fmt: skip
            spans = {
                place: [{"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}]
                for place, quote in names.items()
            }
            event_fields = {
                "investors": [names["/investors/0"]],
                "target": names["/target"],
                "amount": {"amount": 7_654_321 + i, "currency": "XAF"},
                "date": names["/date"],
                "attribution": [names["/attribution/0"]],
            }
            event = {"id": "e1", "type": "deal", "fields": event_fields, "evidence": spans}
            json.dump({"doc_id": f"hidden-{i}", "events": [event]}, gold_file)
            json.dump({"doc_id": f"hidden-{i}", "text": text, "title": f"Headline{i}"}, document_file)
            gold_file.write("\n")
            document_file.write("\n")
    return gold, documents, pin(tmp_path / "pins", gold, documents)


def without(rows: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """The same predictions, which leave a field out."""
    found = json.loads(json.dumps(rows))
    for row in found:
        for event in row["events"]:
            del event["fields"][field]
            event["evidence"] = {place: spans for place, spans in event["evidence"].items() if field not in place}
    return found


def test_a_hidden_gold_shows_no_leaf(tmp_path: Path) -> None:
    gold, documents, board = private(tmp_path)
    rows = [as_prediction(json.loads(line)) for line in gold.read_text().splitlines()]
    submit(tmp_path / "in", "oracle", rows, version="1")  # its predictions are the gold: they may not be shown either
    submit(tmp_path / "in", "worse", without(rows, "date"), version="1")
    found = rows_of(tmp_path, board=board, gold=gold, documents=documents, cache=tmp_path / "cache")
    assert found["oracle"].figures.f1 == 1.0
    assert found["worse"].figures.f1 == pytest.approx(2 * 32 / (2 * 32 + 8))
    files = files_in(tmp_path / "out")
    assert set(files) == {
        ".goldspan-board", "README.md", "index.html", "1/index.html", "1/board.json", "1/board.csv", "1/board.tex",
        "1/board.md", "1/eval.yaml", "1/oracle/index.html", "1/worse/index.html",
    }  # fmt: skip
    secrets = {
        value
        for row in rows
        for event in row["events"]
        for quotes in event["evidence"].values()
        for quote in quotes
        for value in (quote["quote"], *quote["quote"].split(), quote["quote"].lstrip("$"))
    }
    secrets |= {f"{7_654_321 + i:,}" for i in range(8)} | {"XAF", "Headline", "hidden-"}
    assert len(secrets) > 8 * 7
    for name, data in files.items():
        assert [secret for secret in secrets if secret in data.decode()] == [], name
    told = json.loads(files["1/board.json"])
    assert told["hidden"] is True
    # eight leaves of each field are fewer than ten: told apart by field, each new submission would tell one of them
    assert [row["figures"]["fields"] for row in told["rows"]] == [{}, {}]
    assert not re.search(r'"rows": \[\s*\[', files["1/board.json"].decode())  # no counts by story


def test_other_gold_than_the_pinned_is_refused(tmp_path: Path) -> None:
    gold, documents, board = private(tmp_path)
    submit(tmp_path / "in", "x", [], version="1")
    gold.write_text(gold.read_text().replace("7654321", "7654320"))
    with pytest.raises(DataError, match="version 1 pins another gold"):
        rows_of(tmp_path, board=board, gold=gold, documents=documents)
    with pytest.raises(DataError, match=r"version 0\.1\.0 pins another gold, documents"):
        rows_of(tmp_path, gold=gold, documents=documents)


def test_rows_are_marked_that_chance_could_tell(tmp_path: Path) -> None:
    gold, documents, board = private(tmp_path)
    rows = [as_prediction(json.loads(line)) for line in gold.read_text().splitlines()]
    submit(tmp_path / "in", "a", rows, version="1")
    submit(tmp_path / "in", "b", without(rows, "date"), version="1")
    submit(tmp_path / "in", "c", without(rows, "date"), version="1")
    found = rows_of(tmp_path, board=board, gold=gold, documents=documents)
    # all 8 stories differ in one direction: 2 of the 2^8 swaps are as extreme; two comparisons, so Holm doubles it
    assert [found[name].p for name in "abc"] == [None, 2 * 2 / 2**8, 1.0]
    assert [found[name].tied for name in "abc"] == [False, False, True]


def test_a_version_keeps_its_rows_when_its_gold_is_gone(tmp_path: Path) -> None:
    board, root = tmp_path / "board", tmp_path / "in"
    shutil.copytree(content.BOARD, board, ignore=shutil.ignore_patterns("submissions"))
    submit(root, "five", ALL[:5])
    submit(root, "six", ALL[:6])
    (now,) = build(tmp_path / "out", board=board, submissions=root, record=True)
    pins = (board / "versions.toml").read_text()
    gone = re.sub(r'gold = "\w+"', f'gold = "{"0" * 64}"', pins)
    (board / "versions.toml").write_text(gone + pins.replace('["0.1.0"]', '["0.2.0"]'))
    submit(root, "six", ALL[:6], version="0.2.0")
    old, new = build(tmp_path / "out", board=board, submissions=root)
    assert [(row.figures.f1, row.p, row.signature) for row in old.rows] == [
        (row.figures.f1, row.p, row.signature) for row in now.rows
    ]
    assert [row.rescored for row in old.rows] == [False, False]
    assert new.rows[0].rescored
    assert "recomputed earlier" in (tmp_path / "out/0.1.0/index.html").read_text()
    assert (tmp_path / "out/index.html").read_text().count('href="0.1.0/index.html"') == 1

    lines = (root / "0.1.0/six/predictions.jsonl").read_text()
    (root / "0.1.0/six/predictions.jsonl").write_text(lines.splitlines()[0] + "\n")
    submit(root, "late", ALL)
    with pytest.raises(DataError) as caught:
        build(tmp_path / "out", board=board, submissions=root)
    assert [problem.message for problem in caught.value.problems] == [
        "the data of version 0.1.0 are not there, and no result is recorded",
        "the recorded result is of other predictions",
    ]


HOSTILE = "=HYPERLINK(1) & \\input{x} | [a](javascript:b) <script>alert(1)</script> $%#_{}~^`*@me"


def test_exports_keep_text_text(tmp_path: Path) -> None:
    submit(tmp_path / "in", "x", ALL, name=HOSTILE[:80], authors=["+1", "\u3000@x"], licence="-1")
    submit(tmp_path / "in", "y", ALL[:3], authors=["@y"])
    rows_of(tmp_path)
    folder = tmp_path / "out/0.1.0"
    table = list(csv.DictReader(io.StringIO((folder / "board.csv").read_text())))
    assert float(table[0]["micro_f1"]) == 1.0
    assert [row["name"] for row in table] == ["'" + HOSTILE[:80], "A system"]
    assert not [cell for row in table for cell in row.values() if cell.strip().startswith(("=", "+", "-", "@"))]
    row = next(line for line in (folder / "board.tex").read_text().splitlines() if "HYPERLINK" in line)
    assert re.sub(r"\\(textbackslash\{\}|textless\{\}|textgreater\{\}|[&%$#_{}]|\\)", "", row).count("&") == 8
    assert r"\input" not in row
    row = next(line for line in (folder / "board.md").read_text().splitlines() if "HYPERLINK" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 10
    assert not re.search(r"<|(?<!\\)\[|@", row)
    told = json.loads((folder / "board.json").read_text())
    assert told["rows"][0]["about"]["name"] == HOSTILE[:80]
    assert all(row["signature"].startswith("goldspan|v") for row in told["rows"])
    for name in ("board.tex", "board.md"):
        assert "gold:ba24191cc48728ee" in (folder / name).read_text()


def test_files_for_the_hub(tmp_path: Path) -> None:
    submit(tmp_path / "in", "x", ALL, model={"name": "M"}, link="https://example.org/m")
    submit(tmp_path / "in", "rules", ALL)
    row = rows_of(tmp_path, dataset="owner/name")["x"]
    result = yaml.safe_load((tmp_path / "out/0.1.0/x/.eval_results/goldspan.yaml").read_text())
    task = yaml.safe_load((tmp_path / "out/0.1.0/eval.yaml").read_text())["tasks"][0]
    assert result == [
        {
            "dataset": {"id": "owner/name", "task_id": task["id"], "revision": "v0.1.0"},
            "value": 1.0,
            "date": "2026-11-22",
            "notes": f"micro F1, recomputed from the predictions; {row.signature}",
            "source": {"url": "https://example.org/m", "name": "A system"},
        }
    ]
    assert not (tmp_path / "out/0.1.0/rules/.eval_results").exists()
    card = (tmp_path / "out/README.md").read_text().split("---")[1]
    assert yaml.safe_load(card)["sdk"] == "static"


def test_texts_are_shown_only_where_asked_for(tmp_path: Path) -> None:
    submit(tmp_path / "in", "x", ALL)
    text = goldspan.load_documents()["seed-000-10"].text
    sentence = next(line for line in text.splitlines() if len(line) > 60 and line.isascii() and "'" not in line)[-50:]
    rows_of(tmp_path)
    bare = (tmp_path / "out/0.1.0/x/report.html").read_text()
    rows_of(tmp_path, texts=True)
    whole = re.sub(r"<[^>]+>", "", (tmp_path / "out/0.1.0/x/report.html").read_text())
    assert sentence in whole
    assert sentence not in re.sub(r"<[^>]+>", "", bare)
    assert "Eminem" in bare  # values are facts, and stay


def test_add_by_command_then_check_and_build(
    goldspan: Callable[..., CompletedProcess[str]], tmp_path: Path, repository: Path
) -> None:
    folder = repository / "board/submissions/0.1.0/rules"
    about, predictions = folder / "submission.yaml", folder / "predictions.jsonl"
    options = ("--about", about, "--twins", folder / "predictions_twins.jsonl", "--submissions", tmp_path / "in")
    done = goldspan("board", "add", "mine", predictions, *options)
    assert (done.returncode, done.stdout) == (0, f"added: {tmp_path}/in/0.1.0/mine\n"), done.stderr
    assert files_in(tmp_path / "in/0.1.0/mine") == files_in(folder)
    assert goldspan("board", "add", "mine", predictions, *options).returncode == 2
    assert goldspan("board", "add", "../mine", predictions, *options).returncode == 2
    assert goldspan("board", "add", "mine", predictions, "--replace", *options).returncode == 0
    (tmp_path / "bad.yaml").write_text("name: x")
    done = goldspan("board", "add", "bad", predictions, "--about", "bad.yaml", "--submissions", tmp_path / "in")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path}/in/0.1.0/bad/submission.yaml: 'authors' is a required property\n")
    assert [path.name for path in (tmp_path / "in/0.1.0").iterdir()] == ["mine"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["0.1.0"]
    done = goldspan("board", "check", tmp_path / "in/0.1.0/mine")
    assert (done.returncode, done.stdout) == (0, "fine: 1 submission\n")
    done = goldspan("board", "build", "--submissions", tmp_path / "in", "--out", "board")
    assert (done.returncode, done.stdout) == (0, "0.1.0: 1 system\nThe board: board/index.html\n")


def test_python_and_command_take_the_same(repository: Path) -> None:
    import inspect

    from goldspan.cli import board as commands

    def names(function: Any) -> list[str]:
        return list(inspect.signature(function).parameters)

    assert names(commands.build) == names(build)
    assert names(commands.add) == names(add)
