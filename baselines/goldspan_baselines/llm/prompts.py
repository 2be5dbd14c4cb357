"""What is asked: prompts from templates, the schema and the guidelines, with no value of the data set in them.

`templates/SHA256SUMS` pins templates and the prompts that they make for goldspan's own schema;
`python -m goldspan_baselines.llm.prompts` writes it anew.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from goldspan import Document, Schema, load_schema
from goldspan.content import GUIDELINES
from goldspan_baselines.llm.strict import UNBOUNDED, Bounds, Json, bounded, object_of, rewrite

FOLDER = Path(__file__).with_name("templates")
PINS = FOLDER / "SHA256SUMS"

_KINDS = {
    "name": "as the document writes it, in its fullest form",
    "text": "a short noun phrase of the document",
    "enum": "one of the values in parentheses",
    "boolean": "true or false",
    "number": "written out in digits",
    "money": "an object of amount (whole units of the currency, written out in digits), currency (ISO 4217) and bound",
    "percent": "an object of value (in percent) and bound",
    "quantity": "an object of value (written out in digits), unit (one of those in parentheses) and bound",
    "bound": "part of money, percent and quantity: how the text hedges the figure, exact where it does not",
    "date": "EDTF (ISO 8601-2) at the precision of the text: YYYY-MM-DD, YYYY-MM, YYYY; approximate YYYY~;"
    " until ../YYYY; since YYYY/..",
    "duration": "ISO 8601: P, a number, and Y, M, W or D",
}


class Task(NamedTuple):
    """A prompt to be completed with a document: the system's part, and the JSON Schema that the answer must have."""

    system: str
    schema: Json
    changes: tuple[str, ...] = ()


@cache
def _environment() -> Environment:
    # no escaping: what comes out is a prompt, and no page; templates are files of this package alone
    return Environment(  # noqa: S701
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def guidelines_text(path: Path | None = None) -> str:
    """The annotation guidelines: a file, or goldspan's own without the part on the format of gold."""
    whole = (path or GUIDELINES).read_text("utf-8")
    return (whole if path else whole.partition("\n## 7. Stand-off keys")[0]).strip()


def extract_task(
    schema: Schema,
    names: Sequence[str],
    *,
    guidelines: str = "",
    quotes: bool = True,
    in_prompt: bool = False,
    bounds: Bounds = UNBOUNDED,
) -> Task:
    """Ask for the events of these types; `in_prompt` says the schema of the answer in words too."""
    only = names[0] if len(names) == 1 else None
    changes: list[str] = []
    choices: list[Json] = []
    for name in names:
        rewritten = rewrite(schema.types[name].validator.schema, quotes)
        changes += [f"{name}: {change}" for change in rewritten.changes]
        fields = rewritten.schema
        choices.append(fields if only else object_of({"type": {"type": "string", "enum": [name]}, "fields": fields}))
    items = choices[0] if len(choices) == 1 else {"anyOf": choices}
    answer = bounded(object_of({"events": {"type": "array", "items": items}}), bounds)
    types = [_about(schema, name) for name in names]
    kinds = {field["kind"].removesuffix(" list") for each in types for field in each["fields"]}
    kinds |= {"bound"} if kinds & {"money", "percent", "quantity"} else set()
    system = (
        _environment()
        .get_template("extract.jinja")
        .render(
            types=types,
            only=only,
            quotes=quotes,
            guidelines=guidelines,
            kinds={kind: how for kind, how in _KINDS.items() if kind in kinds},
            answer_schema=_compact(answer) if in_prompt else "",
        )
    )
    return Task(system, answer, tuple(changes))


def types_task(schema: Schema, *, in_prompt: bool = False, bounds: Bounds = UNBOUNDED) -> Task:
    """Ask which types of event are told at all."""
    names = {"type": "array", "items": {"type": "string", "enum": list(schema.types)}}
    answer = bounded(object_of({"types": names}), bounds)
    types = [_about(schema, name) for name in schema.types]
    template = _environment().get_template("types.jinja")
    return Task(template.render(types=types, answer_schema=_compact(answer) if in_prompt else ""), answer)


def user_prompt(document: Document, text: str, sees: str) -> str:
    """The part of the prompt that shows the document, or what may be seen of it."""
    return _environment().get_template("document.jinja").render(document=document, text=text, sees=sees)


def _about(schema: Schema, name: str) -> Mapping[str, Any]:
    event_type = schema.types[name]
    fields = [
        {
            "path": path.removeprefix(f"{name}."),
            "key": field.key,
            "kind": field.kind,
            "allowed": _values(schema, path),
            "description": field.description,
        }
        for path, field in event_type.walk()
    ]
    return {"name": name, "description": event_type.description, "fields": fields}


def _values(schema: Schema, path: str) -> Sequence[Any]:
    leaf = schema.leaves.get(path)
    return () if leaf is None else leaf.values or tuple(leaf.units)


def _compact(schema: Json) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def pins() -> str:
    """What SHA256SUMS must hold: the hash of each template, and of each prompt and answer schema that it makes."""
    schema = load_schema()
    tasks = {"two calls, types": types_task(schema)}
    tasks["one call"] = extract_task(schema, list(schema.types), guidelines=guidelines_text())
    for name in schema.types:
        tasks[f"two calls, {name}"] = extract_task(schema, [name], guidelines=guidelines_text())
    lines = [f"{_sha256(path.read_text('utf-8'))}  {path.name}" for path in sorted(FOLDER.glob("*.jinja"))]
    lines += [f"{task_sha256(task)}  ({name})" for name, task in tasks.items()]
    return "\n".join(lines) + "\n"


def task_sha256(*tasks: Task) -> str:
    """SHA-256 of the prompts and answer schemas of tasks, hexadecimal."""
    return _sha256("\n".join(task.system + "\n" + _compact(task.schema) for task in tasks))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    PINS.write_text(pins(), encoding="utf-8")
