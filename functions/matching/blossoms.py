"""Covering whom no cheap walk could cover, exactly: Edmonds' blossom algorithm, for people with several seats.

A tree grows from somebody who lacks a match. Who lacks one in some alternating walk from there is *outer*; a full
person tried on the way is *inner*, and their partners, each of whom has nobody else, become outer. Two outer people
who may meet close a cycle: where it holds somebody with two matches or more, one of these can go; otherwise it is a
blossom, all of whose people are outer. Source: Edmonds, Paths, Trees, and Flowers (1965); that nothing else is needed
for stars of matches follows Las Vergnas, An extension of Tutte's 1-factor theorem (1978).
"""

from __future__ import annotations

from collections import deque

from functions.matching.walks import LACKS, OVER, Choice, has_room


def cover_exactly(choice: Choice) -> None:
    """Give a match to everybody who can have one without leaving somebody else with none."""
    frozen: set[int] = set()  # people of trees that led nowhere: no later walk through them leads anywhere
    for person in choice.lacking():
        tree = Tree(choice, person, frozen)
        if not tree.grow():
            frozen |= tree.base.keys()


class Tree:
    """The alternating tree from one person; `base` holds everybody in it, with the base of their blossom."""

    def __init__(self, choice: Choice, root: int, frozen: set[int]) -> None:
        self.choice, self.root, self.frozen = choice, root, frozen
        self.base = {root: root}
        self.outer = {root}
        self.reached_from: dict[int, int] = {}  # who is given one too many <- the outer person who adds the pair
        self.waiting = deque([root])

    def grow(self) -> bool:
        """Search until the root can be covered, cover it and return True; False if it cannot be."""
        choice = self.choice
        while self.waiting:
            person = self.waiting.popleft()
            for edge in choice.edges(person):
                other = choice.other(edge, person)
                if other in self.frozen or edge in choice.taken[person]:
                    continue
                if other in self.outer:
                    if self.base[other] != self.base[person] and self.close(person, other):
                        return True
                elif other not in self.base and self.try_inner(person, other):
                    return True
        return False

    def try_inner(self, person: int, other: int) -> bool:
        """Let an outer person take a seat of somebody new to the tree; if nobody can give way, their partners grow."""
        choice = self.choice
        self.reached_from[other] = person
        if choice.free(other) > 0:
            return self.carry_out(other, None)
        for partner in self.partners(other):
            if partner != self.root and choice.can_spare(partner, self.root):
                return self.carry_out(other, partner)
        self.base[other] = other
        for partner in self.partners(other):
            self.base[partner] = partner
            self.outer.add(partner)
            self.waiting.append(partner)
        return False

    def close(self, one: int, other: int) -> bool:
        """Close a cycle by the pair of two outer people: cover the root through it, or shrink it to a blossom."""
        top = self.common_base(one, other)
        members: set[int] = set()
        for person, child in ((other, one), (one, other)):
            while True:
                if has_room(self.choice, person, self.root):
                    self.reached_from[person] = child
                    return self.carry_out(person, None)
                if self.base[person] == top:
                    break
                partner = self.partner(person)
                self.reached_from[person] = child
                if self.choice.can_spare(partner, self.root):
                    return self.carry_out(person, partner)
                members |= {self.base[person], self.base[partner]}
                person, child = self.reached_from[partner], partner  # noqa: PLW2901 - on along the way to the root
        for person, base in list(self.base.items()):
            if base in members:
                self.base[person] = top
                if person not in self.outer:
                    self.outer.add(person)
                    self.waiting.append(person)
        return False

    def common_base(self, one: int, other: int) -> int:
        """Return the base of the first blossom on the ways of both to the root."""
        seen = set()
        while True:
            one = self.base[one]
            seen.add(one)
            if one == self.root:
                break
            one = self.reached_from[self.partner(one)]
        while self.base[other] not in seen:
            other = self.reached_from[self.partner(self.base[other])]
        return self.base[other]

    def carry_out(self, last: int, loser: int | None) -> bool:
        """Carry out the walk from the root to `last`, who drops `loser` to keep to their seats."""
        changed = [] if loser is None else [(self.edge_between(last, loser), LACKS)]
        while True:
            adder = self.reached_from[last]
            changed.append((self.edge_between(adder, last), OVER))
            if adder == self.root:
                break
            last = self.partner(adder)
            changed.append((self.edge_between(adder, last), LACKS))
        return self.choice.walk(changed)

    def partners(self, person: int) -> list[int]:
        return sorted(self.choice.other(edge, person) for edge in self.choice.taken[person])

    def partner(self, person: int) -> int:
        """Return the only match of an outer person other than the root."""
        (edge,) = self.choice.taken[person]
        return self.choice.other(edge, person)

    def edge_between(self, one: int, other: int) -> int:
        return next(edge for edge in self.choice.edges(one) if self.choice.other(edge, one) == other)
