"""Judge similarity by pairs of texts that belong together: python -m infra.similarity pairs.tsv.

Every other combination of their texts counts as not belonging. The last line is JSON, for programs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from functions.interests.embedding import model
from functions.interests.understanding import Reader
from infra.similarity.judging import (
    FALSE_HITS,
    FIELD,
    GROUPS,
    Bools,
    Floats,
    Pair,
    Unreadable,
    auc,
    hard_mismatches,
    interval,
    mismatches,
    misses,
    mistyped,
    nearest_is_own,
    pairs_in,
    recall,
)
from infra.similarity.learning import examples, learnt_from, sources
from shared.closeness import similarity
from shared.models import NO_MODEL
from shared.reading import READING

SHOWN_MISSES = 10
SHORT = 70  # characters of a text that are shown


def main(words: list[str]) -> int:
    """Judge a file's pairs; return the exit code."""
    parser = argparse.ArgumentParser(prog="make similarity", description="How well similarity finds pairs of texts.")
    parser.add_argument("pairs", type=Path, help="a file with a line of column names, a and b first, parted by tabs")
    parser.add_argument("--model", choices=(NO_MODEL,), help="judge vocabulary and words alone")
    parser.add_argument("--typos", action="store_true", help="put one typing error into each text")
    asked = parser.parse_args(words)
    try:
        pairs = pairs_in(asked.pairs.read_bytes())
        reader = Reader({}, None if asked.model else model())
    except OSError as error:
        print(f"{asked.pairs} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    except Unreadable as error:
        print(f"{asked.pairs} has to be mended first:", *error.faults, sep="\n  ", file=sys.stderr)
        return 1
    except ValueError as error:  # the space was learnt with another model
        print(error, file=sys.stderr)
        return 1
    if asked.typos:
        rng = random.Random(1)  # noqa: S311 - the same slips each time
        pairs = [pair._replace(a=mistyped(pair.a, rng), b=mistyped(pair.b, rng)) for pair in pairs]
    reader.read(["warm"])  # what is loaded at first is no text's time
    began = time.perf_counter()
    read = reader.read([text for pair in pairs for text in pair[:2]])
    each = (time.perf_counter() - began) / len(read)
    tell_reader(reader)
    print(f"{1000 * each:.1f} ms a text{', one typing error in each' if asked.typos else ''}")
    tell(similarity(read[::2], read[1::2]), pairs)
    return 0


def tell_reader(reader: Reader) -> None:
    """Print what took part."""
    known = reader.vocabulary
    print(f"Model {reader.model_id}, {len(known.concepts)} concepts (vocabulary {known.version}), reading {READING}")
    if reader.model is None:
        print("No language model took part: vocabulary and words alone.")
    elif learnt_from() == sources(known, examples()):
        print(f"The space was learnt from {learnt_from()}.")
    else:
        print(f"The space was learnt from something else ({learnt_from()}): run `make space`.")


def tell(matrix: Floats, pairs: Sequence[Pair]) -> None:
    """Print the figures, the worst misses, and the figures once more as JSON."""
    everyone = np.ones(len(pairs), bool)
    matched, mismatched = np.diagonal(matrix), mismatches(matrix, everyone)
    left, right = nearest_is_own(matrix), nearest_is_own(matrix.T)
    found = {"pairs": len(pairs), "auc": auc(matched, mismatched), "top1_left": left.mean(), "top1_right": right.mean()}
    print(
        f"\n{len(pairs)} pairs, {len(mismatched):,} mismatches; ties count half in the AUC, and as misses in the top-1"
    )
    print(f"{'':24}{'pairs':>6}{'AUC':>8}{'a finds b':>11}{'b finds a':>11}")
    print(line_of("all", everyone, matrix, left, right))
    rng = np.random.default_rng(1)
    spans = (f"{low:.2f}–{high:.2f}" for low, high in (interval(left, rng), interval(right, rng)))
    print(f"{'  95 % of resamples':38}" + "".join(f"{span:>11}" for span in spans))
    for column in GROUPS:
        values = np.array([pair.about.get(column, "") for pair in pairs])
        for value in sorted(set(values[values != ""].tolist())):
            print(line_of(f"{column} {value}", values == value, matrix, left, right))
    hard = hard_mismatches(matrix, [pair.about.get(FIELD, "") for pair in pairs])
    if len(hard):
        print(f"{'within fields':30}{auc(matched, hard):8.3f}   against {len(hard):,} mismatches of the same field")
    print(f"Recall at {FALSE_HITS:.0%} false hits: {recall(matched, mismatched, FALSE_HITS):.2f}")
    tell_misses(matrix, pairs)
    print(json.dumps({name: round(float(value), 4) if name != "pairs" else value for name, value in found.items()}))


def line_of(title: str, kept: Bools, matrix: Floats, left: Bools, right: Bools) -> str:
    """Judge some of the pairs against all."""
    area = auc(np.diagonal(matrix)[kept], mismatches(matrix, kept))
    return f"{title:24}{kept.sum():6}{area:8.3f}{left[kept].mean():11.2f}{right[kept].mean():11.2f}"


def tell_misses(matrix: Floats, pairs: Sequence[Pair]) -> None:
    found = misses(matrix, pairs)
    print(f"\n{len(found)} of {2 * len(pairs)} texts miss their partner" + (", the worst:" if found else "."))
    for miss in found[:SHOWN_MISSES]:
        text, partner, nearest = (textwrap.shorten(one, SHORT, placeholder=" …") for one in miss[1:])
        print(f"  {text}\n    belongs to  {partner}\n    is nearer   {nearest} (by {miss.behind:.2f})")
    print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
