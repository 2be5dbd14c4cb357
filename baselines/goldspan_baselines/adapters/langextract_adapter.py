"""`langextract` as an extractor: it gives values with their places in the text, after made-up examples.

What it extracts is one value each: its class is `TYPE.FIELD`, its text the words of the document, and its attributes
say which event it belongs to and what the value is. Fields inside a group of fields are not asked for.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan import Document, Schema, UsageError, load_schema
from goldspan_baselines.adapters.faults import as_endpoint_error
from goldspan_baselines.llm.endpoint import Reply, api_key, without_credentials
from goldspan_baselines.llm.prices import Tokens
from goldspan_baselines.llm.prompts import extract_task, task_sha256
from goldspan_baselines.llm.record import Draft
from goldspan_baselines.llm.strict import is_leaf, plain, properties

EXAMPLES = Path(__file__).with_name("langextract_examples.json")
_ASKED = (
    "\n\nExtract each value as one item. extraction_class is the event type, a dot, and the field. extraction_text is"
    " the words of the document that state the value, copied exactly. attributes has event (the number of the event in"
    " the document, from 1) and either value or the members of the value."
)


class Extracted(msgspec.Struct, frozen=True):
    """One value: `TYPE.FIELD`, the words, their place (None where they stand nowhere), and the attributes."""

    field: str
    text: str
    place: tuple[int, int] | None
    attributes: Mapping[str, Any]


class LangExtract:
    """Extracts events through langextract.

    Args:
        model: The model's name, as the endpoint calls it.
        base_url: The endpoint, up to `/v1`; its key comes from OPENAI_API_KEY.
        schema: A directory of schema files; goldspan's own where it is empty.
        examples: A JSON file of examples; needed with a schema of one's own.
        passes: How often each document is read.
        max_characters: The longest piece of a document that is read at once.
        max_tokens: The longest answer.

    Raises UsageError where a setting is wrong or the package is not installed.
    """

    def __init__(
        self,
        model: str,
        base_url: str = "https://api.openai.com/v1",
        schema: str = "",
        examples: str = "",
        passes: int = 1,
        max_characters: int = 8000,
        max_tokens: int = 4096,
    ) -> None:
        if schema and not examples:
            raise UsageError("langextract learns from examples: with a schema of your own, give examples=FILE too")
        try:
            self._langextract: Any = import_module("langextract")
            provider: Any = import_module("langextract.providers.openai")
        except ImportError as error:
            raise UsageError("the langextract adapter needs: pip install 'goldspan[langextract]'") from error
        self._schema = load_schema(Path(schema) if schema else None)
        self._task = extract_task(self._schema, list(self._schema.types), quotes=False)
        self._prompt = self._task.system.partition("\n# Answer")[0] + _ASKED
        self._examples = self._read_examples(Path(examples) if examples else EXAMPLES)
        self._passes, self._max_characters = passes, max_characters
        self._about = {"model": model, "base_url": without_credentials(base_url), "passes": passes}
        self._limits = {"max_characters": max_characters, "max_tokens": max_tokens, "temperature": 0, "seed": 0}
        self._model = provider.OpenAILanguageModel(
            model_id=model,
            api_key=api_key(base_url),
            base_url=base_url,
            temperature=0,
            seed=0,
            max_output_tokens=max_tokens,
            max_workers=1,
        )
        self._model.apply_schema(provider.OpenAILanguageModel.get_schema_class().from_examples(self._examples))

    def __call__(self, document: Document) -> dict[str, Any]:
        """The record of a document. Raises EndpointError where langextract got no answer that it can read."""
        try:
            found = self._langextract.extract(
                text_or_documents=document.text,
                prompt_description=self._prompt,
                examples=self._examples,
                model=self._model,
                max_char_buffer=self._max_characters,
                extraction_passes=self._passes,
                max_workers=1,
                use_schema_constraints=False,  # the model has its schema already, and langextract would warn
                resolver_params={"suppress_parse_errors": False},
                show_progress=False,
            )
        except Exception as error:
            raise as_endpoint_error(error, "langextract") from error
        return record_of(document, self._schema, [_extracted(each) for each in found.extractions or ()])

    def close(self) -> None:
        """Close the connections: langextract keeps its client to itself and leaves it open."""
        client = getattr(self._model, "_client", None)
        if client is not None:
            client.close()

    def describe(self) -> dict[str, Any]:
        """What makes the run what it is; langextract adds its own words to the prompt."""
        version = import_module("importlib.metadata").version("langextract")
        return {
            **self._about,
            **self._limits,
            "langextract": version,
            "prompt_sha256": task_sha256(self._task._replace(system=self._prompt)),
        }

    def _read_examples(self, path: Path) -> list[Any]:
        data = self._langextract.data
        try:
            rows = msgspec.json.decode(path.read_bytes(), type=list[_Example])
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: {error}") from error
        return [
            data.ExampleData(
                text=row.text,
                extractions=[
                    data.Extraction(each.field, each.text, attributes=each.attributes) for each in row.extracted
                ],
            )
            for row in rows
        ]


class _ExampleValue(msgspec.Struct):
    field: str
    text: str
    attributes: dict[str, str]


class _Example(msgspec.Struct):
    text: str
    extracted: list[_ExampleValue]


def record_of(document: Document, schema: Schema, found: Sequence[Extracted]) -> dict[str, Any]:
    """The record that a document's extracted values make; words that stand nowhere are kept as such."""
    places: dict[str, dict[str, Any]] = {}
    draft = Draft(document, schema, quotes=True, locate=lambda _, key: [places[key]])
    answers: dict[tuple[str, str], dict[str, Any]] = {}
    for i, each in enumerate(found):
        name, _, field = each.field.partition(".")
        if name not in schema.types:
            draft.note(f"left out a value of an unknown type: {each.field[:100]!r}")
            continue
        places[str(i)] = _evidence(document.text, each)
        answer = answers.setdefault((name, str(each.attributes.get("event", "1"))), {})
        told = {"quote": str(i), "value": _value(schema, name, field, each)}
        earlier = answer.get(field)
        answer[field] = [*cast("list[Any]", earlier), told] if earlier else [told]
    draft.count(Reply(None, None, None, Tokens(), 0.0))
    for (name, _), answer in answers.items():
        draft.add(name, {field: _single_or_list(schema, name, field, told) for field, told in answer.items()})
    record = draft.record()
    del record["usage"]  # langextract does not tell the tokens; the harness measures the seconds
    return record


def _evidence(text: str, each: Extracted) -> dict[str, Any]:
    start, end = each.place or (0, 0)
    stands = 0 <= start < end <= len(text)
    if not stands:
        return {"start": 0, "end": 0, "quote": each.text[:1000]}
    return {"start": start, "end": end, "quote": text[start:end]}


def _value(schema: Schema, name: str, field: str, each: Extracted) -> Any:
    """The value: its members where the schema has some, else the attribute `value`, else the words themselves."""
    rule = _leaf_rule(schema, name, field)
    members = properties(rule)
    if members:
        return {key: _scalar(each.attributes[key]) for key in members if key in each.attributes}
    return _scalar(each.attributes.get("value") or each.text)


def _scalar(value: Any) -> Any:
    return cast("list[Any]", value)[0] if isinstance(value, list) and value else cast(Any, value)


def _leaf_rule(schema: Schema, name: str, field: str) -> dict[str, Any]:
    rule = plain(properties(plain(schema.types[name].validator.schema)).get(field))
    return plain(rule.get("items")) if rule.get("type") == "array" and not is_leaf(rule) else rule


def _single_or_list(schema: Schema, name: str, field: str, told: list[Any]) -> Any:
    rule = plain(properties(plain(schema.types[name].validator.schema)).get(field))
    return told if rule.get("type") == "array" and not is_leaf(rule) else told[0]


def _extracted(each: Any) -> Extracted:
    interval = each.char_interval
    ends: tuple[Any, Any] = (interval.start_pos, interval.end_pos) if interval else (None, None)
    place = None if None in ends else ends
    return Extracted(str(each.extraction_class), str(each.extraction_text), place, dict(each.attributes or {}))
