"""Croissant: the machine-readable description of a release, with the fields of its responsible-AI vocabulary.

A record set for each configuration, a field for each column, sub-fields for what stands one list deep: its vocabulary
has no way to what lies deeper (the fields inside `gold`'s list of events), which the configurations by type hold flat.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from goldspan.hub.needs import need
from goldspan.release.about import About
from goldspan.release.columns import Shape
from goldspan.release.figures import Figures
from goldspan.release.manifest import as_json
from goldspan.release.tables import Config

CONFORMS_TO = ("http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0")


def croissant(
    about: About, figures: Figures, configs: Sequence[Config], sha256s: Mapping[str, str], citation: str, protocol: str
) -> bytes:
    """The JSON-LD document; `sha256s` are those of the Parquet files by path."""
    mlc = need("mlcroissant")
    files = [
        mlc.FileObject(
            id=f"file-{config.name}",
            name=config.path,
            content_url=config.path,
            encoding_formats=["application/x-parquet"],
            sha256=sha256s[config.path],
        )
        for config in configs
    ]
    metadata = mlc.Metadata(
        name=about.name,
        description=about.description,
        version=about.version if about.version.count(".") == 2 else f"{about.version}.0",
        license=[_licence_url(about)],
        url=about.homepage,
        in_language=about.language,
        keywords=about.tags,
        creators=[mlc.Organization(name=author) for author in about.authors],
        date_published=datetime.fromisoformat(about.date) if about.date else None,
        cite_as=citation,
        conforms_to=list(CONFORMS_TO),
        distribution=files,
        record_sets=[_record_set(mlc, config) for config in configs],
        **_responsible(about, figures, protocol),
    )
    document: dict[str, Any] = metadata.to_json()
    return as_json(document)


def _licence_url(about: About) -> str:
    return about.licence_link or f"https://spdx.org/licenses/{about.licence}"


def _responsible(about: About, figures: Figures, protocol: str) -> dict[str, Any]:
    agreed = [
        f"{one.first} and {one.second}: F1 {one.counts.f1:.3f} over {one.counts.matched} matched values"
        for one in figures.agreement
        if one.counts.f1 is not None
    ]
    machine = ["Language models annotated and adjudicated."] if about.by_machine else None
    reviewed = [f"{status}: {number} documents" for status, number in figures.review.items()]
    return {
        "data_collection": about.collection,
        "data_collection_raw_data": f"{figures.documents} documents of {figures.stories} stories",
        "data_annotation_protocol": [*about.annotation, protocol],
        "data_annotation_analysis": [*agreed, *reviewed],
        "annotations_per_item": str(figures.annotators) if figures.annotators else None,
        "machine_annotation_tools": machine,
        "data_biases": about.biases,
        "data_use_cases": about.uses,
        "data_limitations": about.not_for,
        "personal_sensitive_information": [about.personal] if about.personal else None,
        "data_release_maintenance_plan": about.maintenance,
    }


def _record_set(mlc: Any, config: Config) -> Any:
    fields = [_field(mlc, config.name, (name,), shape) for name, shape in config.columns.items()]
    return mlc.RecordSet(id=config.name, name=config.name, fields=[field for field in fields if field is not None])


def _field(mlc: Any, config: str, path: tuple[str, ...], shape: Shape) -> Any:
    """A field for a column, or for a member of its structs; None where the vocabulary has no way to say it."""
    repeated = isinstance(shape, list)
    inner: str | dict[str, Any] = shape[0] if isinstance(shape, list) else shape
    steps = path[1:]
    name = "/".join((config, *path))
    if isinstance(inner, dict):
        if steps:
            return None
        below = [_field(mlc, config, (*path, key), member) for key, member in inner.items()]
        kept = [field for field in below if field is not None]
        return mlc.Field(id=name, name=name, repeated=repeated, sub_fields=kept) if kept else None
    if repeated and steps:
        return None
    kinds = {"integer": mlc.DataType.INTEGER, "number": mlc.DataType.FLOAT, "boolean": mlc.DataType.BOOL}
    source = mlc.Source(
        file_object=f"file-{config}",
        extract=mlc.Extract(column=path[0]),
        transforms=[mlc.Transform(json_path=f'"{step}"') for step in steps],
    )
    return mlc.Field(
        id=name, name=name, repeated=repeated, data_types=kinds.get(inner, mlc.DataType.TEXT), source=source
    )
