"""The whole way from people to pairs: rules, scores, choice, exchange, and what is proven of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from functions.matching.arrays import Bools, Ints, Pairs, Places, by_person, degrees
from functions.matching.candidates import top_pairs
from functions.matching.choice import Chosen, choose, proven_bound
from functions.matching.exchange import MOST_PEOPLE, Wants, covered, diversify
from functions.matching.participants import Participant, places_of, rules_of
from functions.matching.rules import Rules, allowed, may_speak
from functions.matching.scores import Scorer, every_pair, factors, texts_of
from shared.models import MILLION, Certificate

ALL_PAIRS = 1500  # people; up to here every allowed pair is scored
LOOKED_AT = 100  # candidates a person, beyond
STRONGEST = 60  # pairs a person, from which is chosen; more change the fourth digit
ENOUGH_TEXTS = 2  # with fewer, more could be found if somebody wrote more


class Unmatched(StrEnum):
    """Why somebody has no match in a round."""

    NOT_UNDERSTOOD = "not_understood"  # the texts came too late to be read
    NO_LANGUAGE = "no_language"  # nobody speaks a language of theirs
    NOBODY_ALLOWED = "nobody_allowed"  # the rules leave nobody whom they have not met
    LITTLE_SAID = "little_said"  # too little in the profile
    NO_REASON = "no_reason"  # nobody allowed with whom both would gain
    ALL_TAKEN = "all_taken"  # there was somebody, but all of these are at their limit


class Matched(NamedTuple):
    """What was chosen among people, who are numbers here; `taken` says which of the pairs."""

    people: Sequence[Participant]
    pairs: Pairs
    taken: Bools
    certificate: Certificate
    unmatched: dict[int, Unmatched]


def match(people: Sequence[Participant], seed: int, tell: Callable[[float], None] = lambda _: None) -> Matched:
    """Choose pairs among people who each have a seat; `tell` hears the share of the work done.

    The result depends on the order of the people: hand them over in one that does not depend on chance.
    """
    rules, places, scorer = rules_of(people), places_of(people), Scorer(people)
    complete = len(people) <= ALL_PAIRS
    wide = every_pair(rules) if complete else top_pairs(factors(people), rules, LOOKED_AT)
    scored = scorer.score(wide, lambda share: tell(0.8 * share))
    pairs = strongest(scored, len(people), STRONGEST)
    chosen = choose(pairs, places, seed)
    alone = np.flatnonzero(places.wanting & (degrees(pairs, chosen.taken, len(people)) == 0))
    if len(alone) and (not complete or pairs.size < scored.size):
        scored = merged(scored, scorer.score(pairs_of(alone, rules)), len(people))
        pairs = merged(pairs, scored.only(np.isin(scored.left, alone) | np.isin(scored.right, alone)), len(people))
        chosen = choose(pairs, places, seed)
    tell(0.9)
    wants = wants_of(people, scorer)
    taken = diversify(pairs, places, chosen.taken, wants, seed)
    tell(1)
    certificate = certified(scored, pairs, places, chosen, taken, wants, complete=complete)
    return Matched(people, pairs, taken, certificate, unmatched(people, rules, scored, pairs, taken))


def strongest(pairs: Pairs, people: int, top: int) -> Pairs:
    """Keep the pairs that are among the `top` best of one of their two."""
    kept = np.zeros(pairs.size, bool)
    ordered, starts = by_person(pairs, pairs.score, people)
    place = np.arange(len(ordered)) - np.repeat(starts[:-1], np.diff(starts))
    kept[ordered[place < top]] = True
    return pairs.only(kept)


def merged(one: Pairs, other: Pairs, people: int) -> Pairs:
    """Put two lists of pairs together, each pair once."""
    code = np.concatenate([part.left * people + part.right for part in (one, other)])
    code, first = np.unique(code, return_index=True)
    return Pairs(code // people, code % people, np.concatenate([one.score, other.score])[first])


def pairs_of(some: Ints, rules: Rules) -> Pairs:
    """Return all allowed pairs of some people, not scored yet."""
    everybody = slice(0, rules.people)
    found = [
        (one, other) for one in some for other in np.flatnonzero(allowed(rules, slice(one, one + 1), everybody)[0])
    ]
    code = np.unique(np.array([min(pair) * rules.people + max(pair) for pair in found], np.int64))
    return Pairs(code // rules.people, code % rules.people, np.ones(len(code)))


def wants_of(people: Sequence[Participant], scorer: Scorer) -> Wants:
    """Say how well each wish would be met by everybody; nothing where the event is too large for exchanges."""
    place = {one.person_id: number for number, one in enumerate(people)}
    owners = [number for number, one in enumerate(people) if one.wishes] if len(people) <= MOST_PEOPLE else []
    everybody = np.arange(len(people))
    served = [scorer.served(owner, everybody) for owner in owners]
    met = [
        rows[:, [place[known] for known in people[owner].introduced if known in place]].max(axis=1, initial=0)
        for owner, rows in zip(owners, served, strict=True)
    ]
    return Wants(
        owner=np.repeat(np.array(owners, np.int64), [len(rows) for rows in served]),
        served=np.concatenate([np.zeros((0, len(people))), *served]),
        met=np.concatenate([np.zeros(0), *met]),
    )


def certified(
    scored: Pairs, pairs: Pairs, places: Places, chosen: Chosen, taken: Bools, wants: Wants, *, complete: bool
) -> Certificate:
    """Write down what was reached, and what no choice among the scored pairs could exceed."""
    people = len(places.seats)
    had = degrees(pairs, taken, people)
    reachable = degrees(scored, np.ones(scored.size, bool), people) > 0
    among = np.isin(scored.left * people + scored.right, (pairs.left * people + pairs.right)[chosen.taken])
    met, meetable = covered(wants, pairs, taken)
    return Certificate(
        weight=round(float(pairs.score[taken].sum()) * MILLION),
        best_weight=round(chosen.weight * MILLION),
        bound=int(np.ceil(proven_bound(scored, places, among, chosen.price) * MILLION)),
        pairs_looked_at=scored.size,
        all_pairs=complete,
        reachable=int((reachable & places.wanting).sum()),
        covered=int((places.wanting & (had > 0)).sum()),
        degrees=tuple(np.bincount(had).tolist()),
        wishes_met=round(met),
        wishes_met_before=round(covered(wants, pairs, chosen.taken)[0]),
        wishes_meetable=round(meetable),
    )


def unmatched(
    people: Sequence[Participant], rules: Rules, scored: Pairs, pairs: Pairs, taken: Bools
) -> dict[int, Unmatched]:
    """Say of everybody without a match why."""
    reachable = degrees(scored, np.ones(scored.size, bool), len(people)) > 0
    alone = np.flatnonzero(degrees(pairs, taken, len(people)) == 0).tolist()
    return {one: Unmatched.ALL_TAKEN if reachable[one] else unreachable(people[one], one, rules) for one in alone}


def unreachable(one: Participant, place: int, rules: Rules) -> Unmatched:
    row, everybody = slice(place, place + 1), slice(0, rules.people)
    if not allowed(rules, row, everybody).any():
        others = np.delete(may_speak(rules, row, everybody)[0], place)
        return Unmatched.NOBODY_ALLOWED if others.any() or not len(others) else Unmatched.NO_LANGUAGE
    said = sum(bool(text.literal or text.concepts or text.words) for text in texts_of(one))
    return Unmatched.LITTLE_SAID if said < ENOUGH_TEXTS or not one.offers else Unmatched.NO_REASON
