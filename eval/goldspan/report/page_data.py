"""Gathers what the page shows beside the counts, from a score's intervals and sinks."""

from collections.abc import Iterator, Mapping
from typing import Any

from goldspan.calibration import Confidence
from goldspan.diagnosis import Diagnosis
from goldspan.grounding import Grounding
from goldspan.report.as_json import section_of
from goldspan.report.html_data import ReportData, Section, Table
from goldspan.resample import ALL, INDICATIVE_BELOW
from goldspan.scoring import Score
from goldspan.stories import Stories


def report_data(score: Score) -> ReportData:
    """All that the score has gathered; what it has not is left out."""
    diagnosis: Diagnosis | None = score.sinks.get("diagnosis")
    grounding: Grounding | None = score.sinks.get("grounding")
    stories: Stories | None = score.sinks.get("stories")
    confidence: Confidence | None = score.sinks.get("confidence")
    bounds = {path: diagnosis.bound(path) for path in score.fields} if diagnosis else {}
    return ReportData(
        micro_interval=score.intervals.get(ALL),
        type_intervals={name: score.intervals.get(name) for name in score.types},
        field_intervals={path: score.intervals.get(path) for path in score.fields},
        errors=diagnosis.errors if diagnosis else {},
        classes=diagnosis.classes if diagnosis else None,
        bounds={path: part for path, part in bounds.items() if part is not None and part.of},
        confusions=diagnosis.confusions if diagnosis else {},
        type_confusions=dict(diagnosis.type_confusions.items()) if diagnosis else {},
        grounding=(grounding.as_json() if grounding else None) or {},
        stories=_stories(stories.as_json() if stories else None),
        confidence=_confidence(section_of(confidence) if confidence else None),
        more=[_effort(diagnosis)] if diagnosis else [],
        notes=list(_notes(score)),
    )


def _notes(score: Score) -> Iterator[str]:
    if score.resamples and score.stories < INDICATIVE_BELOW:
        yield f"The intervals are indicative only: they rest on {score.stories} stories."
    usage = {name: getattr(score.usage, name) for name in score.usage.__struct_fields__}
    told = [f"{name.replace('_', ' ')}: {value:g}" for name, value in usage.items() if value is not None]
    if told:
        yield "As the predictions say, they took " + ", ".join(told) + "."


def _effort(diagnosis: Diagnosis) -> Section:
    found = diagnosis.as_json()
    rows = [(name.replace("_", " "), each["total"], each["mean"]) for name, each in found["effort"].items()]
    leaves, told = found["leaves"], found["rumours_told_as_fact"]
    return Section(
        "Correction effort and validity",
        [
            f"Rumours told as fact: {told['count']} of {told['of']}.",
            f"Of {leaves['stated']} predicted leaves {leaves['valid']} are valid by the schema, "
            f"{leaves['right']} are right.",
        ],
        [Table("What a person would have to mend", ("what", "in all", "a document"), rows)],
    )


def _stories(found: Mapping[str, Any] | None) -> Section | None:
    if found is None:
        return None
    joined = [
        (title, found[name]["precision"], found[name]["recall"], found[name]["f1"])
        for name, title in (("muc", "MUC"), ("b_cubed", "B-cubed"), ("ceaf_e", "CEAF-e"))
    ]
    joined.append(("CoNLL average", None, None, found["conll_f1"]))
    conflicts = [(path, each["precision"], each["recall"], each["f1"]) for path, each in found["conflicts"].items()]
    rates = ("precision", "recall", "F1")
    tables = [Table("Are the accounts of one event joined?", ("measure", *rates), joined)]
    tables += [Table("Are conflicts between accounts seen?", ("field", *rates), conflicts)] if conflicts else []
    return Section("Across documents", (), tables)


def _confidence(found: Mapping[str, Any] | None) -> Section | None:
    if found is None:
        return None
    rows = [(name.replace("_", " "), value) for name, value in found.items() if isinstance(value, int | float | None)]
    return Section("Confidence", (), [Table("How much the confidences tell", ("figure", "value"), rows)])
