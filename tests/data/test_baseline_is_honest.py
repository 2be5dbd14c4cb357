"""The rules baseline holds nothing of the gold but what everybody knows."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT_FIELDS = {
    "investors", "target", "key_people", "product", "developers", "predecessor", "applications", "buyers", "sellers",
    "facility", "location", "plaintiffs", "defendants", "forum", "legal_basis", "attribution",
}  # fmt: skip

GENERAL_KNOWLEDGE = {
    "Constellation", "Digital Services Act", "European Commission", "FTC", "Federal Trade Commission", "General Court",
    "Google DeepMind", "Illinois", "Meta", "Meta Platforms", "Microsoft", "OpenAI", "Qatar", "TikTok", "robotics",
}  # fmt: skip
"""Large companies, authorities, a state, a country, a law, a field: each stands in lists of many of its kind."""


def gold_names() -> set[str]:
    names: set[str] = set()
    for line in (ROOT / "annotations" / "gold.jsonl").read_text().splitlines():
        for event in json.loads(line)["events"]:
            for name in TEXT_FIELDS & event["fields"].keys():
                value = event["fields"][name]
                names |= set(value) if isinstance(value, list) else {value}
    return names


def test_only_general_knowledge_is_in_both():
    files = [path for path in (ROOT / "baselines").rglob("*") if path.suffix in {".py", ".toml"}]
    source = "\n".join(path.read_text() for path in files).casefold()
    known = {name for name in gold_names() if re.search(rf"\b{re.escape(name.casefold())}\b", source)}
    assert known == GENERAL_KNOWLEDGE
    assert len(gold_names() - known) > 20
