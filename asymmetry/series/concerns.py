"""Findings a clinician may want to look at: rules that can be read, and switched off one by one."""

from __future__ import annotations

from collections.abc import Iterable

from asymmetry.core.arrays import check_type
from asymmetry.core.notes import as_note
from asymmetry.series.rule import Concern, Rule, Situation
from asymmetry.series.rules import RULES as GEOMETRY_RULES
from asymmetry.series.skin_rules import SKIN_RULES

__all__ = [
    "RULES",
    "Concern",
    "Rule",
    "Situation",
    "concerns",
    "list_rules",
    "register_rule",
    "unregister_rule",
]

#: The library's own rules, those that are urgent first; of the skin, which few series measure, last.
RULES = (*GEOMETRY_RULES, *SKIN_RULES)
_REGISTERED: dict[str, Rule] = {}


def concerns(situation: Situation, rules: Iterable[Rule] | None = None) -> tuple[Concern, ...]:
    """Apply rules to a series.

    Parameters
    ----------
    situation : Situation
        The series.
    rules : iterable of Rule, optional
        Default: those of `list_rules`.

    Examples
    --------
    >>> concerns(Situation((), (), treated=True))
    ()
    """
    chosen = list_rules() if rules is None else rules
    check_type("rules", chosen, Iterable)
    chosen = list(chosen)
    for each in chosen:
        check_type("each of the rules", each, Rule)
    return tuple(
        Concern(rule.name, as_note(note), day, photos, tuple(map(as_note, notes)), rule.source)
        for rule in chosen
        for note, day, photos, notes in rule.find(situation)
    )


def register_rule(rule: Rule) -> Rule:
    """Apply a rule wherever concerns are asked for: in Python, on the command line, in reports.

    Parameters
    ----------
    rule : Rule
        One of the same name as another takes the other's place.

    Returns
    -------
    Rule
        The rule that was given.

    Examples
    --------
    >>> def find_many_days(situation):
    ...     for each in situation.followed:
    ...         if len(each.diff) > 9:
    ...             yield "more than nine days", each.diff.day[-1], each.diff.photos[-1], ()
    >>> rule = register_rule(Rule("many days", "a long series", "an example", find_many_days))
    >>> [each.name for each in list_rules()][-2:]
    ['swelling far from the site', 'many days']
    >>> unregister_rule("many days")
    """
    _REGISTERED[rule.name] = rule
    return rule


def unregister_rule(name: str) -> None:
    """Forget a rule that was registered; one that is not known is no error.

    Examples
    --------
    >>> unregister_rule("no such rule")
    """
    _REGISTERED.pop(name, None)


def list_rules() -> tuple[Rule, ...]:
    """All rules: the library's own, and those that were registered."""
    return tuple(({rule.name: rule for rule in RULES} | _REGISTERED).values())
