"""Learn the space that texts are compared in from the vocabulary's aliases: `make space`, after each change of them."""

from __future__ import annotations

import random
import sys

import numpy as np

from functions.interests.embedding import Model, model
from functions.interests.space import LEARNT, REMOVED, Floats, Space, unit
from functions.interests.vocabulary import Vocabulary, vocabulary
from shared.models import Language

# What people put around a topic, so that the means and the removed components know it.
FRAMES = {
    Language.DE: (
        "Mich interessiert {}.",
        "Ich suche jemanden, der sich mit {} auskennt.",
        "Wir möchten mehr über {} erfahren.",
        "Ich erzähle gern von {}.",
        "{}, das beschäftigt uns gerade.",
        "Erfahrung mit {}",
    ),
    Language.EN: (
        "I am interested in {}.",
        "Looking for somebody who knows about {}.",
        "Happy to talk about {}.",
        "We would like to hear about {}.",
        "{} is what keeps us busy at the moment.",
        "experience with {}",
    ),
}
AT_ONCE = 200


def learn(known: Vocabulary, with_model: Model) -> Space:
    """Embed all aliases, bare and framed, and derive the means, the removed components and the concepts' places."""
    rng = random.Random(1)  # noqa: S311 - decides which frame an alias gets
    bare: dict[Language, list[tuple[str, str]]] = {Language.DE: [], Language.EN: []}
    for name, concept in known.concepts.items():
        for language, label, aliases in (
            (Language.DE, concept.de, concept.aliases_de),
            (Language.EN, concept.en, concept.aliases_en),
        ):
            bare[language] += [(name, text.rstrip("-")) for text in dict.fromkeys((label, *aliases))]
    raw = {language: embedded([text for _, text in of], with_model) for language, of in bare.items()}
    framed = {
        language: embedded(
            [rng.choice(FRAMES[language]).format(text) if rng.random() < 1 / 2 else text for _, text in of], with_model
        )
        for language, of in bare.items()
    }
    means = {language: vectors.mean(axis=0) for language, vectors in framed.items()}
    centred = np.vstack([unit(framed[language] - means[language]) for language in bare])
    removed = np.linalg.svd(centred, full_matrices=False)[2][:REMOVED]
    space = Space(means[Language.DE], means[Language.EN], removed, (), removed[:0], removed[:0], np.zeros(0, np.int64))
    placed = {language: space.placed(vectors) for language, vectors in raw.items()}
    return space.with_concepts(
        {
            name: np.vstack([placed[language][[of == name for of, _ in bare[language]]] for language in bare])
            for name in known.concepts
        }
    )


def embedded(texts: list[str], with_model: Model) -> Floats:
    found = []
    for start in range(0, len(texts), AT_ONCE):
        found.append(with_model.embed(texts[start : start + AT_ONCE]))
        if sys.stderr.isatty():
            print(f"\r{start + len(found[-1])} of {len(texts)} ", end="", file=sys.stderr, flush=True)
    return np.vstack(found)


def learnt_from() -> str:
    """Return the version of the vocabulary that the space was learnt from."""
    with np.load(LEARNT) as file:
        return str(file["vocabulary"])


def save(space: Space, model_id: str, version: str) -> None:
    np.savez_compressed(
        LEARNT,
        model_id=np.array(model_id),
        vocabulary=np.array(version),
        german=space.german,
        english=space.english,
        removed=space.removed,
        names=np.array(space.names),
        aliases=np.rint(space.aliases / np.abs(space.aliases).max(axis=1, keepdims=True) * 127).astype(np.int8),
        starts=space.starts,
    )


if __name__ == "__main__":
    found = model()
    if found is None:
        sys.exit("There is no language model on this machine: `make space` needs one.")
    save(learn(vocabulary(), found), found.model_id, vocabulary().version)
    print(f"{LEARNT} learnt from {len(vocabulary().concepts)} concepts with {found.model_id}.")
