"""The extractor that `goldspan run llm` makes of its settings and calls with each document."""

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from goldspan import Document, UsageError, load_schema
from goldspan_baselines.closed_book import SEES
from goldspan_baselines.llm.answer import AnswerError, content_of, list_of
from goldspan_baselines.llm.cache import Cache
from goldspan_baselines.llm.endpoint import Endpoint, EndpointError, without_credentials
from goldspan_baselines.llm.prices import load_prices
from goldspan_baselines.llm.prompts import (
    Task,
    extract_task,
    guidelines_text,
    task_sha256,
    types_task,
    user_prompt,
)
from goldspan_baselines.llm.record import Draft
from goldspan_baselines.llm.strict import Bounds

FORMATS = ("json_schema", "json_object", "text")
"""How the answer's form is asked for, the surest first; `auto` takes the first that the endpoint accepts."""
ALL, WHICH = "", "?"
_MAY_BE_OMITTED = ("seed", "temperature")


class LLM:
    """Extracts events with a language model behind an OpenAI-compatible endpoint.

    Args:
        model: The model's name, as the endpoint calls it.
        base_url: The endpoint, up to `/v1`. Its key comes from OPENAI_API_KEY; on this machine none is needed.
        calls: 2 asks first which types of event are there, then for the events of each; 1 asks for all at once.
        response_format: `json_schema`, `json_object`, `text`, or `auto`: the first of these that the endpoint accepts.
        quotes: Whether each value is asked for with its words in the document.
        sees: `text`; or, to see what the model remembers, `title` or `nothing`.
        guidelines: `own` (goldspan's, with goldspan's schema), `none`, or a file.
        schema: A directory of schema files; goldspan's own where it is empty.
        max_tokens: The longest answer.
        limit_as: The name under which the endpoint takes it: `max_tokens` or `max_completion_tokens`.
        max_items: The most items of a list (events, types, values), sent as `maxItems`; 0 for any number.
        max_length: The most characters of a text in the answer, sent as `maxLength`; 0 for any number.
        max_characters: Where a longer document is cut off (and its record says so); 0 for nowhere.
        omit: Parameters that the endpoint does not take: `temperature`, `seed`, or both with a comma between.
        timeout: Seconds that one request may take.
        cache: A file that keeps the answers.
        prices: A TOML file with the price of each model.

    Raises UsageError where a setting is wrong.
    """

    def __init__(
        self,
        model: str,
        base_url: str = "https://api.openai.com/v1",
        calls: int = 2,
        response_format: str = "auto",
        quotes: bool = True,
        sees: str = "text",
        guidelines: str = "own",
        schema: str = "",
        temperature: float = 0.0,
        seed: int = 0,
        max_tokens: int = 4096,
        limit_as: str = "max_tokens",
        max_items: int = 0,
        max_length: int = 0,
        max_characters: int = 0,
        omit: str = "",
        timeout: float = 120.0,
        cache: str = "",
        prices: str = "",
    ) -> None:
        _one_of("calls", calls, (1, 2))
        _one_of("response_format", response_format, ("auto", *FORMATS))
        _one_of("sees", sees, SEES)
        _one_of("limit_as", limit_as, ("max_tokens", "max_completion_tokens"))
        if max_tokens < 1 or min(max_items, max_length, max_characters) < 0 or not timeout > 0:
            raise UsageError("max_tokens and timeout must be above 0, the other limits not below")
        omitted = {name.strip() for name in omit.split(",")} - {""}
        for name in omitted:
            _one_of("omit", name, _MAY_BE_OMITTED)
        self.model, self.calls, self.sees = model, calls, sees
        self.quotes = quotes and sees == "text"
        self.max_characters, self._bounds = max_characters, Bounds(max_items, max_length)
        self._schema = load_schema(Path(schema) if schema else None)
        self._guidelines = _guidelines(guidelines, own_schema=not schema)
        sampling = {"temperature": temperature, "seed": seed}
        self._sampling = {name: value for name, value in sampling.items() if name not in omitted}
        self._sampling[limit_as] = max_tokens
        self._price = load_prices(Path(prices)).get(model) if prices else None
        self._formats = FORMATS if response_format == "auto" else (response_format,)
        self._lock = threading.Lock()
        self._endpoint = Endpoint(base_url, timeout, Cache(Path(cache)) if cache else None)

    def __call__(self, document: Document) -> dict[str, Any]:
        """The record of a document; `error` in it says why an answer could not be used, `log` what was left out.

        Raises EndpointError where no answer came; its `transient` says whether to try again.
        """
        text = document.text[: self.max_characters] if self.max_characters else document.text
        draft = Draft(document, self._schema, self.quotes, self._price)
        if len(text) < len(document.text):
            draft.note(f"the document was cut off after {self.max_characters} of {len(document.text)} characters")
        prompt = user_prompt(document, text, self.sees)
        try:
            for name in self._types(draft, prompt):
                for answer in list_of(self._ask(draft, name, prompt), "events"):
                    draft.add(name, answer)
        except (AnswerError, RecursionError) as error:
            return draft.failed(str(error))
        return draft.record()

    def close(self) -> None:
        """Close connections and files."""
        self._endpoint.close()

    def describe(self) -> dict[str, Any]:
        """What makes the run what it is: model, endpoint, settings, and the hash of the prompts with the schemas."""
        return {
            "model": self.model,
            "base_url": without_credentials(self._endpoint.base_url),
            "calls": self.calls,
            "response_formats": list(self._formats),
            "quotes": self.quotes,
            "sees": self.sees,
            "max_items": self._bounds.items,
            "max_length": self._bounds.length,
            "max_characters": self.max_characters,
            **self._sampling,
            "prompt_sha256": task_sha256(*self._tasks.values()),
            "schema_sha256": self._schema.sha256,
        }

    @cached_property
    def _tasks(self) -> Mapping[str, Task]:
        """What is asked, by the name of the type; ALL asks for all at once, WHICH for the types that are there."""
        return self._make_tasks(in_prompt=False)

    @cached_property
    def _tasks_with_schema(self) -> Mapping[str, Task]:
        return self._make_tasks(in_prompt=True)

    def _make_tasks(self, in_prompt: bool) -> Mapping[str, Task]:
        def extract(*names: str) -> Task:
            return extract_task(
                self._schema,
                names,
                guidelines=self._guidelines,
                quotes=self.quotes,
                in_prompt=in_prompt,
                bounds=self._bounds,
            )

        if self.calls == 1:
            return {ALL: extract(*self._schema.types)}
        return {
            WHICH: types_task(self._schema, in_prompt=in_prompt, bounds=self._bounds),
            **{name: extract(name) for name in self._schema.types},
        }

    def _types(self, draft: Draft, prompt: str) -> Sequence[str]:
        """The types to ask for, one after the other, in the order of the schema."""
        if self.calls == 1:
            return [ALL]
        found = list_of(self._ask(draft, WHICH, prompt), "types")
        for name in found:
            if name not in self._schema.types:
                draft.note(f"left out a type that the schema does not have: {repr(name)[:100]}")
        return [name for name in self._schema.types if name in found]

    def _ask(self, draft: Draft, name: str, prompt: str) -> dict[str, Any]:
        """The object that the model answers with, in the first form that the endpoint accepts."""
        with self._lock:
            formats = self._formats
        for i, form in enumerate(formats):
            task = (self._tasks if form == "json_schema" else self._tasks_with_schema)[name]
            try:
                reply = self._endpoint.ask(self._request(task, form, prompt))
            except EndpointError as error:
                if error.status not in (400, 415, 422, 501) or i + 1 == len(formats):
                    raise
                draft.note(f"the endpoint refused the form {form}, {formats[i + 1]} was asked for: {error}")
                continue
            with self._lock:
                self._formats = formats[i:]  # what was refused once is not tried with each document
            draft.count(reply)
            return content_of(reply)
        raise AssertionError("there is always a form")

    def _request(self, task: Task, form: str, prompt: str) -> dict[str, Any]:
        asked: dict[str, Any] = {"type": form}
        if form == "json_schema":
            asked["json_schema"] = {"name": "answer", "strict": True, "schema": task.schema}
        messages = [{"role": "system", "content": task.system}, {"role": "user", "content": prompt}]
        request = {"model": self.model, "messages": messages, **self._sampling}
        return request if form == "text" else {**request, "response_format": asked}


def _one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise UsageError(f"{name} must be one of {', '.join(map(str, allowed))}, not {value!r}")


def _guidelines(setting: str, own_schema: bool) -> str:
    if setting == "none" or (setting == "own" and not own_schema):
        return ""
    try:
        return guidelines_text(None if setting == "own" else Path(setting))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"guidelines: {setting}: {error}") from error
