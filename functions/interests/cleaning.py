"""What is left of a text before anything reads it: no markup, links, addresses or control characters. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 600  # characters that are looked at; the form takes 280
MARKUP = re.compile(r"<[a-z/!][^<>]{0,200}>", re.IGNORECASE)  # not "<10 people, >50 towns"
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
ADDRESS = re.compile(r"\S{1,64}@\S{1,64}")
JOINERS = frozenset("\u200c\u200d")  # zero-width, and part of how some scripts and emoji are written
UNSEEN = {"Cc": " ", "Cf": "", "Cs": " ", "Co": " ", "Cn": " "}  # a soft hyphen parts no word, a line break does


def cleaned(text: str) -> str:
    """Compose the letters (NFC), and drop what says nothing of the topic or must not be kept."""
    text = text[: 4 * LONGEST]
    for pattern in (MARKUP, LINK, ADDRESS):
        text = pattern.sub(" ", text)
    text = unicodedata.normalize("NFC", text)
    seen = (one if one in JOINERS else UNSEEN.get(unicodedata.category(one), one) for one in text)
    return " ".join("".join(seen).split())[:LONGEST].strip()
