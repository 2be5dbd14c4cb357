"""The card's metadata as the Hub and its client read it; leaks."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import DatasetCard

from goldspan.release.card_check import metadata_faults, metadata_of
from goldspan.release.hub_values import CREATORS, LANGUAGE_CREATORS, MULTILINGUALITIES, SIZES
from goldspan.release.leaks import Withheld, secrets_in, strings_of

GOOD: dict[str, Any] = {
    "pretty_name": "A",
    "language": ["en"],
    "license": "mit",
    "annotations_creators": ["machine-generated"],
    "size_categories": ["n<1K"],
    "configs": [{"config_name": "gold", "data_files": [{"split": "test", "path": "a.parquet"}]}],
}


def test_the_client_reads_what_is_fine():
    card = f"---\n{yaml.safe_dump(GOOD)}---\n\n# A\n"
    assert metadata_of(card) == GOOD
    assert list(metadata_faults(GOOD)) == []
    assert DatasetCard(card).data.to_dict()["license"] == "mit"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"license": "MIT"}, "license"),
        ({"license": "other"}, "license"),
        ({"license": ["mit", "unheard-of"]}, "license"),
        ({"language": ["English"]}, "language"),
        ({"language": [False]}, "language"),
        ({"annotations_creators": ["language models"]}, "annotations_creators"),
        ({"size_categories": ["14"]}, "size_categories"),
        ({"task_categories": ["event-extraction"]}, "task_categories"),
        ({"multilinguality": "english"}, "multilinguality"),
        ({"tags": ["a", 3]}, "tags"),
        ({"pretty_name": ""}, "pretty_name"),
        ({"configs": []}, "configs"),
        ({"configs": [{"config_name": "a b", "data_files": []}]}, "configs"),
        ({"configs": [{"config_name": "a", "data_files": [{"split": "my-test", "path": "x"}]}]}, "configs"),
        ({"configs": [*GOOD["configs"], *GOOD["configs"]]}, "configs"),
    ],
)
def test_what_the_hub_refuses(change: dict[str, Any], key: str):
    assert [where for where, _ in metadata_faults(GOOD | change)] == [key]


@pytest.mark.parametrize("card", ["# A", "---\na: [\n---\n", "---\n- a\n---\n", "---\na: 1\na: 2\n---\n"])
def test_what_is_no_metadata(card: str):
    with pytest.raises(ValueError, match="metadata"):
        metadata_of(card)


def test_the_values_are_those_of_the_library():
    """`datasets` ships the lists of what it once checked itself."""
    found = find_spec("datasets")
    assert found is not None
    assert found.origin is not None

    def read(name: str) -> Any:
        return json.loads((Path(found.origin).parent / f"utils/resources/{name}.json").read_text())

    assert set(read("creators")["annotations"]) == CREATORS
    assert set(read("creators")["language"]) == LANGUAGE_CREATORS
    assert set(read("multilingualities")) == MULTILINGUALITIES
    assert set(SIZES) <= set(read("size_categories"))


TEXT = "".join(f"Sentence {i} of an article that is not ours to give away. " for i in range(20))


@pytest.mark.parametrize("start", [0, 1, 39, 40, 333])
def test_any_79_characters_are_found(start: int):
    watch = Withheld([TEXT], [])
    assert watch.found_in("before " + TEXT[start : start + 79].replace(" ", "\n") + " after")
    assert not watch.found_in(TEXT[start : start + 39])


def test_titles_may_stand():
    title = TEXT[:90]
    assert not Withheld([TEXT], [title]).found_in(f"cited: {title}")
    assert Withheld([TEXT], [title]).found_in(TEXT[60:200])


@pytest.mark.parametrize(
    "secret",
    ["hf_" + "A" * 34, "-----BEGIN OPENSSH PRIVATE KEY-----", "AKIA" + "A" * 16, "ghp_" + "a" * 36, "sk-" + "a" * 40],
)
def test_secrets(secret: str):
    assert len(secrets_in(f"x = '{secret}'".encode())) == 1
    assert secrets_in(re.sub("[A-Za-z]", "-", secret).encode()) == []


def test_strings_of_everything_but():
    value = {"a": ["x", {"b": "y", "skip": "z"}], "c": None, "d": 1}
    assert list(strings_of(value, frozenset({"skip"}))) == ["x", "y"]
