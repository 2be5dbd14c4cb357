"""The model and its file: plain JSON, versioned, checked when it is read. Nothing in it is ever executed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from goldspan import Schema, UsageError
from goldspan_baselines.trained.linear import Linear
from goldspan_baselines.trained.shape import NONE, Shape, shapes

FORMAT = "goldspan-trained"
VERSION = 1
_YES_NO = {"no", "yes"}


class TypeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The classifiers of one event type; None where training had nothing to learn from.

    `tells`: does a sentence tell such an event? `roles`, by kind of candidate: which slot does it fill? `same`: do two
    sentences tell one event? `choices`, by field: which value?
    """

    tells: Linear | None
    same: Linear | None
    roles: dict[str, Linear]
    choices: dict[str, Linear]

    def classifiers(self) -> Iterator[tuple[str, Linear]]:
        """Each classifier with its name in the file."""
        yield from ((name, one) for name, one in (("tells", self.tells), ("same", self.same)) if one)
        yield from ((f"roles/{kind}", one) for kind, one in self.roles.items())
        yield from ((f"choices/{field}", one) for field, one in self.choices.items())


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `fit` learns. `documents` is the number of documents that it learned from."""

    schema_sha256: str
    gold_sha256: str
    documents: int
    types: dict[str, TypeModel]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    version: int
    sha256: str  # of the model's bytes
    model: msgspec.Raw


class _Head(msgspec.Struct):
    format: str = ""
    version: int = 0


def to_bytes(model: Model) -> bytes:
    """The bytes of a model file; the same model gives the same bytes."""
    body = msgspec.json.encode(model, order="sorted")
    return msgspec.json.encode(_File(FORMAT, VERSION, hashlib.sha256(body).hexdigest(), msgspec.Raw(body))) + b"\n"


def load(path: Path, schema: Schema) -> Model:
    """Read a model file; UsageError where it is none, was altered, or was trained for another version or schema."""
    try:
        data = path.read_bytes()
        head = msgspec.json.decode(data, type=_Head)
        if head.format != FORMAT:
            raise UsageError(f"{path}: this is no model of the trained baseline")
        if head.version != VERSION:
            raise UsageError(f"{path}: format version {head.version}, and this program reads {VERSION}: train it anew")
        file = msgspec.json.decode(data, type=_File)
        if hashlib.sha256(file.model).hexdigest() != file.sha256:
            raise UsageError(f"{path}: was altered: its content does not have the sha256 that it names")
        model = msgspec.json.decode(file.model, type=Model)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: this is no model of the trained baseline: {error}") from error
    if model.schema_sha256 != schema.sha256:
        raise UsageError(f"{path}: was trained for another schema ({model.schema_sha256[:16]}): train it anew")
    fault = next(_faults(model, shapes(schema)), None)
    if fault:
        raise UsageError(f"{path}: {fault}")
    return model


def _faults(model: Model, known: dict[str, Shape]) -> Iterator[str]:
    for name, of_type in model.types.items():
        if name not in known:
            yield f"the schema has no type {name!r}"
            continue
        for place, classifier in of_type.classifiers():
            fault = classifier.fault() or _foreign(place, classifier, known[name])
            if fault:
                yield f"{name}/{place}: {fault}"


def _foreign(place: str, classifier: Linear, shape: Shape) -> str | None:
    """A class that the schema does not have there."""
    kind, _, name = place.partition("/")
    if kind == "roles":
        allowed = {NONE} | {path for path, slot in shape.slots.items() if slot.kind == name}
    else:
        allowed = {NONE, *shape.choices.get(name, ())} if kind == "choices" else _YES_NO
    strange = set(classifier.classes) - allowed
    return f"a class that the schema does not have: {min(strange)!r}" if strange else None
