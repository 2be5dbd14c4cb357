"""What a schema is made of, as scoring sees it: leaves with a kind, lists, groups of fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from goldspan.pointers import pointer


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place for one value of a kind; `units` is filled for quantities, `values` for enums."""

    kind: str
    units: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose order says nothing: of leaves, or of groups that are aligned.

    `is_plain` says whether equal JSON values are equal items: not for enums, among which true and 1 may stand.
    """

    item: "Leaf | Group"

    is_plain: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_plain", isinstance(self.item, Leaf) and self.item.kind != "enum")


@dataclass(frozen=True)
class Group:
    """An object: fields by name, in the order of the schema."""

    fields: "Mapping[str, Field]"

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the fields."""
        return frozenset(self.fields)

    @cached_property
    def in_order(self) -> "tuple[Field, ...]":
        """The fields in the order of the schema."""
        return tuple(self.fields.values())

    @cached_property
    def not_leaves(self) -> "tuple[Field, ...]":
        """The fields that are lists or groups."""
        return tuple(entry for entry in self.in_order if not entry.is_leaf)

    @cached_property
    def is_flat(self) -> bool:
        """Whether no field holds another group."""
        return all(isinstance(inner(entry.node), Leaf) for entry in self.in_order)


Node = Leaf | Items | Group
NOTHING = Group({})
"""A group without fields."""


def inner(node: Node) -> Leaf | Group:
    """The node itself, or what a list holds."""
    return node.item if isinstance(node, Items) else node


@dataclass(frozen=True, slots=True)
class Field:
    """A property of the schema: its dotted path from the event type, and what people are told about it.

    `pointer` is the JSON Pointer of the field in the group it belongs to, `item_pointers` those of its first items.
    """

    name: str
    path: str
    node: Node
    title: str
    description: str = ""
    key: bool = False
    examples: tuple[Any, ...] = ()
    pointer: str = field(init=False, default="")
    item_pointers: tuple[str, ...] = field(init=False, default=())
    is_leaf: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pointer", pointer(self.name))
        object.__setattr__(self, "is_leaf", isinstance(self.node, Leaf))
        object.__setattr__(self, "item_pointers", tuple(f"{self.pointer}/{i}" for i in range(32)))

    @property
    def kind(self) -> str:
        """The kind's name, with ` list` for a list; `object` for a group."""
        of = inner(self.node)
        name = of.kind if isinstance(of, Leaf) else "object"
        return f"{name} list" if isinstance(self.node, Items) else name
