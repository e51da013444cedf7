"""What a text is about. The seam behind which a language model may stand one day: texts in, `Understood` out."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from shared.models import Understood

MODEL_ID = "vocabulary-2"
SHORTEST_WORD = 5
STOP_WORDS = frozenset(  # folded, as the words they are compared with
    "haben hatte haette werden wurde wurden unser unsere unserer unserem unseren nicht keine keiner jemand "
    "etwas andere anderen dieser diese dieses welche welcher koennte moechte wuerde gerne machen macht "
    "gemacht immer wieder about after again their there these those which would could should other others "
    "really never always someone something where while people every without before still until being "
    "having between things thing leute menschen warum wurde wenig lange zwischen gerade selbst durch "
    "gegen damit dabei wegen danach".split()
)


def understand(texts: Iterable[str]) -> tuple[Understood, ...]:
    """Say for each text which concepts it touches, and its own long words for what no concept covers."""
    return tuple(_understand_one(text) for text in texts)


def _understand_one(text: str) -> Understood:
    words = words_of(text)
    joined = f" {' '.join(words)} "
    concepts = [concept for concept, aliases in vocabulary().items() if any(alias in joined for alias in aliases)]
    own = {word for word in words if len(word) >= SHORTEST_WORD and word not in STOP_WORDS}
    return Understood(concepts=tuple(sorted(concepts)), words=tuple(sorted(own)))


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", folded(text))


def folded(text: str) -> str:
    """Fold case and the spellings of umlauts and ß, so that "Fuehrung" is "Führung"."""
    text = unicodedata.normalize("NFC", text).casefold()
    for letter, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, spelt)
    return text


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Read what each concept is recognised by, written as it stands between the spaces around folded words."""
    with (Path(__file__).parent / "vocabulary.toml").open("rb") as file:
        concepts = tomllib.load(file)
    return {
        concept: (
            *(form for alias in entry["aliases_de"] for form in forms(alias, in_compounds=True)),
            *(form for alias in entry["aliases_en"] for form in forms(alias, in_compounds=False)),
        )
        for concept, entry in concepts.items()
    }


def forms(alias: str, *, in_compounds: bool) -> tuple[str, ...]:
    """Fold an alias, with a space wherever no word may go on; the vocabulary's head says how one is written."""
    words = " ".join(words_of(alias))
    if alias.isupper():
        return (f" {words} ",)
    if alias.endswith("-"):
        return (f" {words}",)
    return (words,) if in_compounds else (f" {words} ", f" {words}s ")
