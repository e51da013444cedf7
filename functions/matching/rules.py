"""Who may meet whom: the hard rules, for everybody at once. Nothing bends them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from functions.matching.arrays import BadMatrix, Bools, Ints

ON_SITE, VIRTUAL = 1, 2  # bits of `attendance`


class Rules(NamedTuple):
    """What the rules ask of n people, each an array of length n but the last.

    `company`: equal numbers are colleagues, unless both have `colleagues_welcome`. `languages`, `attendance`: bit sets
    of which two must share a bit. `provider` and `no_providers` keep apart. `apart`: sorted codes u * n + v, both ways
    round, of pairs that avoid, blocked, know or have met each other, or are one person.
    """

    company: Ints
    colleagues_welcome: Bools
    languages: Ints
    attendance: Ints
    provider: Bools
    no_providers: Bools
    apart: Ints

    @property
    def people(self) -> int:
        return len(self.company)


def allowed(rules: Rules, rows: slice, columns: slice) -> Bools:
    """Say for the people of `rows` against those of `columns` who may meet, as a matrix."""
    found = may_speak(rules, rows, columns)
    found &= (rules.attendance[rows, None] & rules.attendance[columns]) != 0
    colleagues = rules.company[rows, None] == rules.company[columns]
    if rules.colleagues_welcome.any():
        colleagues &= ~(rules.colleagues_welcome[rows, None] & rules.colleagues_welcome[columns])
    found &= ~colleagues
    if rules.no_providers.any():
        found &= ~(rules.provider[rows, None] & rules.no_providers[columns])
        found &= ~(rules.no_providers[rows, None] & rules.provider[columns])
    within = slice(*np.searchsorted(rules.apart, [rows.start * rules.people, rows.stop * rules.people]))
    left, right = np.divmod(rules.apart[within], rules.people)
    here = (right >= columns.start) & (right < columns.stop)
    found[left[here] - rows.start, right[here] - columns.start] = False
    diagonal = np.arange(max(rows.start, columns.start), min(rows.stop, columns.stop))
    found[diagonal - rows.start, diagonal - columns.start] = False
    return found


def may_speak(rules: Rules, rows: slice, columns: slice) -> Bools:
    """Say who shares a language with whom."""
    shared: Bools = (rules.languages[rows, None] & rules.languages[columns]) != 0
    return shared


def check_rules(rules: Rules) -> None:
    """Raise BadMatrix unless every array has the same people and being apart is mutual."""
    people = rules.people
    if any(len(array) != people for array in rules[:-1]):
        raise BadMatrix("the rules are about different numbers of people")
    if not len(rules.apart):
        return
    if (np.diff(rules.apart) <= 0).any() or rules.apart[0] < 0 or rules.apart[-1] >= people * people:
        raise BadMatrix("pairs kept apart are not sorted, twice there, or of nobody")
    left, right = np.divmod(rules.apart, people)
    if not np.array_equal(np.sort(right * people + left), rules.apart):
        raise BadMatrix("somebody is kept apart from somebody who is not kept apart from them")
