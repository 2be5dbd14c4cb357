"""The trained baseline: what it learns from made corpora, its model file, and what leaving one story out means."""

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import Corpus, invoices, news
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from support import write_lines

from goldspan import DataError, UsageError, load_documents, load_schema, run, score, validate
from goldspan_baselines.trained import Trained, fitting, jobs, linear
from goldspan_baselines.trained.gold import Source, read_gold
from goldspan_baselines.trained.jobs import cross_validate, fit, without
from goldspan_baselines.trained.linear import Linear

Make = Callable[[Path, int, int], Corpus]


def trained(folder: Path, corpus: Corpus) -> Path:
    fit(folder / "model.json", **corpus.options())
    return folder / "model.json"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Path]:
    folder = tmp_path_factory.mktemp("news")
    corpus = news(folder, 80, seed=1)
    return corpus, trained(folder, corpus)


def sub(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@pytest.mark.parametrize("make", [news, invoices])
def test_it_learns_a_users_own_schema_from_files(make: Make, tmp_path: Path):
    model = trained(tmp_path, make(sub(tmp_path, "train"), 120, 1))
    unseen = make(sub(tmp_path, "test"), 40, 2)
    run(Trained(model, schema=unseen.schema), tmp_path / "out.jsonl", documents=unseen.documents)
    assert validate(tmp_path / "out.jsonl", schema=unseen.schema, documents=unseen.documents) == []
    result = score(tmp_path / "out.jsonl", **unseen.options(), resamples=0)
    assert result.micro.f1 is not None
    assert result.micro.f1 > 0.98  # the texts are made by one pattern: whoever learns at all, learns it
    assert min(counts.f1 or 0.0 for counts in result.fields.values()) > 0.9


def test_what_carries_no_signal_is_not_learned(tmp_path: Path):
    """Evidence moved to where nothing of the kind stands: then nothing can be right, and little is said."""
    corpus = news(sub(tmp_path, "train"), 60, seed=1)
    rows = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    texts = {doc_id: document.text for doc_id, document in load_documents(corpus.documents).items()}
    for row in rows:
        for event in row["events"]:
            first = {"start": 0, "end": 1, "quote": texts[row["doc_id"]][0]}
            event["evidence"] = {pointer: [first] for pointer in event["evidence"]}
    model = trained(tmp_path, corpus._replace(gold=write_lines(tmp_path / "moved.jsonl", rows)))
    unseen = news(sub(tmp_path, "test"), 20, seed=2)
    run(Trained(model, schema=unseen.schema), tmp_path / "out.jsonl", documents=unseen.documents)
    result = score(tmp_path / "out.jsonl", **unseen.options(), resamples=0)
    assert result.fields["takeover.buyer"].matched == 0


def test_saved_and_loaded_it_predicts_the_same(learned: tuple[Corpus, Path]):
    corpus, path = learned
    schema = load_schema(corpus.schema)
    in_memory = fitting.train(read_gold(corpus.documents, corpus.gold, corpus.schema), schema)
    loaded = Trained(path, schema=corpus.schema)
    extraction = jobs.Extraction(in_memory, schema)
    for document in load_documents(corpus.documents).values():
        assert loaded(document)["events"] == extraction.events(document)


def test_the_same_input_gives_the_same_bytes(learned: tuple[Corpus, Path], tmp_path: Path):
    corpus, path = learned
    arguments = [f"--{name}={value}" for name, value in corpus.options().items()]
    command = [
        sys.executable,
        "-m",
        "goldspan_baselines.trained",
        "fit",
        f"--out={tmp_path / 'again.json'}",
        *arguments,
    ]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True)
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
    size = -(-path.stat().st_size // 1000)
    assert done.stdout == f"trained on 80 documents: {tmp_path / 'again.json'} ({size} kB)\n"


def test_values_carry_places_and_probabilities(learned: tuple[Corpus, Path]):
    corpus, path = learned
    extractor = Trained(path, schema=corpus.schema)
    for document in load_documents(corpus.documents).values():
        for event in extractor(document)["events"]:
            assert event["confidence"]
            assert all(0.0 <= sure <= 1.0 for sure in event["confidence"].values())
            spans = [span for many in event["evidence"].values() for span in many]
            assert all(document.text[span["start"] : span["end"]] == span["quote"] for span in spans)
            assert event["evidence"].keys() <= event["confidence"].keys()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\x00\ue000",
        "Nor Fab sued. " * 3000,
        "A" * 50_000,
        "5 " * 20_000,
        "Norwind Group plans to buy 5% of " * 2000,
    ],
)
def test_strange_texts_are_read_in_bounded_time(learned: tuple[Corpus, Path], tmp_path: Path, text: str):
    """No figure of time is asked for: what is not bounded would not end."""
    corpus, path = learned
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "d", "text": text}])
    result = run(Trained(path, schema=corpus.schema), tmp_path / "out.jsonl", documents=documents)
    assert (result.done, result.failed) == (1, 0)
    assert validate(tmp_path / "out.jsonl", schema=corpus.schema, documents=documents) == []


def test_it_tells_what_it_is(learned: tuple[Corpus, Path]):
    corpus, path = learned
    about = Trained(path, schema=corpus.schema).describe()
    assert about["model_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert about["trained_on_documents"] == 80
    assert about["schema_sha256"] == load_schema(corpus.schema).sha256


def altered(path: Path, folder: Path, change: Callable[[dict[str, Any]], None], resign: bool = False) -> Path:
    whole = json.loads(path.read_bytes())
    change(whole)
    if resign:
        body = json.dumps(whole["model"], separators=(",", ":"), ensure_ascii=False)
        whole["sha256"] = hashlib.sha256(body.encode()).hexdigest()
    text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
    (folder / "altered.json").write_text(text, encoding="utf-8")
    return folder / "altered.json"


def set_weight(whole: dict[str, Any]) -> None:
    whole["model"]["types"]["suit"]["tells"]["weights"][0][0] += 1


def drop_weights(whole: dict[str, Any]) -> None:
    whole["model"]["types"]["suit"]["tells"]["weights"][0].pop()


def foreign_class(whole: dict[str, Any]) -> None:
    whole["model"]["types"]["suit"]["roles"]["name"]["classes"][1] = "nowhere"


def foreign_type(whole: dict[str, Any]) -> None:
    whole["model"]["types"]["wedding"] = whole["model"]["types"].pop("suit")


def no_number(whole: dict[str, Any]) -> None:
    whole["model"]["types"]["suit"]["tells"]["rarity"][0] = "1.0"


@pytest.mark.parametrize(
    ("change", "resign", "message"),
    [
        (set_weight, False, "was altered"),
        (lambda whole: whole.update(version=2), False, "format version 2, and this program reads 1"),
        (lambda whole: whole.update(format="other"), False, "no model of the trained baseline"),
        (drop_weights, True, "suit/tells: its weights do not fit its features"),
        (foreign_class, True, "roles/name: a class that the schema does not have: 'nowhere'"),
        (foreign_type, True, "the schema has no type 'wedding'"),
        (no_number, True, "no model of the trained baseline: Expected `float`"),
        (lambda whole: whole["model"].update(extra=1), True, "unknown field `extra`"),
    ],
)
def test_an_altered_file_is_refused(
    learned: tuple[Corpus, Path],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    resign: bool,
    message: str,
):
    corpus, path = learned
    with pytest.raises(UsageError, match=message):
        Trained(altered(path, tmp_path, change, resign), schema=corpus.schema)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\x80\x04N.", b'{"format": "goldspan-trained", "version": 1}', b"[" * 9999]
)
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "model.json").write_bytes(data)
    with pytest.raises(UsageError, match="no model of the trained baseline"):
        Trained(tmp_path / "model.json")
    with pytest.raises(UsageError, match="No such file"):
        Trained(tmp_path / "nothing.json")


def test_another_schema_is_refused(learned: tuple[Corpus, Path]):
    with pytest.raises(UsageError, match="was trained for another schema"):
        Trained(learned[1])


def test_nothing_that_could_run_code_is_imported_and_predicting_needs_no_scikit_learn(learned: tuple[Corpus, Path]):
    corpus, path = learned
    code = (
        "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = sys.modules['joblib'] = None\n"
        "from pathlib import Path; from goldspan import load_documents\n"
        "from goldspan_baselines.trained import Trained\n"
        f"extract = Trained(Path({str(path)!r}), schema=Path({str(corpus.schema)!r}))\n"
        f"document = next(iter(load_documents(Path({str(corpus.documents)!r})).values()))\n"
        "print(len(extract(document)['events']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 1
    trees = [ast.parse(file.read_text()) for file in Path(linear.__file__).parent.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "numpy" in imported
    assert not {"pickle", "marshal", "shelve", "joblib", "dill"} & {name.partition(".")[0] for name in imported}
    assert not {"eval", "exec", "compile", "__import__"} & called


def test_leave_one_story_out_never_sees_its_own_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each story has a word of its own in every sentence that tells an event; no model may know its story's word."""
    corpus = news(sub(tmp_path, "made"), 30, seed=3)
    rows = [json.loads(line) for line in corpus.documents.read_text().splitlines()]
    for number, row in enumerate(rows):
        row["story"] = f"story{'abc'[number % 3]}"
        row["text"] = row["text"].replace(". ", f" marker{'abc'[number % 3]}. ")
    texts = {row["doc_id"]: row["text"] for row in rows}
    records = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    for record in records:
        for event in record["events"]:
            for spans in event["evidence"].values():
                for span in spans:
                    span["start"] = texts[record["doc_id"]].index(span["quote"])
                    span["end"] = span["start"] + len(span["quote"])
    marked = corpus._replace(
        documents=write_lines(tmp_path / "marked.jsonl", rows), gold=write_lines(tmp_path / "gold.jsonl", records)
    )
    models: list[bytes] = []

    def spy(source: Source, schema: Any) -> Any:
        models.append(jobs.to_bytes(fitting.train(source, schema)))
        return fitting.train(source, schema)

    monkeypatch.setattr(jobs, "train", spy)
    assert cross_validate(tmp_path / "out.jsonl", **marked.options()) == {"storya": 10, "storyb": 10, "storyc": 10}
    seen = [{letter for letter in "abc" if f"marker{letter}".encode() in model} for model in models]
    assert seen == [{"b", "c"}, {"a", "c"}, {"a", "b"}]
    assert validate(tmp_path / "out.jsonl", schema=marked.schema, documents=marked.documents) == []
    predicted = [json.loads(line)["doc_id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert predicted == [row["doc_id"] for row in rows]


def test_without_a_story_neither_its_documents_nor_its_gold_are_left():
    source = read_gold()
    for story in {document.story for document in source.documents.values()}:
        left = without(source, story)
        assert left.documents.keys() == left.events.keys()
        assert story not in {document.story for document in left.documents.values()}
        assert len(left.documents) == sum(document.story != story for document in source.documents.values())


def test_one_story_cannot_be_left_out(tmp_path: Path):
    corpus = news(tmp_path, 1)
    with pytest.raises(UsageError, match="there must be two"):
        cross_validate(tmp_path / "out.jsonl", **corpus.options())
    assert not (tmp_path / "out.jsonl").exists()


def test_gold_without_evidence_teaches_nothing(tmp_path: Path):
    corpus = news(tmp_path, 3)
    rows = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    for event in (event for row in rows for event in row["events"]):
        del event["evidence"]
    with pytest.raises(UsageError, match="no value has evidence"):
        fit(tmp_path / "m.json", **corpus._replace(gold=write_lines(tmp_path / "bare.jsonl", rows)).options())


def test_wrong_gold_is_told_whole_and_nothing_is_written(tmp_path: Path):
    corpus = news(tmp_path, 3)
    rows = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    rows[0]["doc_id"] = rows[1]["doc_id"] = "nobody"
    with pytest.raises(DataError) as caught:
        fit(tmp_path / "m.json", **corpus._replace(gold=write_lines(tmp_path / "wrong.jsonl", rows)).options())
    assert len(caught.value.problems) >= 2
    assert not (tmp_path / "m.json").exists()


@pytest.mark.parametrize(("arguments", "code"), [(["--gold", "nothing.jsonl"], 2), (["--documents", "broken"], 1)])
def test_exit_codes(tmp_path: Path, arguments: list[str], code: int):
    (tmp_path / "broken").write_text("{\n")
    command = [sys.executable, "-m", "goldspan_baselines.trained", "fit", "--out", "m.json", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr, bool(done.stderr)) == (code, False, True)


def test_probabilities_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    rows = [[f"f{i}" for i in np.flatnonzero(random.random(8) < 0.5)] for _ in range(200)]
    labels = [str(len(row) % 3) for row in rows]
    model = linear.fit(rows, labels)
    assert model is not None
    weight = dict(zip(model.features, model.rarity, strict=True))
    lengths = [sum(weight[f] ** 2 for f in row) ** 0.5 or 1.0 for row in rows]
    matrix = DictVectorizer().fit_transform(
        [{f: weight[f] / length for f in row} for row, length in zip(rows, lengths, strict=True)]
    )
    oracle = LogisticRegression(C=10.0, max_iter=1000).fit(matrix, labels)
    ours = [[model.probabilities(row)[name] for name in oracle.classes_] for row in rows]
    assert np.abs(np.array(ours) - oracle.predict_proba(matrix)).max() < 0.005  # weights are kept to three digits


def test_a_single_class_is_certain_and_no_rows_are_no_classifier():
    only = linear.fit([["a"], ["b"]], ["yes", "yes"])
    assert only == Linear(["yes"], [], [], [], [])
    assert only.probabilities(["c"]) == {"yes": 1.0}
    assert linear.fit([], []) is None
