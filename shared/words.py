"""When two texts say literally the same: the words of each, in one case and spelling. Pure."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+", re.UNICODE)


def folded(text: str) -> str:
    """Fold case and the spellings of umlauts and ß, so that "Fuehrung" is "Führung"."""
    text = unicodedata.normalize("NFC", text).casefold()  # which makes ß "ss"
    for letter, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(letter, spelt)
    return text


def words_of(text: str) -> list[str]:
    return WORD.findall(text)


def literal(text: str) -> str:
    """Write a text so that two who say literally the same agree: case, umlauts, spaces and punctuation aside."""
    return " ".join(words_of(folded(text)))
