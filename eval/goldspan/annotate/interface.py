"""The labeling interface of a schema, as Label Studio's XML."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from goldspan.annotate.forms import Control, Forms, Role, forms_of
from goldspan.errors import DataError, Problem
from goldspan.schema import Schema

SLOTS = 9
"""How many events of one document an interface holds unless told otherwise: as many as there are digit keys."""

TYPE_COLOURS = ("#1f77b4", "#e07b00", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#c2489f", "#17828f")
SLOT_COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#808000", "#f032e6")
KEYS = "qwertasdfgzxcvbyiopjklnm"
"""Hotkeys of roles, the left hand's first; u and h are Label Studio's own."""
SHORT = 10
"""From so many choices on they stand in a list that opens."""

STYLE = """
.gs{display:grid;grid-template-columns:250px minmax(0,1fr) 250px;gap:14px;align-items:start}
.gs-roles{display:flex;flex-direction:column;position:sticky;top:0;max-height:calc(100vh - 150px);overflow:auto}
.gs-slots{order:-1;position:sticky;top:0;z-index:2;background:var(--color-neutral-background,#fff);padding-bottom:4px}
.gs-text{max-width:78ch;line-height:1.65}
.gs-form{position:sticky;top:0;max-height:calc(100vh - 150px);overflow:auto;padding:0 8px 8px;min-height:120px}
.gs-form{border:1px solid #ccc;border-radius:6px}
.gs-differences{white-space:pre-wrap;border:1px solid #ccc;border-radius:6px;padding:8px;margin-bottom:10px}
"""


def labeling_interface(schema: Schema, *, slots: int = SLOTS, adjudication: bool = False) -> str:
    """The interface in which documents of a schema are annotated, as Label Studio's labeling configuration.

    `slots` is the greatest number of events in a document. With `adjudication` it also shows a text of differences and
    asks for the reasons of the decisions. Raises DataError where a field's name cannot stand in such a configuration.

    >>> from goldspan import load_schema
    >>> '<Label value="amount" alias="deal/amount"' in labeling_interface(load_schema())
    True
    """
    forms = forms_of(schema)
    if wrong := [alias for alias in forms.roles if "," in alias or alias.count("/") > alias.strip("/").count("/")]:
        raise DataError([Problem(f"{alias}: this name cannot be used in a labeling interface") for alias in wrong])
    root = ET.Element("View")
    ET.SubElement(root, "Style").text = STYLE
    grid = ET.SubElement(root, "View", className="gs")
    left = ET.SubElement(grid, "View", className="gs-roles")
    _roles(left, forms)
    _slots(left, slots)
    middle = ET.SubElement(grid, "View", className="gs-text")
    if adjudication:
        box = ET.SubElement(middle, "View", className="gs-differences")
        ET.SubElement(box, "Text", name="differences", value="$differences")
    ET.SubElement(middle, "Text", name="text", value="$text", granularity="symbol")
    _form(ET.SubElement(grid, "View", className="gs-form"), forms, adjudication)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _roles(parent: ET.Element, forms: Forms) -> None:
    """One control of labels for all types, and before the slots: the first labels decide colour and form."""
    labels = ET.SubElement(parent, "Labels", name="role", toName="text", showInline="true")
    keys = iter([*KEYS, *(f"shift+{key}" for key in KEYS)])
    for i, (name, roles) in enumerate(forms.types.items()):
        group = ET.SubElement(labels, "View")
        ET.SubElement(group, "Header", value=name, size="6")
        for role in roles:
            about = {"value": role.name, "alias": role.alias, "background": TYPE_COLOURS[i % len(TYPE_COLOURS)]}
            key = next(keys, None)
            ET.SubElement(group, "Label", about | ({"hotkey": key} if key else {}) | {"hint": role.description})


def _slots(parent: ET.Element, slots: int) -> None:
    box = ET.SubElement(parent, "View", className="gs-slots")
    labels = ET.SubElement(box, "Labels", name="event", toName="text", showInline="true")
    for i in range(slots):
        about = {"value": f"E{i + 1}", "background": SLOT_COLOURS[i % len(SLOT_COLOURS)]}
        ET.SubElement(labels, "Label", about | ({"hotkey": str(i + 1)} if i < 9 else {}))


def _form(parent: ET.Element, forms: Forms, adjudication: bool) -> None:
    """The form of the span that is selected, then what is said of the document as a whole."""
    idle = ET.SubElement(parent, "View", visibleWhen="no-region-selected")
    ET.SubElement(idle, "Header", value="Select a span to set its value", size="6")
    roles = forms.roles.values()
    for control in forms.controls.values():
        users = [role for role in roles if control in role.controls.values()]
        _control(_shown(parent, users, control.title), control, users)
    listed = [role for role in roles if role.lists]
    if listed:
        box = _shown(parent, listed, "Item of the list: same number, same value")
        _area(box, "item", listed, "1, 2, ...")
    box = _shown(parent, roles, "Other forms that are right too")
    _area(box, "accepted", roles, "a shorter form", several=True)
    ET.SubElement(parent, "Header", value="Of the document: ids, values without words", size="6")
    ET.SubElement(parent, "TextArea", _text_area("more", "E1 story_event: a-buys-b"))
    if adjudication:
        ET.SubElement(parent, "Header", value="Reasons of the decisions", size="6")
        ET.SubElement(parent, "TextArea", _text_area("reason", "1, 2: the headline says so"))


def _shown(parent: ET.Element, roles: Iterable[Role], title: str) -> ET.Element:
    """A box that is shown when a span of one of these roles is selected."""
    box = ET.SubElement(parent, "View", visibleWhen="region-selected", whenLabelValue=_aliases(roles))
    ET.SubElement(box, "Header", value=title, size="6")
    return box


def _control(box: ET.Element, control: Control, roles: Iterable[Role]) -> None:
    """The condition stands on the control itself too: else a stale value survives a change of role."""
    about = {"name": control.name, "toName": "text", "perRegion": "true", "whenLabelValue": _aliases(roles)}
    if control.widget == "number":
        ET.SubElement(box, "Number", about)
    elif control.widget == "choices":
        layout = {"layout": "select"} if len(control.choices) >= SHORT else {"layout": "vertical"}
        choices = ET.SubElement(box, "Choices", about | {"choice": "single"} | layout)
        for label, _ in control.choices:
            ET.SubElement(choices, "Choice", value=label)
    else:
        _area(box, control.name, roles, control.hint)


def _area(box: ET.Element, name: str, roles: Iterable[Role], hint: str, several: bool = False) -> None:
    about = {"perRegion": "true", "whenLabelValue": _aliases(roles)}
    ET.SubElement(box, "TextArea", _text_area(name, hint) | about | ({} if several else {"maxSubmissions": "1"}))


def _text_area(name: str, hint: str) -> dict[str, str]:
    return {"name": name, "toName": "text", "editable": "true", "rows": "1", "placeholder": hint}


def _aliases(roles: Iterable[Role]) -> str:
    return ",".join(role.alias for role in roles)
