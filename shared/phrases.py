"""Why two people are worth each other's time, as one of them reads it: a topic both named, or their words, quoted."""

from __future__ import annotations

import math
import unicodedata

from shared.models import NO_MODEL, Certificate, Gain, GainKind, Language, Match
from shared.texts import Voice

OPENERS = 12  # patterns of each kind in the catalogue


def reasons(match: Match, reader: str, name: str, voice: Voice) -> tuple[str, ...]:
    """Say what each of the two gains, to one of them; `name` is the other's. What both gain alike is said once."""
    mine = [_mine(gain, name, voice) for gain in match.gains[reader]]
    theirs = [_theirs(gain, name, voice) for gain in match.gains[match.other(reader)]]
    return tuple(dict.fromkeys([*mine, *theirs]))


def _mine(gain: Gain, name: str, voice: Voice) -> str:
    return _said("served_me" if gain.kind is GainKind.SERVED else str(gain.kind), gain, name, voice)


SHARED = {GainKind.SHARED_WISH, GainKind.SHARED_INTEREST}  # what both wrote in the same words is quoted once


def _theirs(gain: Gain, name: str, voice: Voice) -> str:
    if gain.kind is GainKind.SERVED:
        return _said("served_them", gain, name, voice)
    # Seen from the other side, what is theirs is mine.
    return _mine(gain.model_copy(update={"mine": gain.theirs, "theirs": gain.mine}), name, voice)


def _said(kind: str, gain: Gain, name: str, voice: Voice) -> str:
    if gain.topic:
        return voice(f"phrases.{kind}_topic", name=isolated(name), topic=gain.topic.in_language(voice.language))
    if gain.kind in SHARED and gain.mine.casefold() == gain.theirs.casefold():
        kind += "_same"
    return voice(f"phrases.{kind}", name=isolated(name), mine=isolated(gain.mine), theirs=isolated(gain.theirs))


def opener(match: Match, reader: str, voice: Voice) -> str:
    """Suggest a question to listen to, about something the other one wrote."""
    number = match.openers.get(reader, 0) % OPENERS + 1
    gains = match.gains[reader]
    tellable = next((gain for gain in gains if gain.kind in (GainKind.SERVED, GainKind.SHARED_INTEREST)), None)
    if tellable is not None:
        return voice(f"phrases.opener_{number}", text=isolated(tellable.theirs))
    return voice(f"phrases.opener_wish_{number}", text=isolated(gains[0].theirs))


def isolated(text: str) -> str:
    """Keep a text that runs from right to left from turning the sentence around it (Unicode's isolates)."""
    runs_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\u2068{text}\u2069" if runs_left else text


def certificate(proven: Certificate, voice: Voice) -> str:
    """Say what is proven of a round's choice, in a few sentences, and whether its texts were read less well."""
    said = [voice("phrases.certificate", gap=_percent(proven.gap, voice))]
    if not proven.all_pairs:
        said.append(voice("phrases.certificate_candidates", pairs=proven.pairs_looked_at))
    if proven.wishes_met > proven.wishes_met_before:
        more = proven.wishes_met - proven.wishes_met_before
        said.append(voice("phrases.certificate_exchanged", given=_percent(proven.given, voice), more=more))
    said.append(voice("phrases.certificate_covered", covered=proven.covered, reachable=proven.reachable))
    if proven.model_id == NO_MODEL:
        said.append(voice("phrases.certificate_no_model"))
    return " ".join(said)


def _percent(share: float, voice: Voice) -> str:
    """Write a share, rounded up: what is proven is proven."""
    text = f"{math.ceil(share * 10_000 - 1e-9) / 100:.2f} %"
    return text.replace(".", ",") if voice.language is Language.DE else text
