"""An event while it is told: which phrases are fit for it, and what has been told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from goldspan.variants.facts import Facts
from goldspan.variants.grammar import Choice, Phrase, Rule, Shown, Slot, Template, TypeGrammar

_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}


@dataclass
class Teller:
    """One event while it is told: its facts, and which of them have been."""

    number: int
    type: str
    facts: Facts
    grammar: TypeGrammar
    told: dict[str, None] = field(default_factory=dict[str, None])
    hedged: set[str] = field(default_factory=set[str])
    used: set[int] = field(default_factory=set[int])
    shared: bool = False
    _can: dict[int, bool] = field(default_factory=dict[int, bool])

    def several(self, name: str) -> bool:
        """Whether a field has more than one item: then its verb is a plural."""
        return name in self.facts and len(self.facts[name].items) > 1

    def fits(self, template: Template) -> bool:
        """Whether a phrase can be told of this event."""
        for name, values in template.only:
            if name == "other":
                if self.shared:
                    return False
            elif name not in self.facts or str(self.facts[name].items[0].value) not in values:
                return False
        return self.can_tell(template.phrase)

    def can_tell(self, phrase: Phrase) -> bool:
        """Whether every value that a phrase states or shows is one of this event's."""
        known = self._can.get(id(phrase))
        if known is None:
            known = self._can[id(phrase)] = self._finds(phrase)
        return known

    def _finds(self, phrase: Phrase) -> bool:
        for part in phrase:
            if isinstance(part, Slot):
                if part.name not in ("a", "v", "v2") and part.name not in self.facts:
                    return False
            elif isinstance(part, Shown):
                if not self._shows(part) or not self.can_tell(part.inside):
                    return False
            elif isinstance(part, Choice):
                if not any(map(self.can_tell, part.options)):
                    return False
            elif isinstance(part, Rule) and not any(map(self.can_tell, self.grammar.rules[part.name])):
                return False
        return True

    def _shows(self, part: Shown) -> bool:
        fact = self.facts.get(part.field)
        return fact is not None and fact.items[0].value == _BOOLEANS.get(part.value, part.value)

    def tells_anew(self, template: Template) -> bool:
        """Whether a phrase may state a field that has not been told."""
        return any(name in self.facts and name not in self.told for name in template.states)
