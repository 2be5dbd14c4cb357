"""`goldspan release build`: data and their description, written to a directory whole or not at all."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from goldspan import content
from goldspan.checksums import sha256, sums
from goldspan.documents import Document
from goldspan.errors import UsageError
from goldspan.files import read_bytes, sha256_of_file
from goldspan.hub.needs import need
from goldspan.records import Record
from goldspan.release.about import About, load_about
from goldspan.release.card import bibtex, card, citation_file, eval_yaml
from goldspan.release.croissant import croissant
from goldspan.release.figures import figures_of
from goldspan.release.folders import refuse_if_used, write_folder
from goldspan.release.hub_values import lets_text_be_given_away
from goldspan.release.manifest import (
    CARD,
    CITATION,
    CROISSANT,
    EVAL,
    MANIFEST,
    SUMS,
    ConfigInfo,
    Manifest,
    as_json,
)
from goldspan.release.source import Part, Source, load_source
from goldspan.release.tables import Config, configs_of, rebuilt, record_line
from goldspan.scoring import sign
from goldspan.version import VERSION

TextPolicy = Literal["none", "licensed", "all"]
RESAMPLES, SEED = 10_000, 0
"""What `goldspan score` takes where nothing else is said: the manifest's signature is that of such a score."""


def build(
    out: Path | str,
    *,
    about: Path | str | None = None,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    passes: Path | str | None = None,
    adjudication: Path | str | None = None,
    variants: Mapping[str, Path] | None = None,
    text: TextPolicy = "none",
) -> Manifest:
    """Write a release to the directory `out`, which must be new or empty; the same inputs give the same bytes.

    Without options that of goldspan's own data set. With `gold` of one's own, `documents` and `about` (a TOML file)
    are needed; `passes` is a directory of annotators' record files, `adjudication` a JSONL file of decisions, and
    `variants` are directories with `documents.jsonl` and `gold.jsonl`, by name. `text` says whose text is given: of no
    document, of those whose licence lets it be given away, or of all, because the caller may.

    Raises DataError with all problems of the data, UsageError where the call is wrong.
    """
    target = Path(out)
    refuse_if_used(target)
    paths = _paths(about, gold, schema, documents, passes, adjudication)
    told = load_about(paths.about)
    source = load_source(paths.schema, paths.documents, paths.gold, paths.passes, variants or {}, paths.schema_files)
    files, manifest = _files(source, told, paths, text)
    write_folder(target, files)
    return manifest


class _Paths:
    """Where the inputs lie: goldspan's own, or the caller's."""

    def __init__(self, about: Path, gold: Path, documents: Path, schema: Path | None) -> None:
        self.about, self.gold, self.documents, self.schema = about, gold, documents, schema
        self.schema_files = schema or content.SCHEMA
        self.passes: Path | None = None
        self.adjudication: Path | None = None


def _paths(
    about: Path | str | None,
    gold: Path | str | None,
    schema: Path | str | None,
    documents: Path | str | None,
    passes: Path | str | None,
    adjudication: Path | str | None,
) -> _Paths:
    own = content.GOLD.parent
    if (gold or schema or documents) and not (gold and documents and about):
        raise UsageError("a release of one's own data needs --gold, --documents and --about")
    paths = _Paths(
        Path(about or own / "release.toml"),
        Path(gold or content.GOLD),
        Path(documents or content.DOCUMENTS),
        Path(schema) if schema else None,
    )
    if passes or not gold:
        paths.passes = Path(passes or own / "passes")
    if adjudication or not gold:
        paths.adjudication = Path(adjudication or own / "adjudication.jsonl")
    return paths


def _files(source: Source, about: About, paths: _Paths, text: TextPolicy) -> tuple[dict[str, bytes], Manifest]:
    every = [document for part in (source.gold, *source.variants.values()) for document in part.documents.values()]
    given = {document.text_sha256 for document in every if _is_given(document, text)}
    if text == "licensed" and not given:
        raise UsageError("--text licensed: no document names a licence that lets its text be given away")

    def may_give(document: Document) -> bool:
        return document.text_sha256 in given

    configs = list(configs_of(source, may_give, quotes=bool(given)))
    files = {f"schema/{name}": data for name, data in source.schema_files.items()}
    if about.guidelines:
        files[about.guidelines] = read_bytes(paths.about.parent / about.guidelines)
    parquet = {config.path: _parquet(config) for config in configs}
    manifest = _manifest(source, about, paths, text, configs, [d.doc_id for d in every if may_give(d)])
    figures = figures_of(source, paths.passes, paths.schema, paths.documents, paths.adjudication)
    withheld = sum(1 for document in source.gold.documents.values() if not may_give(document))
    hashes = {path: sha256(data) for path, data in parquet.items()}
    protocol = f"see {about.guidelines}" if about.guidelines else "see the card"
    files |= parquet
    files |= {
        MANIFEST: as_json(manifest),
        CARD: card(about, figures, configs, manifest, withheld, bibtex(about)),
        CROISSANT: croissant(about, figures, configs, hashes, bibtex(about), protocol),
        EVAL: eval_yaml(about, list(source.schema.types)),
        CITATION: citation_file(about),
    }
    files[SUMS] = sums({path: sha256(data) for path, data in files.items()})
    return files, manifest


def _is_given(document: Document, text: TextPolicy) -> bool:
    return text == "all" or (text == "licensed" and lets_text_be_given_away(document.licence))


def _parquet(config: Config) -> bytes:
    """The table in Parquet, by pyarrow alone: what the library `datasets` adds, its older versions cannot read."""
    pa, pq = need("pyarrow"), need("pyarrow.parquet")
    sink = pa.BufferOutputStream()
    pq.write_table(config.table(), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _manifest(
    source: Source, about: About, paths: _Paths, text: TextPolicy, configs: Iterable[Config], given: list[str]
) -> Manifest:
    schema = source.schema

    def digest(records: Iterable[Record], part: Part) -> str:
        return sha256(record_line(rebuilt(record, schema, part.documents)) for record in records)

    gold = digest(source.gold.records, source.gold)
    return Manifest(
        name=about.name,
        version=about.version,
        goldspan=VERSION,
        signature=sign(schema, gold, RESAMPLES, SEED),
        gold_sha256=gold,
        schema_sha256=schema.sha256,
        schema_version=schema.version,
        text=text,
        given=given,
        passes={name: digest(records, source.gold) for name, records in source.passes.items()},
        variants={name: digest(part.records, part) for name, part in source.variants.items()},
        configs={config.name: ConfigInfo(config.path, len(config.rows)) for config in configs},
        built_from={"gold": sha256_of_file(paths.gold), "documents": sha256_of_file(paths.documents)},
        about=about,
    )
