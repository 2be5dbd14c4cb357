"""Against a real HTTP server that does all that may go wrong: each document ends in a valid record or in an error."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from endpoints import Answer, Handler, ScriptedServer, completion, scripted_server
from support import write_lines

from goldspan import Document, UsageError, load_schema, score, validate
from goldspan.report.as_json import score_as_json
from goldspan_baselines.llm.endpoint import LARGEST_REPLY, EndpointError
from goldspan_baselines.llm.extractor import LLM

TEXT = "Contoso Group buys Fabrikam Mills for $731 million. Contoso\nGroup’s offer stands."
DOCUMENT = Document("d1", TEXT, "d1", title="Contoso buys")
DEAL = {
    "investors": [{"quote": "Contoso Group", "value": "Contoso Group"}],
    "amount": {"quote": "$731 million", "value": {"amount": 731000000, "currency": "USD", "bound": None}},
}
Serve = Callable[[Answer], ScriptedServer]
Make = Callable[..., LLM]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(scripted_server(answer))


@pytest.fixture
def make() -> Iterator[Make]:
    with ExitStack() as stack:

        def new(server: ScriptedServer, **settings: Any) -> LLM:
            llm = LLM(**{"model": "m", "base_url": server.url, "calls": 1, "guidelines": "none", **settings})
            stack.callback(llm.close)
            return llm

        yield new


def events(*told: Any, name: str = "deal") -> dict[str, Any]:
    return {"events": [{"type": name, "fields": fields} for fields in told]}


def says(content: Any, finish_reason: str = "stop", **message: Any) -> Answer:
    return lambda handler, _: handler.say(content, finish_reason, **message)


def faults(record: dict[str, Any], folder: Path) -> list[str]:
    """All that `goldspan validate` finds wrong with the record."""
    documents = write_lines(folder / "documents.jsonl", [DOCUMENT.as_row()])
    predictions = write_lines(folder / "predictions.jsonl", [record])
    return [str(problem) for problem in validate(predictions, documents=documents)]


def test_values_stand_where_their_quotes_do(serve: Serve, make: Make, tmp_path: Path):
    record = make(serve(says(events(DEAL))))(DOCUMENT)
    assert record["events"] == [
        {
            "id": "e1",
            "type": "deal",
            "fields": {"investors": ["Contoso Group"], "amount": {"amount": 731000000, "currency": "USD"}},
            "evidence": {
                "/investors/0": [
                    {"start": 0, "end": 13, "quote": "Contoso Group"},
                    {"start": 52, "end": 65, "quote": "Contoso\nGroup"},
                ],
                "/amount": [{"start": 38, "end": 50, "quote": "$731 million"}],
            },
        }
    ]
    assert faults(record, tmp_path) == []
    assert record["usage"].keys() == {"seconds", "cost_usd", "input_tokens", "output_tokens"}
    assert (record["usage"]["input_tokens"], record["usage"]["output_tokens"]) == (100, 20)


def test_a_made_up_quote_is_seen_by_the_scorer(serve: Serve, make: Make, tmp_path: Path):
    told = {**DEAL, "target": {"quote": "Fabrikam Mills, a mill", "value": "Fabrikam Mills"}}
    record = make(serve(says(events(told))))(DOCUMENT)
    assert record["events"][0]["evidence"]["/target"] == [{"start": 0, "end": 0, "quote": "Fabrikam Mills, a mill"}]
    documents = write_lines(tmp_path / "documents.jsonl", [DOCUMENT.as_row()])
    predictions = write_lines(tmp_path / "predictions.jsonl", [record])
    gold = write_lines(tmp_path / "gold.jsonl", [{**record, "usage": None}])
    gold_record = json.loads(gold.read_text())
    gold_record["events"][0]["evidence"]["/target"] = [{"start": 19, "end": 33, "quote": "Fabrikam Mills"}]
    write_lines(gold, [gold_record])
    grounding = score_as_json(score(predictions, gold=gold, documents=documents))["grounding"]
    assert grounding["quotes"] == {"in_place": 3, "elsewhere": 0, "fabricated": 1}
    assert grounding["located"] is None


def test_two_calls(serve: Serve, make: Make):
    def answer(handler: Handler, request: dict[str, Any]) -> None:
        types = "types" in request["response_format"]["json_schema"]["schema"]["properties"]
        handler.say({"types": ["product", "deal", "deal", "war", 3]} if types else {"events": [DEAL]})

    server = serve(answer)
    record = make(server, calls=2)(DOCUMENT)
    assert len(server.requests) == 3
    assert [event["type"] for event in record["events"]] == ["deal"]
    assert record["usage"]["input_tokens"] == 300
    assert record["log"][:2] == [
        "left out a type that the schema does not have: 'war'",
        "left out a type that the schema does not have: 3",
    ]
    assert "product: left out /investors: no such field" in record["log"]


def test_what_is_sent(serve: Serve, make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-1234567")
    server = serve(says(events(DEAL)))
    make(server, seed=7, max_tokens=99)(DOCUMENT)
    make(server, omit="temperature, seed", limit_as="max_completion_tokens", max_tokens=5)(DOCUMENT)
    first, second = server.requests
    assert (first["model"], first["temperature"], first["seed"], first["max_tokens"]) == ("m", 0, 7, 99)
    assert TEXT in first["messages"][1]["content"]
    assert first["response_format"]["json_schema"]["strict"] is True
    assert second["max_completion_tokens"] == 5
    assert not {"temperature", "seed", "max_tokens"} & second.keys()
    assert server.keys == ["Bearer sk-test-1234567"] * 2


def test_bounds_of_an_answer_are_sent_where_they_are_set(serve: Serve, make: Make):
    server = serve(says({"types": ["deal"], "events": []}))
    make(server, calls=2)(DOCUMENT)
    make(server, calls=2, max_items=3, max_length=40)(DOCUMENT)
    schemas = [request["response_format"]["json_schema"]["schema"] for request in server.requests]
    assert "maxItems" not in json.dumps(schemas[:2])
    assert "maxLength" not in json.dumps(schemas[:2])
    assert schemas[2]["properties"]["types"]["maxItems"] == 3
    events = schemas[3]["properties"]["events"]
    assert events["maxItems"] == events["items"]["properties"]["investors"]["maxItems"] == 3
    assert events["items"]["properties"]["investors"]["items"]["properties"]["value"]["maxLength"] == 40


@pytest.mark.parametrize(("sees", "seen"), [("title", True), ("nothing", False)])
def test_a_closed_book_shows_no_text_and_asks_for_no_quotes(serve: Serve, make: Make, sees: str, seen: bool):
    told = {"investors": ["Contoso Group"], "target": "Fabrikam Mills"}
    server = serve(says(events(told)))
    record = make(server, sees=sees)(DOCUMENT)
    sent = json.dumps(server.requests)
    assert ("Contoso buys" in sent) == seen
    assert "Fabrikam" not in sent
    assert "quote" not in json.dumps(server.requests[0]["response_format"])
    assert record["events"] == [{"id": "e1", "type": "deal", "fields": told}]


def test_a_document_that_is_cut_off_says_so(serve: Serve, make: Make):
    server = serve(says(events(DEAL)))
    record = make(server, max_characters=20)(DOCUMENT)
    assert TEXT[:20] in server.requests[0]["messages"][1]["content"]
    assert TEXT[:21] not in server.requests[0]["messages"][1]["content"]
    assert record["log"] == [f"the document was cut off after 20 of {len(TEXT)} characters"]


BAD_ANSWERS: dict[str, tuple[Answer, str]] = {
    "refusal": (says(None, refusal="I cannot \x1b[2J"), "the model refused: 'I cannot \\x1b[2J'"),
    "cut off": (says('{"events": [{"type"', "length"), "cut off"),
    "content filter": (says(None, "content_filter"), "withheld"),
    "empty": (says(""), "empty"),
    "null": (says(None), "empty"),
    "blank": (says(" \n"), "empty"),
    "no JSON": (says("Sure! The deal is about mills."), "no JSON object"),
    "half JSON": (says('{"events": [{"type": "deal", "fie'), "no JSON object"),
    "a list": (says([1]), "no JSON object"),
    "a number": (says("3"), "no JSON object"),
    "events is no list": (says({"events": {"deal": 1}}), "no list 'events'"),
    "other keys": (says({"answer": []}), "no list 'events'"),
    "not a number": (says('{"events": [NaN]}'), "no JSON object"),
    "too deep": (says('{"events": ' + "[" * 30_000 + "]" * 30_000 + "}"), "no JSON object"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_cannot_be_used_is_an_error_record(serve: Serve, make: Make, tmp_path: Path, name: str):
    answer, message = BAD_ANSWERS[name]
    record = make(serve(answer))(DOCUMENT)
    assert record["events"] == []
    assert message in record["error"]
    assert record["usage"]["output_tokens"] == 20, "what a bad answer took is counted all the same"
    assert faults(record, tmp_path) == []


def status(code: int, body: bytes = b'{"error": {"message": "no"}}', **headers: str) -> Answer:
    return lambda handler, _: handler.reply(code, body, **headers)


def slow(handler: Handler, _: dict[str, Any]) -> None:
    time.sleep(1.5)
    handler.say(events(DEAL))


def dripping(handler: Handler, _: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


NO_ANSWERS: dict[str, tuple[Answer, bool, str]] = {
    "too many requests": (status(429, Retry_After="7"), True, "HTTP 429"),
    "server error": (status(500), True, "HTTP 500"),
    "overloaded, in HTML": (status(503, b"<html><script>alert(1)</script>"), True, "HTTP 503"),
    "no key": (status(401, b'{"error": {"message": "bad key sk-test-1234567"}}'), False, "bad key …"),
    "no such model": (status(404), False, "HTTP 404"),
    "never in time": (slow, True, "no reply"),
    "drop by drop": (dripping, True, "in time"),
    "cut in the middle": (lambda handler, _: handler.cut(), True, "no reply"),
    "no HTTP": (lambda handler, _: handler.wfile.write(b"\0\0\0"), True, "no reply"),
    "no JSON": (status(200, b"<html>"), False, "no chat completion"),
    "no object": (status(200, b"[]"), False, "no chat completion"),
    "no choices": (status(200, b'{"choices": []}'), False, "no choices"),
    "choices of another type": (status(200, b'{"choices": {"message": 1}}'), False, "no chat completion"),
    "content of another type": (status(200, completion(None).replace(b"null", b"[1]")), False, "no chat completion"),
    "no UTF-8": (status(200, b'{"choices": "\xff"}'), False, "no chat completion"),
    "ten megabytes": (says("x" * 10_000_000), False, "longer than"),
    "ten megabytes, packed": (
        status(200, gzip.compress(completion("x" * 10_000_000)), Content_Encoding="gzip"),
        False,
        "longer than",
    ),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_a_reply_that_does_not_come_is_an_error(serve: Serve, make: Make, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-1234567")
    answer, transient, message = NO_ANSWERS[name]
    server = serve(answer)
    with pytest.raises(EndpointError) as caught:
        make(server, timeout=1, response_format="json_schema")(DOCUMENT)
    assert caught.value.transient is transient
    assert message in str(caught.value)
    assert "sk-test" not in str(caught.value)
    assert len(server.requests) == 1, "whether to try again is for the harness to say"


def test_how_long_to_wait_is_told(serve: Serve, make: Make):
    with pytest.raises(EndpointError) as caught:
        make(serve(status(429, Retry_After="7")))(DOCUMENT)
    assert caught.value.retry_after == 7
    with pytest.raises(EndpointError) as caught:
        make(serve(status(429, Retry_After="soon")))(DOCUMENT)
    assert caught.value.retry_after is None


def test_a_server_that_is_not_there(serve: Serve, make: Make):
    server = serve(says(""))
    llm = make(server, base_url="http://127.0.0.1:1/v1")
    with pytest.raises(EndpointError) as caught:
        llm(DOCUMENT)
    assert caught.value.transient


HOSTILE = [
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202egnp.exe",
    "\x00\x1b[2J\r\n",
    "$(reboot) `id` ; rm -rf /",
    '"}]}, {"events": []',
    "{{ 7 * 7 }}",
    "(a+)+$" * 50,
    "x" * 100_000,
    "😀\ufffd",
]


def test_markup_and_path_tricks_are_text(serve: Serve, make: Make, tmp_path: Path):
    told = {
        "investors": [{"quote": each, "value": each} for each in HOSTILE],
        "target": {"quote": HOSTILE[0], "value": HOSTILE[0]},
        "../x": 1,
        "__class__": {},
    }
    record = make(serve(says({"events": [{"type": "deal", "fields": told}, {"type": "../../deal", "fields": {}}]})))(
        DOCUMENT
    )
    fields = record["events"][0]["fields"]
    assert fields["target"] == HOSTILE[0]
    assert fields["investors"] == [each.strip() for each in HOSTILE]
    assert load_schema().types["deal"].validator.is_valid(fields)
    json.dumps(record, ensure_ascii=False).encode()
    assert all("are no span" in fault for fault in faults(record, tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents.jsonl", "predictions.jsonl"]


def test_a_lone_surrogate_ends_in_a_record_that_can_be_written(serve: Serve, make: Make):
    text = '{"events": [{"type": "deal", "fields": {"target": "\\ud800", "investors": ["Contoso Group"]}}]}'
    record = make(serve(says(text)))(DOCUMENT)
    assert "error" in record or record["events"]
    json.dumps(record, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("told", "log"),
    [
        ("deal", "without a type"),
        (None, "without a type"),
        ({"type": "war", "fields": {}}, "'war'"),
        ({"type": ["deal"], "fields": {}}, "['deal']"),
        ({"type": "deal", "fields": [1]}, "no object"),
        ({"type": "deal"}, None),
        ({"type": "deal", "fields": {"amount": {"quote": "", "value": "much"}}}, "/amount"),
        ({"type": "deal", "fields": {"target": 5, "status": "done", "date": "soon"}}, "/target"),
    ],
)
def test_parts_of_the_wrong_shape_are_left_out(serve: Serve, make: Make, tmp_path: Path, told: Any, log: str | None):
    record = make(serve(says({"events": [told, {"type": "deal", "fields": DEAL}]})))(DOCUMENT)
    assert [event["id"] for event in record["events"]] == ["e1"]
    assert record["events"][0]["fields"]["investors"] == ["Contoso Group"]
    assert (log in "\n".join(record.get("log", []))) if log else "log" not in record
    assert faults(record, tmp_path) == []


def test_an_endpoint_that_knows_no_schema_is_asked_in_a_plainer_form(serve: Serve, make: Make):
    def answer(handler: Handler, request: dict[str, Any]) -> None:
        if "response_format" in request:
            handler.reply(400, b'{"error": {"message": "response_format is not supported"}}')
        else:
            handler.say("Here you are:\n```json\n" + json.dumps(events(DEAL)) + "\n```\nAnything else?")

    server = serve(answer)
    llm = make(server)
    first, second = llm(DOCUMENT), llm(DOCUMENT)
    assert first["events"] == second["events"] != []
    forms = [request.get("response_format", {"type": "text"})["type"] for request in server.requests]
    assert forms == ["json_schema", "json_object", "text", "text"]
    assert [line.partition(":")[0] for line in first["log"]] == [
        "the endpoint refused the form json_schema, json_object was asked for",
        "the endpoint refused the form json_object, text was asked for",
    ]
    assert "log" not in second
    assert '"additionalProperties":false' in server.requests[2]["messages"][0]["content"]
    with pytest.raises(EndpointError, match="HTTP 400"):
        make(server, response_format="json_object")(DOCUMENT)


def test_a_second_run_asks_nothing(serve: Serve, make: Make, tmp_path: Path):
    server = serve(says(events(DEAL)))
    cache = tmp_path / "cache.jsonl"
    first = make(server, cache=str(cache))
    record = first(DOCUMENT)
    assert first(DOCUMENT) == record
    first.close()
    assert make(server, cache=str(cache))(DOCUMENT) == record
    assert len(server.requests) == 1
    make(server, cache=str(cache), seed=1)(DOCUMENT)
    assert len(server.requests) == 2, "another request is another answer"
    assert len(cache.read_text().splitlines()) == 2


def test_faults_are_not_kept(serve: Serve, make: Make, tmp_path: Path):
    answers = iter([status(500), status(200, b"{}"), says(events(DEAL))])
    server = serve(lambda handler, request: next(answers)(handler, request))
    llm = make(server, cache=str(tmp_path / "cache.jsonl"))
    for _ in range(2):
        with pytest.raises(EndpointError):
            llm(DOCUMENT)
    assert llm(DOCUMENT)["events"]
    assert len(server.requests) == 3


def test_a_cache_that_was_cut_off_goes_on(serve: Serve, make: Make, tmp_path: Path):
    server = serve(says(events(DEAL)))
    cache = tmp_path / "cache.jsonl"
    make(server, cache=str(cache))(DOCUMENT)
    whole = cache.read_bytes()
    for end in (1, 8, len(whole) // 2, len(whole) - 2):
        cache.write_bytes(whole[:end])
        asked = len(server.requests)
        assert make(server, cache=str(cache))(DOCUMENT)["events"]
        assert make(server, cache=str(cache))(DOCUMENT)["events"]
        assert len(server.requests) == asked + 1
        assert cache.read_bytes().startswith(whole[:end]), "only ever appended to"


@pytest.mark.parametrize("content", [b"my notes\n", b'{"doc_id": "d1"}\n', b"\xff\xfe"])
def test_a_file_that_is_no_cache_is_left_as_it_is(serve: Serve, make: Make, tmp_path: Path, content: bytes):
    path = tmp_path / "notes.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no line of a cache"):
        make(serve(says("")), cache=str(path))
    assert path.read_bytes() == content


def test_threads_share_endpoint_and_cache(serve: Serve, make: Make, tmp_path: Path):
    server = serve(says(events(DEAL)))
    cache = tmp_path / "cache.jsonl"
    llm = make(server, cache=str(cache))
    documents = [Document(f"d{i}", f"{TEXT} {i}", "s") for i in range(24)]
    records: dict[str, Any] = {}

    def work(part: list[Document]) -> None:
        for document in part:
            records[document.doc_id] = llm(document)

    threads = [threading.Thread(target=work, args=(documents[i::6],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {record["doc_id"] for record in records.values()} == {document.doc_id for document in documents}
    assert len([json.loads(line) for line in cache.read_text().splitlines()]) == len(server.requests) == 24


def test_cost(serve: Serve, make: Make, tmp_path: Path):
    prices = tmp_path / "prices.toml"
    prices.write_text('[m]\ninput = 2.0\noutput = 10\n["other/model"]\ninput = 0\noutput = 0\n')
    server = serve(says(events(DEAL)))
    # 100 tokens in at $2 a million, 20 out at $10: 0.0002 + 0.0002
    assert make(server, prices=str(prices))(DOCUMENT)["usage"]["cost_usd"] == 0.0004
    assert make(server, prices=str(prices), model="other/model")(DOCUMENT)["usage"]["cost_usd"] == 0
    assert make(server, prices=str(prices), model="unknown")(DOCUMENT)["usage"]["cost_usd"] is None
    assert make(server)(DOCUMENT)["usage"]["cost_usd"] is None


@pytest.mark.parametrize("usage", [b"null", b"{}", b'{"prompt_tokens": -5}', b'{"prompt_tokens": 9000000000000000000}'])
def test_tokens_that_nobody_can_have_counted(serve: Serve, make: Make, usage: bytes):
    whole = json.loads(completion(json.dumps(events(DEAL))))
    body = json.dumps({**whole, "usage": "USAGE"}).encode().replace(b'"USAGE"', usage)
    record = make(serve(status(200, body)))(DOCUMENT)
    assert record["usage"]["input_tokens"] is None


@pytest.mark.parametrize(
    "settings",
    [
        {"calls": 3},
        {"sees": "everything"},
        {"response_format": "xml"},
        {"omit": "model"},
        {"limit_as": "n"},
        {"max_tokens": 0},
        {"timeout": 0},
        {"max_characters": -1},
        {"max_items": -1},
        {"max_length": -1},
        {"base_url": "ftp://127.0.0.1"},
        {"base_url": "http://[::1"},
        {"base_url": "127.0.0.1"},
        {"base_url": "https://api.example.org/v1"},
        {"schema": "/nowhere"},
        {"guidelines": "/nowhere"},
        {"prices": "/nowhere"},
        {"cache": "/nowhere/cache"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_a_wrong_call(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError):
        LLM(**{"model": "m", "base_url": "http://localhost:1/v1", **settings})


@pytest.mark.parametrize(
    "text", ["m = 1", "[m]\ninput = -1\noutput = 1", "[m]\ninput = nan\noutput = 1", "[m]\nin = 1", "["]
)
def test_a_price_file_that_is_none(tmp_path: Path, text: str):
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(UsageError):
        LLM("m", "http://localhost:1/v1", prices=str(path))


def test_what_makes_the_run_is_described(make: Make, serve: Serve):
    server = serve(says(""))
    one, two = make(server).describe(), make(server, calls=2).describe()
    assert one["model"] == "m"
    assert len({one["prompt_sha256"], two["prompt_sha256"]}) == 2
    assert make(server).describe() == one
    assert one["schema_sha256"] == load_schema().sha256
    secret = make(server, base_url=server.url.replace("127", "me:secret@127")).describe()
    assert "secret" not in json.dumps(secret)


def test_a_large_reply_within_the_limit_is_read(serve: Serve, make: Make):
    name = "x" * (LARGEST_REPLY // 2)
    record = make(serve(says(events({"investors": [{"quote": "", "value": name}]}))))(DOCUMENT)
    assert record["events"][0]["fields"]["investors"] == [name]
