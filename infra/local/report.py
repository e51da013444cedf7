"""The demo's report: a summary for the terminal, and a page with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.matching.engine import Unmatched
from shared import phrases
from shared.models import Language
from shared.texts import Voice

if TYPE_CHECKING:
    from infra.local.demo import Life

ENGLISH = Voice(Language.EN)
WHY = {
    Unmatched.NOT_UNDERSTOOD: "the texts came too late to be read",
    Unmatched.NO_LANGUAGE: "nobody speaks a language of theirs",
    Unmatched.NOBODY_ALLOWED: "the rules leave nobody they have not met",
    Unmatched.LITTLE_SAID: "too little in the profile to find a reason",
    Unmatched.NO_REASON: "nobody with whom both would gain",
    Unmatched.ALL_TAKEN: "everybody who would fit is at their limit",
}
HERE = Path(__file__).parent
SHOWN_PAIRS = 10
WIDEST = 130  # of a bar, in units of the drawing


def summary(life: Life, shares: Mapping[float, float], seconds: float) -> str:
    """Say in a screenful what became of the event."""
    lines = [f"An event of {life.counts['confirmed']} people who say yes to half of what they are proposed:"]
    lines += [f"  {what:18} {count:5}" for what, count in life.counts.items()]
    lines.append("Mails by kind and state:")
    for kind, states in life.mails.items():
        said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        lines.append(f"  {kind:18} {said}")
    lines.append("People with at least one introduction, calculated for other yes-rates with the same rules:")
    lines += [f"  {rate:.0%} yes: {share:.0%}" for rate, share in sorted(shares.items())]
    lines.append(f"{seconds:.0f} seconds.")
    return "\n".join(lines)


def write(life: Life, shares: Mapping[float, float], folder: Path) -> Path:
    """Write the page and return its path."""
    page = render(
        "report.html",
        life=life,
        charts={
            "share": bars([(f"{rate:.0%} yes", share) for rate, share in sorted(shares.items())], percent=True),
            "introductions": bars([(f"{count}", people) for count, people in life.introductions.items()]),
            "outcomes": bars([(word.replace("_", " "), count) for word, count in life.outcomes.items()]),
            "days": bars([(f"{day[8:]}.{day[5:7]}.", count) for day, count in life.by_day.items()]),
        },
        rounds=[
            {
                "number": one.number,
                "sentence": phrases.certificate(one.certificate, ENGLISH),
                "alone": one.alone,
                "panels": panels(
                    one.certificate.degrees, one.scores, (one.certificate.covered, one.certificate.reachable)
                ),
            }
            for one in life.rounds
        ],
        best=life.pairs[:SHOWN_PAIRS],
        weakest=life.pairs[-SHOWN_PAIRS:][::-1],
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def render(template: str, **values: object) -> str:
    """Fill a page of this folder."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(template).render(**values)


def panels(degrees: Sequence[int], scores: Sequence[float], covered: tuple[int, int]) -> list[dict[str, Any]]:
    """Lay out the one chart of a choice: how many matches people have, how good pairs are, who has somebody.

    `degrees` counts people by number of matches; `covered` is how many have somebody, and for how many there was one.
    """
    return [
        {
            "title": "Matches",
            "note": "how many people got 0, 1, 2 …",
            "chart": bars([(str(count), people) for count, people in enumerate(degrees)]),
        },
        {
            "title": "Scores",
            "note": "how many pairs are how good for both, 0 to 1",
            "chart": bars(histogram(scores)),
        },
        {
            "title": "Coverage",
            "note": "people for whom there was somebody, and who has somebody",
            "chart": bars([("somebody there", covered[1]), ("has somebody", covered[0])]),
        },
    ]


def histogram(numbers: Sequence[float]) -> list[tuple[str, float]]:
    """Count numbers between 0 and 1 in ten classes."""
    return [
        (f"{tenth / 10:.1f}", sum(tenth <= min(9, int(number * 10)) < tenth + 1 for number in numbers))
        for tenth in range(10)
    ]


def bars(rows: Sequence[tuple[str, float]], *, percent: bool = False) -> dict[str, Any]:
    """Lay upright bars out for the page: each with its place, height and words, in units of the drawing."""
    width, height, gap = 640, 220, 10
    most = 1.0 if percent else max((value for _, value in rows), default=1) or 1
    each = width / max(1, len(rows))
    wide = min(each - gap, WIDEST)
    return {
        "width": width,
        "height": height + 66,
        "bars": [
            {
                "x": round(place * each + (each - wide) / 2, 1),
                "y": round(40 + height * (1 - value / most), 1),
                "width": round(wide, 1),
                "height": round(height * value / most, 1),
                "middle": round(place * each + each / 2, 1),
                "value": f"{value:.0%}" if percent else f"{value:g}",
                "label": label,
            }
            for place, (label, value) in enumerate(rows)
        ],
    }
