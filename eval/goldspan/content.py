"""Where the content that ships with goldspan lies: in a checkout, or inside the installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKAGED = _PACKAGE / "data"
ROOT = _PACKAGED if _PACKAGED.is_dir() else _PACKAGE.parents[1]

SCHEMA = ROOT / "schema"
DOCUMENTS = ROOT / "seeds" / "documents.jsonl"
GOLD = ROOT / "annotations" / "gold.jsonl"
SERVER_REQUIREMENTS = ROOT / "requirements" / "label-studio.txt"
TWINS = ROOT / "annotations" / "twins.toml"
PERTURBATIONS = ROOT / "annotations" / "perturbations.toml"
GUIDELINES = ROOT / "annotations" / "guidelines.md"
PASSES = ROOT / "annotations" / "passes" / "round-1"
BOARD = ROOT / "board"
