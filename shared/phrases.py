"""Why two people are worth each other's time, as one of them reads it: their own words, quoted."""

from __future__ import annotations

import zlib

from shared.models import Gain, GainKind, Match
from shared.texts import Voice

OPENERS = 3  # patterns of each kind in the catalogue


def reasons(match: Match, reader: str, name: str, voice: Voice) -> tuple[str, ...]:
    """Say what each of the two gains, to one of them; `name` is the other's. What both gain alike is said once."""
    other = match.other(reader)
    said = [
        voice(f"phrases.{_mine(gain)}", name=name, mine=gain.mine, theirs=gain.theirs) for gain in match.gains[reader]
    ]
    already = {frozenset((gain.mine, gain.theirs)) for gain in match.gains[reader]}
    others = [gain for gain in match.gains[other] if frozenset((gain.mine, gain.theirs)) not in already]
    return (*said, *(_theirs(gain, name, voice) for gain in others))


def _mine(gain: Gain) -> str:
    return "served_me" if gain.kind is GainKind.SERVED else str(gain.kind)


def _theirs(gain: Gain, name: str, voice: Voice) -> str:
    if gain.kind is GainKind.SERVED:
        return voice("phrases.served_them", name=name, mine=gain.mine, theirs=gain.theirs)
    # Seen from the other side, what is theirs is mine.
    return voice(f"phrases.{gain.kind}", name=name, mine=gain.theirs, theirs=gain.mine)


def opener(match: Match, reader: str, voice: Voice) -> str:
    """Suggest a question to listen to, about something the other one wrote."""
    number = zlib.crc32(f"{match.match_id}{reader}".encode()) % OPENERS + 1
    gains = match.gains[reader]
    tellable = next((gain for gain in gains if gain.kind is not GainKind.SHARED_WISH), None)
    if tellable is not None:
        return voice(f"phrases.opener_{number}", text=tellable.theirs)
    return voice(f"phrases.opener_wish_{number}", text=gains[0].theirs)
