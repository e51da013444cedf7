"""By which reading an event's texts are read, and when everybody has to be read anew."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from functions.interests.embedding import LocalModel
from functions.interests.space import LEARNT
from functions.interests.vocabulary import vocabulary
from infra.similarity.learning import examples, learnt_from, sources
from shared import words
from shared.models import Concept
from shared.reading import READING, reading_of
from tests.people import an_event

ORGANS = Concept(de="Orgelbau", en="organ building")
# What each reading was: vocabulary, model, the space learnt from both, and the code without its comments.
FINGERPRINTS = {
    "1": "fd94f2b932f043d6",
}


RECIPE = ("cleaning", "embedding", "ngrams", "space", "spelling", "understanding", "vocabulary")


def fingerprint() -> str:
    space = hashlib.sha256(LEARNT.read_bytes()).hexdigest()
    files = [Path(words.__file__), *(LEARNT.parent / f"{name}.py" for name in RECIPE)]
    code = [re.sub(r" *#.*", "", file.read_text(encoding="utf-8")) for file in files]
    parts = (vocabulary().version, LocalModel.model_id, space, *code)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def test_another_vocabulary_space_or_model_is_another_reading() -> None:
    assert FINGERPRINTS.get(READING) == fingerprint(), (
        "Texts would now be read differently from those that were read before. Raise READING in shared/reading.py, "
        f"so that everybody is read anew, and add it here with {fingerprint()!r}."
    )
    assert len(set(FINGERPRINTS.values())) == len(FINGERPRINTS)


def test_the_space_was_learnt_from_these_very_aliases_and_examples() -> None:
    assert learnt_from() == sources(vocabulary(), examples()), "run `make space`"


def test_an_event_without_concepts_of_its_own_has_our_reading() -> None:
    assert reading_of(an_event()) == READING


def test_an_events_own_concepts_make_a_reading_of_their_own() -> None:
    readings = {
        reading_of(an_event(concepts=concepts))
        for concepts in (
            {},
            {"organs": ORGANS},
            {"organ_building": ORGANS},
            {"organs": ORGANS.model_copy(update={"aliases_de": ("orgel",)})},
        )
    }
    assert len(readings) == 4
    assert all(reading.startswith(READING) for reading in readings)


def test_the_same_concepts_are_the_same_reading_in_any_order() -> None:
    other = Concept(de="Chöre", en="choirs")
    one_way, other_way = {"organs": ORGANS, "choirs": other}, {"choirs": other, "organs": ORGANS}
    assert reading_of(an_event(concepts=one_way)) == reading_of(an_event(concepts=other_way))
