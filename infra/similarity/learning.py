"""Learn the space that texts are compared in, from examples and the vocabulary's aliases: `make space`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from functions.interests.embedding import Model, model
from functions.interests.space import LEARNT, SIGNS, Floats, Space, unit
from functions.interests.understanding import texts_of
from functions.interests.vocabulary import Vocabulary, vocabulary

EXAMPLES = Path(__file__).parent / "examples"
AT_ONCE = 200
# How the mapping is learnt; fitted on tests/similarity/tuning.tsv and tuning_oblique.tsv.
ROUNDS = 300
BATCH = 512  # groups, of which two texts each are to find one another among all
TEMPERATURE = 0.05
RATE = 2e-3
RESTRAINT = 10.0  # what it costs to move away from the model's own space
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8  # Adam's, as its authors propose


def examples() -> dict[str, tuple[str, ...]]:
    """Return texts that different people could have written about the same subject, by subject."""
    found: dict[str, list[str]] = {}
    for path in sorted(EXAMPLES.glob("*.tsv")):
        _, *rows = path.read_text("utf-8").splitlines()
        for row in rows:
            subject, text = row.split("\t")
            found.setdefault(f"{path.stem}/{subject}", []).append(text)
    return {subject: tuple(texts) for subject, texts in found.items()}


def learn(known: Vocabulary, by_subject: Mapping[str, Sequence[str]], with_model: Model) -> Space:
    """Embed all aliases and examples, and derive the mapping and the places of subjects and concepts."""
    aliases = {name: tuple(dict.fromkeys(texts_of(concept))) for name, concept in known.concepts.items()}
    groups = [*aliases.values(), *by_subject.values()]
    raw = embedded([text for texts in groups for text in texts], with_model)
    mean = raw.mean(axis=0)
    ends = np.cumsum([len(texts) for texts in groups])
    mapping = mapping_of(np.split(unit(raw - mean), ends[:-1]))
    none = raw[:0]
    space = Space(mean, mapping, none, signs_of(tuple(by_subject)), (), none, none, np.zeros(0, np.int64))
    placed = np.split(space.placed(raw), ends[:-1])
    of_concepts, of_subjects = placed[: len(aliases)], placed[len(aliases) :]
    space = space._replace(subjects=unit(np.vstack([texts.mean(axis=0) for texts in of_subjects])))
    return space.with_concepts(dict(zip(aliases, of_concepts, strict=True)))


def mapping_of(groups: Sequence[Floats]) -> Floats:
    """Learn what to multiply vectors by, so that those of one group are nearer to one another than to all others.

    Of some groups at a time, two vectors each: the loss is InfoNCE (van den Oord 2018) in both directions, and a
    restraint; the descent is Adam (Kingma and Ba 2015), at a rate that falls like a cosine. Groups of one say nothing.
    """
    rng = np.random.default_rng(1)
    several = [group for group in groups if len(group) > 1]
    change = np.zeros((groups[0].shape[1],) * 2, np.float32)
    mean, variance = np.zeros_like(change), np.zeros_like(change)
    for step in range(ROUNDS):
        chosen = rng.permutation(len(several))[:BATCH]
        pairs = np.stack([several[one][rng.permutation(len(several[one]))[:2]] for one in chosen], axis=1)
        gradient = slope(pairs[0], pairs[1], change)
        mean = FIRST * mean + (1 - FIRST) * gradient
        variance = SECOND * variance + (1 - SECOND) * gradient**2
        rate = RATE * (1 + np.cos(np.pi * step / ROUNDS)) / 2
        spread = np.sqrt(variance / (1 - SECOND ** (step + 1))) + TINY
        change -= (rate / (1 - FIRST ** (step + 1)) * mean / spread).astype(np.float32)
    return np.asarray(np.eye(len(change), dtype=np.float32) + change)


def slope(ones: Floats, others: Floats, change: Floats) -> Floats:
    """Return the loss's gradient for pairs of vectors, row by row, under the mapping identity + change."""
    mapped = ones + ones @ change, others + others @ change
    lengths = [np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in mapped]
    left, right = mapped[0] / lengths[0], mapped[1] / lengths[1]
    likely = np.exp((left @ right.T - 1) / TEMPERATURE)
    wrong = likely / likely.sum(axis=1, keepdims=True) + likely / likely.sum(axis=0) - 2 * np.eye(len(ones))
    wrong /= 2 * TEMPERATURE * len(ones)
    found = 2 * RESTRAINT / len(change) * change
    for vectors, unit_vectors, length, pull in (
        (ones, left, lengths[0], wrong @ right),
        (others, right, lengths[1], wrong.T @ left),
    ):
        found += vectors.T @ ((pull - unit_vectors * (pull * unit_vectors).sum(axis=1, keepdims=True)) / length)
    return found


def signs_of(subjects: Sequence[str]) -> Floats:
    """Give each subject signs that look like chance and stay the same: the bits of its name's SHA-256."""
    bits = b"".join(hashlib.sha256(subject.encode()).digest() for subject in subjects)
    return np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(-1, SIGNS).astype(np.float32) * 2 - 1


def embedded(texts: list[str], with_model: Model) -> Floats:
    found = []
    for start in range(0, len(texts), AT_ONCE):
        found.append(with_model.embed(texts[start : start + AT_ONCE]))
        if sys.stderr.isatty():
            print(f"\r{start + len(found[-1])} of {len(texts)} ", end="", file=sys.stderr, flush=True)
    return np.vstack(found)


def sources(known: Vocabulary, by_subject: Mapping[str, Sequence[str]]) -> str:
    """Name the vocabulary and the examples by what is in them."""
    content = hashlib.sha256(repr(sorted(by_subject.items())).encode()).hexdigest()[:8]
    return f"vocabulary {known.version}, examples {content}"


def learnt_from() -> str:
    """Return the sources that the space was learnt from."""
    with np.load(LEARNT) as file:
        return str(file["sources"])


def save(space: Space, model_id: str, of: str) -> None:
    """Write the space and its sources; directions keep a byte for each number."""
    np.savez(
        LEARNT,
        model_id=np.array(model_id),
        sources=np.array(of),
        mean=space.mean,
        mapping=space.mapping.astype(np.float16),
        subjects=in_bytes(space.subjects),
        signs=np.packbits(space.signs > 0, axis=1),
        names=np.array(space.names),
        aliases=in_bytes(space.aliases),
        starts=space.starts,
    )


def in_bytes(directions: Floats) -> npt.NDArray[np.int8]:
    return np.asarray(np.rint(directions / np.abs(directions).max(axis=1, keepdims=True) * 127), np.int8)


if __name__ == "__main__":
    found = model()
    if found is None:
        sys.exit("There is no language model on this machine: `make space` needs one.")
    known, by_subject = vocabulary(), examples()
    save(learn(known, by_subject, found), found.model_id, sources(known, by_subject))
    print(f"{LEARNT.name} learnt from {len(known.concepts)} concepts and {len(by_subject)} subjects, {found.model_id}.")
