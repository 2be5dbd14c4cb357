"""What a schema is made of, as scoring sees it: leaves with a kind, lists, groups of fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from goldspan.counts import Row
from goldspan.kinds import APART, QUOTED, never, unequal
from goldspan.pointers import pointer

ITEMS = 32
"""For so many items of a list the outcomes are made beforehand."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place for one value of a kind; `units` is filled for quantities, `values` for enums, `whole` for integers.

    `is_exact` says whether equal JSON values, as Python compares them, are equal values: not if true and 1 may both
    stand.
    """

    kind: str
    units: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    values: tuple[Any, ...] = ()
    whole: bool = False
    is_exact: bool = field(init=False, default=True, compare=False)

    def __post_init__(self) -> None:
        texts = bool(self.values) and all(isinstance(value, str) for value in self.values)
        exact = self.kind != "enum" or texts
        object.__setattr__(self, "is_exact", exact)


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose order says nothing: of leaves, or of groups that are aligned."""

    item: "Leaf | Group"


@dataclass(frozen=True)
class Group:
    """An object: fields by name, in the order of the schema."""

    fields: "Mapping[str, Field]"

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the fields."""
        return frozenset(self.fields)

    @cached_property
    def flat_leaves(self) -> "tuple[tuple[Field, Leaf], ...]":
        """The fields that are a leaf or a list of leaves, with the leaf."""
        found = ((entry, inner(entry.node)) for entry in self.fields.values())
        return tuple((entry, leaf) for entry, leaf in found if isinstance(leaf, Leaf))

    @cached_property
    def alike(self) -> tuple[str, ...]:
        """The names of the leaves and lists of leaves whose values match where their JSON is equal."""
        return tuple(entry.name for entry, _ in self.flat_leaves if entry.is_exact)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The names of the leaves whose values match only where their JSON is equal."""
        return tuple(e.name for e, leaf in self.flat_leaves if e.is_leaf and APART[leaf.kind] is unequal)

    @cached_property
    def telling(self) -> "tuple[tuple[str, bool, Apart, bool], ...]":
        """What else tells events apart, the quickest first.

        That is, of the other leaves, and of lists of leaves: the name; whether it is a leaf; what a look at two values
        tells; and whether a quote may be right too.
        """
        rest = ((entry, leaf) for entry, leaf in self.flat_leaves if entry.name not in self.plain)
        told = ((entry.name, entry.is_leaf, APART[leaf.kind], leaf.kind in QUOTED) for entry, leaf in rest)
        return tuple(sorted(told, key=lambda field: (field[3], not field[1])))

    @cached_property
    def in_order(self) -> "tuple[Step, ...]":
        """What comparing each field needs, in the order of the schema."""
        return tuple(_step(entry) for entry in self.fields.values())

    @cached_property
    def grounded(self) -> "tuple[Step, ...]":
        """The same where evidence is compared too: then neither JSON nor a look settles anything."""
        return tuple((*step[:4], None, never) for step in self.in_order)

    @cached_property
    def lists_of_leaves(self) -> "tuple[tuple[str, Field, Leaf, bool], ...]":
        """Name, field and leaf of the fields that are lists of plain values, and whether these are names or texts."""
        lists = ((entry, leaf) for entry, leaf in self.flat_leaves if not entry.is_leaf)
        return tuple((entry.name, entry, leaf, leaf.kind in QUOTED) for entry, leaf in lists)

    @cached_property
    def groups(self) -> "tuple[tuple[Field, Group], ...]":
        """The fields that are groups or lists of groups, with the group."""
        found = ((entry, inner(entry.node)) for entry in self.fields.values())
        return tuple((entry, group) for entry, group in found if isinstance(group, Group))

    @cached_property
    def is_flat(self) -> bool:
        """Whether no field holds another group."""
        return not self.groups


Node = Leaf | Items | Group
Apart = Callable[[Any, Any], bool]
"""Whether a look tells that two valid values are not equal."""
NOTHING = Group({})
"""A group without fields."""


def inner(node: Node) -> Leaf | Group:
    """The node itself, or what a list holds."""
    return node.item if isinstance(node, Items) else node


@dataclass(frozen=True, slots=True)
class Field:
    """A property of the schema: its dotted path from the event type, and what people are told about it.

    `pointer` is the JSON Pointer of the field in the group it belongs to. `is_exact` says of a leaf or a list of leaves
    whether equal JSON values are equal values. `matched`, `misread`, `missed` and `invented` are the outcome of the
    field of an event, `matched_items` and so on those of the first items of a list: made once.
    """

    name: str
    path: str
    node: Node
    title: str
    description: str = ""
    key: bool = False
    examples: tuple[Any, ...] = ()
    pointer: str = field(init=False, default="")
    is_leaf: bool = field(init=False, default=False)
    is_exact: bool = field(init=False, default=False)
    matched: Row = field(init=False, repr=False)
    misread: Row = field(init=False, repr=False)
    missed: Row = field(init=False, repr=False)
    invented: Row = field(init=False, repr=False)
    matched_items: tuple[Row, ...] = field(init=False, repr=False)
    missed_items: tuple[Row, ...] = field(init=False, repr=False)
    invented_items: tuple[Row, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        of, place = inner(self.node), pointer(self.name)
        items = tuple(f"{place}/{i}" for i in range(ITEMS))
        made = {
            "pointer": place,
            "is_leaf": isinstance(self.node, Leaf),
            "is_exact": isinstance(of, Leaf) and of.is_exact,
            "matched": (self.path, "matched", place, place, False),
            "misread": (self.path, "misread", place, place, False),
            "missed": (self.path, "missed", place, None, False),
            "invented": (self.path, "invented", None, place, False),
            "matched_items": tuple((self.path, "matched", item, item, False) for item in items),
            "missed_items": tuple((self.path, "missed", item, None, False) for item in items),
            "invented_items": tuple((self.path, "invented", None, item, False) for item in items),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def kind(self) -> str:
        """The kind's name, with ` list` for a list; `object` for a group."""
        of = inner(self.node)
        name = of.kind if isinstance(of, Leaf) else "object"
        return f"{name} list" if isinstance(self.node, Items) else name


Step = tuple[str, Field, Leaf | None, bool, Any, Apart]
"""What comparing a field needs, as a plain tuple, since every value of every file passes here.

That is: its name; the field; the leaf that it holds, itself or in a list; whether it is one; where equal JSON is a
match, the outcome of a leaf, or the outcomes of equal lists by how many items they have; and what a look at two leaves
tells.
"""


def _step(entry: Field) -> Step:
    of = inner(entry.node)
    leaf = of if isinstance(of, Leaf) else None
    same: Any = None
    if entry.is_exact:
        items = entry.matched_items
        same = entry.matched if entry.is_leaf else [items[:length] for length in range(ITEMS + 1)]
    return entry.name, entry, leaf, entry.is_leaf, same, APART[leaf.kind] if leaf else never
