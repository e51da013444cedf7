"""People as chance makes them, for properties of the matching."""

from __future__ import annotations

from hypothesis import strategies as st

from functions.matching.participants import Participant
from shared.models import Attendance, Understood
from tests.people import a_participant, touched

NAMES = ("ada", "ben", "cem", "dora", "emil", "fay", "gus")
CONCEPTS = ("beekeeping", "canteen", "choirs", "hiring")
SWITCHES = ("write_me_first", "colleagues_welcome", "first_time", "provider", "no_providers", "surprise_me")
WORDS = ("garten", "kantine", "nacht", "suppe")


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(lambda found: tuple(sorted(found)))


understood = st.builds(
    lambda concepts, words: Understood(concepts=tuple(map(touched, concepts)), words=words), some(CONCEPTS), some(WORDS)
)
texts = st.lists(understood, max_size=3).map(tuple)


@st.composite
def participants(draw: st.DrawFn, names: tuple[str, ...] = NAMES) -> Participant:
    """Draw somebody who may work with, avoid, know or not understand the others."""
    name = draw(st.sampled_from(names))
    others = tuple(other for other in names if other != name)
    addresses, companies = tuple(f"address of {other}" for other in others), ("mill", "soap")
    return a_participant(
        name,
        company_hash=draw(st.sampled_from(("", "", *companies))),
        languages=frozenset(draw(st.lists(st.sampled_from(("de", "en")), min_size=1))),
        attendance=draw(st.sampled_from(Attendance)),
        avoid=frozenset(draw(st.lists(st.sampled_from((*addresses, *companies)), max_size=1))),
        met=frozenset(draw(st.lists(st.sampled_from(addresses), max_size=1))),
        seats=draw(st.integers(0, 3)),
        introduced=frozenset(draw(st.lists(st.sampled_from(others), max_size=1))),
        **{switch: draw(st.booleans()) for switch in SWITCHES},
        wishes=draw(texts),
        offers=draw(texts),
        interests=draw(texts),
    )


people = st.lists(participants(), unique_by=lambda person: person.person_id, max_size=len(NAMES))
