"""Invented events that are as hard to match as real ones; the same arguments give the same people.

Interests lie in clusters of very uneven size; every tenth person looks for the largest one; a few are popular; some
pairs are forbidden by company, language, the way to meet, or by name. In a two-sided event a sixth of the people, say
investors, meets only the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from functions.matching.arrays import Floats, Pairs, Places
from functions.matching.candidates import Factors, top_pairs
from functions.matching.rules import Rules

DIMENSIONS = 32
TOPICS, COMMON, POPULAR = 0.45, 0.25, 0.15  # shares of a gain: the topic, common ground, and being there


class Scenario(NamedTuple):
    """Seats and candidates a person, the lowest score that counts, what popularity adds, and if there are sides."""

    seats: int
    candidates: int
    least: float
    draw: float
    sides: bool = False


SCENARIOS = {
    "balanced": Scenario(4, 40, 0, 0.2),
    "popular few": Scenario(4, 40, 0, 0.5),
    "one seat": Scenario(1, 40, 0, 0.2),
    "sparse": Scenario(2, 6, 0, 0.2),
    "thin": Scenario(3, 5, 0.45, 0.5),
    "two-sided": Scenario(4, 40, 0, 0.2, sides=True),
}


class Event(NamedTuple):
    """People who could meet, as the search for candidates takes them."""

    factors: Factors
    rules: Rules


def event(people: int, seed: int, draw: float = 0.2, *, sides: bool = False) -> Event:
    """Invent an event of so many people; `draw` is how much a popular person's presence adds to a gain."""
    rng = np.random.default_rng([seed, people])
    clusters = max(6, int(people**0.5 / 2))
    share = falling(clusters)
    told = rng.choice(clusters, people, p=share)
    sought = np.where(rng.random(people) < 0.5, told, rng.choice(clusters, people, p=share))
    sought[rng.random(people) < 0.1] = 0
    centres = directions(rng.standard_normal((clusters, DIMENSIONS)))
    liked = np.where(rng.random(people) < 0.5, told, rng.choice(clusters, people, p=share))
    tells, seeks, likes = (
        directions(centres[cluster] + spread * rng.standard_normal((people, DIMENSIONS)) / DIMENSIONS**0.5)
        for cluster, spread in ((told, 0.9), (sought, 0.9), (liked, 0.6))
    )
    popularity, one = rng.random((people, 1)) ** 4, np.ones((people, 1))
    return Event(
        Factors(
            wants=single(seeks * TOPICS**0.5, likes * COMMON**0.5, one, one * POPULAR),
            gives=single(tells * TOPICS**0.5, likes * COMMON**0.5, popularity * draw, one),
        ),
        two_sided(rules_of(people, rng), rng) if sides else rules_of(people, rng),
    )


def rules_of(people: int, rng: np.random.Generator) -> Rules:
    companies = max(4, people // 6)
    languages = np.zeros(people, np.int64)
    for bit, spoken_by in enumerate((0.85, 0.3, 0.15, 0.1, 0.05)):
        languages |= (rng.random(people) < spoken_by) << bit
    languages[languages == 0] = 1 << 3
    one, other = rng.integers(0, people, (2, 2 * people))
    one, other = one[one != other], other[one != other]
    nobody = np.zeros(people, bool)
    return Rules(
        company=rng.choice(companies, people, p=falling(companies)),
        colleagues_welcome=nobody,
        languages=languages,
        attendance=rng.choice([1, 2, 3], people, p=[0.5, 0.1, 0.4]),
        provider=nobody,
        no_providers=nobody,
        apart=np.unique(np.concatenate([one * people + other, other * people + one])),
    )


def two_sided(rules: Rules, rng: np.random.Generator) -> Rules:
    """Let a sixth, all of one company, meet only the others, who are providers and want none."""
    few = rng.random(rules.people) < 1 / 6
    return rules._replace(company=np.where(few, rules.people, rules.company), provider=~few, no_providers=~few)


def candidates(name: str, people: int, seed: int) -> tuple[Pairs, Places]:
    """Invent a scenario's event, and return everybody's best allowed pairs and what each may get."""
    scenario = SCENARIOS[name]
    pairs = pairs_of(event(people, seed, scenario.draw, sides=scenario.sides), scenario.candidates)
    return pairs.only(pairs.score > scenario.least), places(people, scenario.seats)


def pairs_of(invented: Event, top: int) -> Pairs:
    return top_pairs(invented.factors, invented.rules, top)


def complete(people: int, seed: int) -> Pairs:
    """Invent an event in which everybody may meet everybody."""
    invented = event(people, seed)
    one, none = np.ones(people, np.int64), np.zeros(0, np.int64)
    nobody = np.zeros(people, bool)
    return top_pairs(invented.factors, Rules(np.arange(people), nobody, one, one, nobody, nobody, none), people)


def places(people: int, seats: int) -> Places:
    return Places(np.full(people, seats), np.ones(people))


def falling(count: int) -> Floats:
    """Return shares that fall as Zipf's law says."""
    weight = 1 / np.arange(1, count + 1) ** 0.8
    return np.asarray(weight / weight.sum())


def directions(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def single(*parts: Floats) -> Floats:
    return np.hstack(parts).astype(np.float32)
