"""How close two texts are, and why: python -m functions.interests "text a" "text b"."""

from __future__ import annotations

import argparse
import sys

from functions.interests.cleaning import cleaned
from functions.interests.spelling import corrected
from functions.interests.understanding import Reader, reader
from shared.closeness import closeness
from shared.models import Touched, Understood
from shared.reading import READING
from shared.words import literal, words_of

NAMES = ("first", "second")
WORDS = ((0.75, "very close"), (0.4, "close"), (0.001, "a little close"))  # from which closeness on
SHOWN = 3  # concepts of each text


def main(words: list[str]) -> int:
    """Compare two texts; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m functions.interests", description="How close two texts are, and why."
    )
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    texts = parser.parse_args(words).texts
    if len(texts) != len(NAMES):
        parser.error(f"give two texts, each in quotation marks; these are {len(texts)}")
    with_ours = reader({})
    one, other = with_ours.read(texts)
    near = float(closeness([one], [other])[0, 0])
    print(f"{next((word for least, word in WORDS if near >= least), 'not close')}: {near:.2f} of 1")
    theirs = {touched.concept for touched in other.concepts}
    both = [label(touched) for touched in one.concepts if touched.concept in theirs]
    print(f"both are about: {'; '.join(both) or 'no concept in common'}")
    print(f"literally the same: {same(texts, one, other)}")
    for name, text, understood in zip(NAMES, texts, (one, other), strict=True):
        tell(name, text, understood, with_ours)
    took_part = "no language model, vocabulary and words alone" if with_ours.model is None else with_ours.model_id
    print(f"read by: {took_part}; {len(with_ours.vocabulary.concepts)} concepts, reading {READING}")
    return 0


def label(concept: Touched) -> str:
    return f"{concept.de} / {concept.en}"


def same(texts: list[str], one: Understood, other: Understood) -> str:
    if not one.literal or one.literal != other.literal:
        return "no"
    first, second = (literal(cleaned(text)) for text in texts)
    return "yes" if first == second else "no, but as read they name the same"


def tell(name: str, text: str, understood: Understood, with_ours: Reader) -> None:
    """Print what was put right in a text and what it is about, or that nothing is left of it."""
    clean = cleaned(text)
    if not words_of(clean):
        print(f"{name} text: nothing is left of it to be read, so it is close to nothing")
        return
    spelt = corrected(clean, with_ours.vocabulary.words)
    changed = [
        f"“{was}” is read as “{now}”" for was, now in zip(words_of(clean), words_of(spelt), strict=True) if was != now
    ]
    about = [
        f"{label(one)} {one.share / 10:.0f} %{' (named)' if one.named else ''}" for one in understood.concepts[:SHOWN]
    ]
    print(f"{name} text: {'; '.join(about) or 'about no concept we know'}")
    print(f"  spelling put right: {', '.join(changed) or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
