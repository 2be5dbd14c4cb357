"""The statistics that are gathered beside the counts, by name."""

from goldspan.schema import Schema
from goldspan.shard import Sink


def make_sinks(schema: Schema, diagnose: bool) -> dict[str, Sink]:
    """A fresh sink of each kind, or none where only counts are wanted."""
    if not diagnose:
        return {}
    from goldspan.calibration import Confidence
    from goldspan.diagnosis import Diagnosis
    from goldspan.grounding import Grounding
    from goldspan.stories import Stories

    return {
        "diagnosis": Diagnosis(schema),
        "grounding": Grounding(schema),
        "stories": Stories(schema),
        "confidence": Confidence(schema),
    }
