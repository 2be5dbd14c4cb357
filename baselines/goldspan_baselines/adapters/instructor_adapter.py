"""`instructor` as an extractor: typed objects by pydantic models that are made from the schema.

It gives values without places; where their words stand is for the harness to look up.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Union, cast

from goldspan import Document, UsageError, load_schema
from goldspan_baselines.adapters.faults import as_endpoint_error
from goldspan_baselines.llm.endpoint import Reply, api_key, without_credentials
from goldspan_baselines.llm.prices import Tokens
from goldspan_baselines.llm.prompts import extract_task, task_sha256, user_prompt
from goldspan_baselines.llm.record import Draft

MODES = {"json_schema": "JSON_SCHEMA", "json_object": "JSON", "text": "MD_JSON"}
_SCALARS: Mapping[str, Any] = {"string": str, "number": float, "integer": int, "boolean": bool}


class Instructor:
    """Extracts events through instructor, all types in one call.

    Args:
        model: The model's name, as the endpoint calls it.
        base_url: The endpoint, up to `/v1`; its key comes from OPENAI_API_KEY.
        mode: `json_schema`, `json_object` or `text`: how the form of the answer is asked for.
        repairs: How often the model is shown what is wrong with its answer and asked again.
        schema: A directory of schema files; goldspan's own where it is empty.
        max_tokens: The longest answer.
        timeout: Seconds that one request may take.

    Raises UsageError where a setting is wrong or the package is not installed.
    """

    def __init__(
        self,
        model: str,
        base_url: str = "https://api.openai.com/v1",
        mode: str = "json_schema",
        repairs: int = 1,
        schema: str = "",
        max_tokens: int = 4096,
        timeout: float = 120.0,
    ) -> None:
        if mode not in MODES:
            raise UsageError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        try:
            instructor: Any = import_module("instructor")
            openai: Any = import_module("openai")
        except ImportError as error:
            raise UsageError("the instructor adapter needs: pip install 'goldspan[instructor]'") from error
        self._about = {"model": model, "base_url": without_credentials(base_url), "mode": mode, "repairs": repairs}
        self._limits = {"max_tokens": max_tokens, "temperature": 0, "seed": 0}
        self._repairs = repairs
        self._schema = load_schema(Path(schema) if schema else None)
        self._task = extract_task(self._schema, list(self._schema.types), quotes=False)
        self._answer = model_of(self._task.schema, "Answer")
        self._raw = openai.OpenAI(api_key=api_key(base_url), base_url=base_url, timeout=timeout, max_retries=0)
        self._client = instructor.from_openai(self._raw, mode=getattr(instructor.Mode, MODES[mode]))

    def __call__(self, document: Document) -> dict[str, Any]:
        """The record of a document. Raises EndpointError where instructor got no valid answer."""
        messages = [
            {"role": "system", "content": self._task.system},
            {"role": "user", "content": user_prompt(document, document.text, "text")},
        ]
        try:
            answer, completion = self._client.chat.completions.create_with_completion(
                model=self._about["model"],
                response_model=self._answer,
                messages=messages,
                max_retries=self._repairs,
                **self._limits,
            )
        except Exception as error:
            raise as_endpoint_error(error, "instructor") from error
        draft = Draft(document, self._schema, quotes=False)
        draft.count(Reply(None, None, None, _tokens(completion), 0.0))
        for event in answer.model_dump(mode="json", by_alias=True)["events"]:
            draft.add("", event)
        record = draft.record()
        del record["usage"]["seconds"]  # the harness measures them
        return record

    def close(self) -> None:
        """Close the connections."""
        self._raw.close()

    def describe(self) -> dict[str, Any]:
        """What makes the run what it is."""
        return {**self._about, **self._limits, "prompt_sha256": task_sha256(self._task)}


def model_of(schema: Mapping[str, Any], name: str) -> Any:
    """A type for pydantic, from a schema as `strict.rewrite` makes it.

    >>> model = model_of({"type": "object", "properties": {"class": {"type": "string"}}}, "Example")
    >>> model.model_validate({"class": "a"}).model_dump(by_alias=True)
    {'class': 'a'}
    """
    if "anyOf" in schema:
        branches = [model_of(branch, f"{name}_{i}") for i, branch in enumerate(schema["anyOf"])]
        return Union[tuple(branches)]  # noqa: UP007
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    if kind == "null":
        return type(None)
    if kind == "array":
        return list[model_of(schema["items"], name)]
    if kind != "object":
        return _SCALARS.get(str(kind), Any)
    pydantic: Any = import_module("pydantic")
    fields: dict[str, Any] = {}
    for i, (key, each) in enumerate(cast("Mapping[str, Any]", schema["properties"]).items()):
        # the schema's names may be none of Python's: they are aliases
        fields[f"field_{i}"] = (model_of(each, f"{name}_{i}"), pydantic.Field(alias=key))
    config = pydantic.ConfigDict(extra="forbid", populate_by_name=False)
    return pydantic.create_model(name, __config__=config, **fields)


def _tokens(completion: Any) -> Tokens:
    usage: Any = getattr(completion, "usage", None)
    return Tokens(getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None))
