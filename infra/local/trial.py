"""Try the matching on a list of one's own, without any of the rest: python -m infra.local.trial people.csv."""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from functions.interests.understanding import Reader, reader
from functions.matching.arrays import Floats, Pairs, Places, by_person, degrees
from functions.matching.choice import choose
from functions.matching.draft import DraftReason, Topic, in_words, matched, shown, topic_of
from functions.matching.engine import Matched, Unmatched, strongest
from functions.matching.participants import Participant, rules_of
from functions.matching.rules import allowed
from functions.matching.scores import Scorer, reasons
from infra.local import report
from infra.local.template import ROOT
from infra.local.trial_csv import Row, Unreadable, read
from shared import phrases
from shared.models import Attendance, Gain, GainKind, Language, Match
from shared.texts import Voice
from shared.tokens import normal_address, normal_company

FOLDER = ROOT / "build" / "trial"
ENGLISH = Voice(Language.EN)
ANY_LANGUAGE = "any"
ANY_TIME = datetime(2027, 1, 1, tzinfo=UTC)
ONE_SIDED = "(one-sided: only the other one gains)"
FORMULA = ("=", "+", "-", "@", "\t")  # a cell that begins like this is calculated by a spreadsheet
STRONGEST = 60  # one-sided pairs a person, from which is chosen


@dataclass(frozen=True)
class Pair:
    """A chosen pair as it is written down; `filled` where only one of the two gains."""

    a: Row
    b: Row
    score: float
    gains: tuple[float, float]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    filled: bool


@dataclass(frozen=True)
class Person:
    """What one person got."""

    row: Row
    matches: int
    wishes_met: int
    satisfaction: float
    why: str


def main() -> int:
    """Match the people of a list; return the exit code."""
    parser = argparse.ArgumentParser(prog="make trial")
    parser.add_argument("csv", type=Path)
    parser.add_argument("--matches", type=int, choices=range(1, 6), default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fill", action="store_true")
    asked = parser.parse_args()
    if asked.csv == Path():
        parser.error("name your list: make trial CSV=people.csv (docs/trial.md says how it looks)")
    try:
        rows = read(asked.csv)
    except Unreadable as error:
        print(f"Nothing was written. {asked.csv} has to be mended first:", *error.faults, sep="\n  ", file=sys.stderr)
        return 2
    began = time.monotonic()
    with_reader = reader({})
    found = matched(participants(rows, asked.matches, with_reader), asked.seed, progress)
    pairs, people = told(found, rows, fill=asked.fill, seed=asked.seed)
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    proven = found.certificate.model_copy(update={"model_id": with_reader.model_id})
    sentence = phrases.certificate(proven, ENGLISH)
    write(pairs, people, found, sentence, FOLDER)
    alone = sum(not one.matches for one in people)
    filled = sum(pair.filled for pair in pairs)
    print(f"{len(people)} people, {len(pairs)} pairs, {alone} without a match. {sentence}")
    if asked.fill:
        print(f"{filled} pairs fill empty seats: in them only one of the two gains.")
    print(
        f"{FOLDER.relative_to(ROOT)}/report.html and two lists beside it, after {time.monotonic() - began:.0f} seconds."
    )
    return 0


def progress(share: float, work: str = "matching") -> None:
    """Show how far it is, on one line."""
    if sys.stderr.isatty():
        print(f"\r{work:8} [{'#' * round(30 * share):30}] {share:4.0%}", end="", file=sys.stderr, flush=True)


def participants(rows: Sequence[Row], matches: int, with_reader: Reader) -> list[Participant]:
    """See the rows as a round does; plain addresses and companies stand for their hashes."""
    understood = {}
    for number, row in enumerate(rows, start=1):
        understood[row.id] = [with_reader.read(texts) for texts in (row.seeks, row.offers, row.interests)]
        progress(number / len(rows), "reading")
    spoken = frozenset({language for row in rows for language in row.languages} | {ANY_LANGUAGE})
    return [
        Participant(
            person_id=row.id,
            version=1,
            address_hash=f"address {normal_address(row.email)}" if row.email else f"id {row.id}",
            company_hash=f"company {normal_company(row.company)}" if normal_company(row.company) else "",
            languages=frozenset(row.languages) or spoken,
            attendance=Attendance.BOTH,
            avoid=frozenset(),
            met=frozenset(),
            proposed=frozenset(row.known),
            seats=matches,
            introduced=frozenset(),
            write_me_first=False,
            wishes=understood[row.id][0],
            offers=understood[row.id][1],
            interests=understood[row.id][2],
        )
        for row in rows
    ]


def told(found: Matched, rows: Sequence[Row], *, fill: bool, seed: int) -> tuple[list[Pair], list[Person]]:
    """Write the choice down pair by pair, strongest first, and person by person, in the order of their ids."""
    by_id = {row.id: row for row in rows}
    scorer = Scorer(found.people)
    chosen = found.pairs.only(found.taken)
    parts = [(chosen, False), (filling(found, scorer, seed), True)] if fill else [(chosen, False)]
    pairs = [
        pair_of(found.people[one], found.people[other], score, gains, by_id, filled=filled)
        for part, filled in parts
        for one, other, score, gains in with_gains(part, scorer)
    ]
    pairs.sort(key=lambda pair: (pair.filled, -pair.score, pair.a.id, pair.b.id))
    return pairs, list(persons(found, pairs, by_id))


def with_gains(pairs: Pairs, scorer: Scorer) -> Iterator[tuple[int, int, float, tuple[float, float]]]:
    for one in np.unique(pairs.left).tolist():
        kept = pairs.left == one
        others = pairs.right[kept]
        for other, score, mine, theirs in zip(others, pairs.score[kept], *scorer.gains(one, others), strict=True):
            yield one, int(other), float(score), (float(mine), float(theirs))


def pair_of(
    one: Participant,
    other: Participant,
    score: float,
    gains: tuple[float, float],
    by_id: dict[str, Row],
    *,
    filled: bool,
) -> Pair:
    """Put a pair into words; the smaller id comes first."""
    if other.person_id < one.person_id:
        one, other, gains = other, one, (gains[1], gains[0])
    a, b = by_id[one.person_id], by_id[other.person_id]
    match = Match(
        event_id="trial",
        match_id=f"{a.id}/{b.id}",
        round=1,
        members=(a.id, b.id),
        score=0,
        gains={
            a.id: quoted(shown(reasons(one, other)), a, b, partial(topic_of, one=one, other=other)),
            b.id: quoted(shown(reasons(other, one)), b, a, partial(topic_of, one=other, other=one)),
        },
        writes_first=a.id,
        answer_by=ANY_TIME,
    )
    words = tuple(
        phrases.reasons(match, reader.id, partner.name or partner.id, ENGLISH)
        if match.gains[reader.id]
        else (ONE_SIDED, *phrases.reasons(match, reader.id, partner.name or partner.id, ENGLISH))
        for reader, partner in ((a, b), (b, a))
    )
    return Pair(a, b, score, gains, (words[0], words[1]), filled)


def quoted(found: Sequence[DraftReason], mine: Row, theirs: Row, topic: Topic) -> tuple[Gain, ...]:
    texts = {
        GainKind.SERVED: (mine.seeks, theirs.offers),
        GainKind.SHARED_WISH: (mine.seeks, theirs.seeks),
        GainKind.SHARED_INTEREST: (mine.interests, theirs.interests),
    }
    return tuple(in_words(one, texts[one.kind][0][one.mine], texts[one.kind][1][one.theirs], topic) for one in found)


def filling(found: Matched, scorer: Scorer, seed: int) -> Pairs:
    """Choose pairs for the empty seats in which exactly one gains: worth half of that gain."""
    people = len(found.people)
    had = degrees(found.pairs, found.taken, people)
    free = np.array([one.seats for one in found.people], np.int64) - had
    rules, open_people = rules_of(found.people), np.flatnonzero(free > 0)
    lefts, rights, scores = [], [], []
    for one in open_people.tolist():
        may = allowed(rules, slice(one, one + 1), slice(0, people))[0]
        others = open_people[(open_people > one) & may[open_people]]
        if len(others):
            mine, theirs = scorer.gains(one, others)
            worth: Floats = np.where((mine > 0) != (theirs > 0), np.maximum(mine, theirs) / 2, 0)
            kept = worth > 0
            lefts.append(np.full(int(kept.sum()), one))
            rights.append(others[kept])
            scores.append(worth[kept])
    none = np.zeros(0, np.int64)
    pairs = Pairs(np.concatenate([none, *lefts]), np.concatenate([none, *rights]), np.concatenate([none, *scores]))
    pairs = strongest(pairs, people, STRONGEST)
    return pairs.only(choose(pairs, Places(free, (had == 0).astype(np.float64)), seed).taken)


def persons(found: Matched, pairs: Sequence[Pair], by_id: dict[str, Row]) -> Iterator[Person]:
    """Say what each person got; satisfaction is the share of the best that anybody allowed could give them."""
    people = {one.person_id: one for one in found.people}
    place = {one.person_id: number for number, one in enumerate(found.people)}
    partners: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        partners[pair.a.id].append(pair)
        partners[pair.b.id].append(pair)
    ordered, starts = by_person(found.pairs, found.pairs.score, len(people))
    best_scores = found.pairs.score[ordered]
    for person_id in sorted(people):
        one = people[person_id]
        own = partners[person_id]
        met = {
            reason.mine
            for pair in own
            for reason in reasons(one, people[pair.b.id if pair.a.id == person_id else pair.a.id])
            if reason.kind in (GainKind.SERVED, GainKind.SHARED_WISH)
        }
        begin, end = starts[place[person_id]], starts[place[person_id] + 1]
        best = float(best_scores[begin : min(end, begin + one.seats)].sum())
        got = sum(pair.score for pair in own if not pair.filled)
        why = "" if own else report.WHY[found.unmatched.get(place[person_id], Unmatched.NO_REASON)]
        yield Person(by_id[person_id], len(own), len(met), got / best if best else 0.0, why)


def write(pairs: Sequence[Pair], people: Sequence[Person], found: Matched, sentence: str, folder: Path) -> None:
    """Write the two lists and the report, all or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        new = Path(unfinished) / folder.name
        new.mkdir()
        write_csv(
            new / "matches.csv",
            ("a", "b", "score", "a_gains", "b_gains", "reason_a", "reason_b"),
            (
                (
                    *(text(row.id) for row in (pair.a, pair.b)),
                    *(f"{number:.4f}" for number in (pair.score, *pair.gains)),
                    *(text(" | ".join(words)) for words in pair.words),
                )
                for pair in pairs
            ),
        )
        write_csv(
            new / "people.csv",
            ("id", "name", "matches", "wishes", "wishes_met", "satisfaction", "reason_if_none"),
            (
                (
                    *(text(cell) for cell in (one.row.id, one.row.name)),
                    *(one.matches, len(one.row.seeks), one.wishes_met, f"{one.satisfaction:.3f}", one.why),
                )
                for one in people
            ),
        )
        (new / "report.html").write_text(page(pairs, people, found, sentence), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def write_csv(path: Path, columns: Sequence[str], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def text(cell: str) -> str:
    """Keep a spreadsheet from calculating what somebody wrote."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def page(pairs: Sequence[Pair], people: Sequence[Person], found: Matched, sentence: str) -> str:
    shown = [
        {
            "names": f"{pair.a.name or pair.a.id} & {pair.b.name or pair.b.id}",
            "score": pair.score,
            "note": "one-sided" if pair.filled else "",
            "sides": [(row.name or row.id, words) for row, words in zip((pair.a, pair.b), pair.words, strict=True)],
        }
        for pair in pairs
    ]
    most = max((one.matches for one in people), default=0)
    met = sum(one.wishes_met for one in people)
    return report.render(
        "trial.html",
        sentence=sentence,
        numbers={
            "people": len(people),
            "pairs": len(pairs),
            "without a match": sum(not one.matches for one in people),
            "wishes met": f"{met} of {sum(len(one.row.seeks) for one in people)}",
        },
        best=shown[: report.SHOWN_PAIRS],
        weakest=shown[report.SHOWN_PAIRS :][-report.SHOWN_PAIRS :][::-1],
        alone=[(one.row.name or one.row.id, one.why) for one in people if not one.matches],
        panels=report.panels(
            [sum(one.matches == count for one in people) for count in range(most + 1)],
            [pair.score for pair in pairs],
            (found.certificate.covered, found.certificate.reachable),
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
