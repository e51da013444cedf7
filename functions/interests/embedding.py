"""What a text is about. The seam behind which a language model may stand one day: texts in, `Understood` out."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from shared.models import Understood

MODEL_ID = "vocabulary-1"
SHORTEST_INSIDE = 5  # letters of an alias that is found anywhere in a word; shorter ones would be found everywhere
SHORTEST_BEGINNING = 4  # letters of one that may begin a word: "chor" is in "Chorleitung", but "hr" is not in "Uhr"
SHORTEST_WORD = 5
STOP_WORDS = frozenset(  # folded, as the words they are compared with
    "haben hatte haette werden wurde wurden unser unsere unserer unserem unseren nicht keine keiner jemand "
    "etwas andere anderen dieser diese dieses welche welcher koennte möchte wuerde gerne machen macht "
    "gemacht immer wieder about after again their there these those which would could should other others "
    "really never always someone something where while people every without before still until being "
    "having between things thing leute menschen warum wurde wenig lange zwischen gerade selbst durch "
    "gegen damit dabei wegen danach".split()
)


def understand(texts: Iterable[str]) -> tuple[Understood, ...]:
    """Say for each text which concepts it touches, and its own long words for what no concept covers."""
    return tuple(_understand_one(text) for text in texts)


def _understand_one(text: str) -> Understood:
    words = re.findall(r"[^\W\d_]+", folded(text))
    joined = f" {' '.join(words)} "
    concepts = [concept for concept, aliases in vocabulary().items() if any(occurs(a, joined) for a in aliases)]
    own = {word for word in words if len(word) >= SHORTEST_WORD and word not in STOP_WORDS}
    return Understood(concepts=tuple(sorted(concepts)), words=tuple(sorted(own)))


def occurs(alias: str, joined: str) -> bool:
    """Say whether an alias stands in a text of folded words between single spaces."""
    if len(alias) >= SHORTEST_INSIDE:
        return alias in joined
    return (f" {alias}" if len(alias) >= SHORTEST_BEGINNING else f" {alias} ") in joined


def folded(text: str) -> str:
    """Fold case and the spellings of umlauts and ß, so that "Fuehrung" is "Führung"."""
    text = unicodedata.normalize("NFC", text).casefold()
    for letter, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, spelt)
    return text


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Read each concept's aliases in both languages, folded."""
    with (Path(__file__).parent / "vocabulary.toml").open("rb") as file:
        concepts = tomllib.load(file)
    return {
        concept: tuple(
            " ".join(re.findall(r"[^\W\d_]+", folded(alias))) for alias in entry["aliases_de"] + entry["aliases_en"]
        )
        for concept, entry in concepts.items()
    }
