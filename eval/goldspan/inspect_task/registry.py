"""What Inspect AI finds: the task, its two solvers, its scorer and its metric."""

from pathlib import Path

import msgspec
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, ModelOutput
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, Value, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from goldspan import content
from goldspan.documents import load_documents
from goldspan.errors import DataError
from goldspan.inspect_task.asking import instructions, record_of
from goldspan.inspect_task.counting import counts_of, rates, summed
from goldspan.records import Record, read_records
from goldspan.schema import load_schema

RECORD = "goldspan_record"
"""Where a solver leaves its record in the sample's store: the line of a prediction file, as text."""


@task
def extract(
    predictions: str | None = None, schema: str | None = None, documents: str | None = None, gold: str | None = None
) -> Task:
    """Extract events from documents that have gold; goldspan's own data set where no files are named.

    With `predictions` (a file of goldspan's) no model is asked: what it says is scored. Raises DataError or UsageError
    where a file is wrong.
    """
    texts = load_documents(Path(documents) if documents else None)
    samples = [
        Sample(
            id=record.doc_id,
            input=texts[record.doc_id].text,
            target=msgspec.json.encode(record).decode(),
            metadata={"story": texts[record.doc_id].story},
        )
        for record in _records(Path(gold) if gold else content.GOLD).values()
        if record.doc_id in texts
    ]
    return Task(
        dataset=MemoryDataset(samples, name="goldspan"),
        solver=playback(predictions) if predictions else ask(schema),
        scorer=fields(schema),
    )


@solver
def ask(schema: str | None = None) -> Solver:
    """Ask the model for the events of the document, as JSON by the schema."""
    system = instructions(load_schema(Path(schema) if schema else None))

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.messages = [ChatMessageSystem(content=system), ChatMessageUser(content=state.input_text)]
        state = await generate(state)
        state.store.set(RECORD, record_of(str(state.sample_id), state.output))
        return state

    return solve


@solver
def playback(predictions: str) -> Solver:
    """Take the record of a prediction file instead of asking; a document that is not in it counts as missed."""
    found = _records(Path(predictions))

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        record = found.get(str(state.sample_id))
        line = "" if record is None else msgspec.json.encode(record).decode()
        state.output = ModelOutput.from_content(model=str(state.model), content=line)
        state.store.set(RECORD, line)
        return state

    return solve


@metric(scores="unreduced")
def pooled() -> Metric:
    """F1, precision and recall of all leaves pooled, and the F1 of each field that either side states."""

    def calculate(scores: list[SampleScore]) -> Value:
        return rates([(score.score.metadata or {}).get("fields", {}) for score in scores])

    return calculate


@scorer(metrics=[pooled()])
def fields(schema: str | None = None) -> Scorer:
    """Count the leaves of a document by goldspan's evaluator: matched, misread, missed, invented."""
    directory = Path(schema) if schema else None

    async def score(state: TaskState, target: Target) -> Score:
        line: str = state.store.get(RECORD, "")
        counts = counts_of(target.text, line, directory)
        return Score(value={**summed(counts)}, answer=line, metadata={"fields": counts})

    return score


def _records(path: Path) -> dict[str, Record]:
    """The records of a file by document, in its order; DataError with all problems of all lines."""
    lines = list(read_records(path))
    problems = [problem for line in lines for problem in line.problems]
    if problems:
        raise DataError(problems)
    return {line.record.doc_id: line.record for line in lines if line.record is not None}
