"""What the product says, German beside English. One place, so that a missing text cannot hide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.models import Event, FormOfAddress, Language

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Voice:
    """A language, and in German the form of address, in which to speak to one person."""

    language: Language
    address: FormOfAddress = FormOfAddress.DU

    def __call__(self, key: str, /, **values: object) -> str:
        """Say the text `subject.name` of the catalogue with its `{values}` put in; raise KeyError if there is none."""
        return self.phrase(key).format(**values)

    def phrase(self, key: str) -> str:
        entry = catalogue(key.split(".", 1)[0])[key]
        if self.language is Language.EN:
            return entry["en"]
        return entry.get("sie", entry["de"]) if self.address is FormOfAddress.SIE else entry["de"]

    def has(self, key: str) -> bool:
        return key in catalogue(key.split(".", 1)[0])


def voice_for(event: Event, language: Language) -> Voice:
    """Speak as this event does, in a language it offers."""
    return Voice(language if language in event.languages else event.languages[0], event.address)


@cache
def catalogue(subject: str) -> dict[str, dict[str, str]]:
    """Read the texts of one subject (a file beside this one), by `subject.key`."""
    import tomllib  # noqa: PLC0415 - redirects and style sheets say nothing

    with (FOLDER / f"{subject}.toml").open("rb") as file:
        return dict(_entries(subject, tomllib.load(file)))


def _entries(prefix: str, tree: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    if isinstance(tree.get("de"), str):
        return [(prefix, tree)]
    return [entry for name, branch in tree.items() for entry in _entries(f"{prefix}.{name}", branch)]
