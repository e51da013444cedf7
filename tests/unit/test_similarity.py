"""Judging similarity by pairs: figures that can be counted by hand, and what is said of a file that is wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.similarity.__main__ import main
from infra.similarity.judging import (
    Bools,
    Floats,
    Pair,
    Unreadable,
    auc,
    hard_mismatches,
    interval,
    key_beside,
    mismatches,
    misses,
    mistyped,
    nearest_is_own,
    pairs_in,
    recall,
)

PAIRS = "a\tb\nKantine\tcanteen\nChor\tchoir\nBienen halten\tbeekeeping\n"
# Rows are left texts, columns right ones. The first finds its own, the second ties, the third is beaten.
MATRIX: Floats = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.0], [0.3, 0.8, 0.4]])
ALL: Bools = np.ones(3, bool)


def values(*numbers: float) -> Floats:
    return np.array(numbers)


# Figures


@pytest.mark.parametrize(
    ("matched", "mismatched", "area"),
    [
        (values(2, 3), values(0, 1), 1),
        (values(0), values(1, 2), 0),
        (values(1), values(1), 0.5),
        (values(1, 3), values(2, 2), 0.5),
        (values(2, 2), values(1, 2), 0.75),
        (np.diagonal(MATRIX), values(0.1, 0.2, 0.5, 0, 0.3, 0.8), (6 + 4.5 + 4) / 18),
    ],
)
def test_auc_counts_matches_above_mismatches_and_ties_half(matched: Floats, mismatched: Floats, area: float) -> None:
    assert auc(matched, mismatched) == pytest.approx(area)


def test_mismatches_are_what_stands_beside_the_diagonal() -> None:
    assert sorted(mismatches(MATRIX, ALL)) == [0, 0.1, 0.2, 0.3, 0.5, 0.8]
    assert sorted(mismatches(MATRIX, np.array([False, False, True]))) == [0, 0.2, 0.3, 0.8]


def test_hard_mismatches_are_those_of_one_field() -> None:
    assert sorted(hard_mismatches(MATRIX, ["work", "work", ""])) == [0.1, 0.5]
    assert hard_mismatches(MATRIX, ["", "", ""]).size == 0


def test_the_nearest_has_to_be_ones_own_and_a_tie_is_a_miss() -> None:
    assert nearest_is_own(MATRIX).tolist() == [True, False, False]
    assert nearest_is_own(MATRIX.T).tolist() == [True, False, True]


@pytest.mark.parametrize(("false_hits", "share"), [(0.0, 0.5), (0.25, 0.5), (0.5, 1.0)])
def test_recall_lets_only_so_many_mismatches_through(false_hits: float, share: float) -> None:
    assert recall(values(0.9, 0.5), values(0.1, 0.2, 0.5, 0.6), false_hits) == share


def test_the_interval_holds_the_share_and_is_the_same_each_time() -> None:
    hits: Bools = np.arange(100) < 80
    low, high = interval(hits, np.random.default_rng(1))
    assert (low, high) == interval(hits, np.random.default_rng(1))
    assert 0.68 < low < 0.8 < high < 0.92
    assert interval(ALL, np.random.default_rng(1)) == (1, 1)


def test_misses_tell_what_was_nearer_in_both_directions_the_worst_first() -> None:
    found = misses(MATRIX, [Pair(f"left {name}", f"right {name}", {}) for name in "xyz"])
    assert [tuple(miss[1:]) for miss in found] == [
        ("left z", "right z", "right y"),
        ("right y", "left y", "left z"),
        ("left y", "right y", "right x"),
    ]
    assert [miss.behind for miss in found] == pytest.approx([0.4, 0.3, 0])


# Typing errors


@given(st.text("abcdefghijklmnopqrstuvwxyzäöüß AB", max_size=40), st.integers(0, 99))
def test_a_typing_error_changes_one_place_of_one_long_word(text: str, seed: int) -> None:
    typed = mistyped(text, random.Random(seed))
    longest = max(map(len, text.split()), default=0)
    changed = [one != other for one, other in zip(text.split(), typed.split(), strict=True)]
    assert sum(changed) <= 1
    assert abs(len(typed) - len(text)) <= 1
    assert (typed == text) if longest < 5 else typed == mistyped(text, random.Random(seed))


def test_every_kind_of_slip_occurs() -> None:
    typed = {mistyped("Wald", random.Random(0)), *(mistyped("Suppe", random.Random(seed)) for seed in range(300))}
    assert {"Wald", "uSppe", "Supe", "Supppe", "Suüpe", "Auppe"} <= typed
    assert "Suppe" not in typed


@pytest.mark.parametrize(("letter", "keys"), [("q", {"w"}), ("S", {"A", "D"}), ("ä", {"ö"}), ("é", {"é"})])
def test_keys_beside_are_those_of_a_german_keyboard(letter: str, keys: set[str]) -> None:
    assert {key_beside(letter, random.Random(seed)) for seed in range(20)} == keys


# The file


@pytest.mark.parametrize(
    "content", [PAIRS, "\ufeff" + PAIRS, PAIRS.replace("\n", "\r\n"), PAIRS.rstrip("\n"), PAIRS + "\n\n"]
)
def test_pairs_are_read_whatever_the_line_ends(content: str) -> None:
    assert [pair[:2] for pair in pairs_in(content.encode())] == [
        ("Kantine", "canteen"),
        ("Chor", "choir"),
        ("Bienen halten", "beekeeping"),
    ]


def test_quotation_marks_are_ordinary_and_further_columns_are_kept() -> None:
    first, second = pairs_in(b'a\tb\tkind\n"Chor\tchoir"\ttopic\n"x" y\tz\n')
    assert (first, second) == (Pair('"Chor', 'choir"', {"kind": "topic"}), Pair('"x" y', "z", {}))


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", ["Line 1"]),
        (b"left\tright\nx\ty\nx\ty\n", ["Line 1"]),
        (b"a,b\nx,y\n", ["Line 1"]),
        (
            b"a\tb\nx\ty\nno tab\n\nx\t \n\ty\n",
            ["Line 3: there is no tab", "Line 4: there is no tab", "Line 5: the text b", "Line 6: the text a"],
        ),
        (b"a\tb\nx\ty\tz\nx\ty\n", ["Line 2: 3 cells"]),
        (b"a\tb\nx\ty\n\xff\ty\n", ["Line 3: this is not UTF-8"]),
        (b"a\tb\nx\ty\n", ["1 pairs"]),
        (b"a\tb\n", ["0 pairs"]),
    ],
)
def test_each_fault_is_told_with_its_line(content: bytes, faults: list[str]) -> None:
    with pytest.raises(Unreadable) as raised:
        pairs_in(content)
    assert len(raised.value.faults) == len(faults)
    for told, begins in zip(raised.value.faults, faults, strict=True):
        assert told.startswith(begins)


# The command


def judged(tmp_path: Path, content: str, *options: str) -> int:
    path = tmp_path / "pairs.tsv"
    path.write_text(content, encoding="utf-8")
    return main([str(path), "--model", "none", *options])


def test_the_last_line_is_for_programs_and_the_others_say_what_took_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(tmp_path, PAIRS) == 0
    said = capsys.readouterr().out.splitlines()
    assert json.loads(said[-1]) == {"pairs": 3, "auc": 1.0, "top1_left": 1.0, "top1_right": 1.0}
    assert said[0].startswith("Model none, ")
    assert "No language model took part: vocabulary and words alone." in said
    assert "0 of 6 texts miss their partner." in said


def test_misses_and_groups_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (
        "a\tb\tfield\tkind\nKantine\tcanteen\twork\ttopic\nFalknerei\tchoir\tfree\ttopic\nChor\tsinging\tfree\tother\n"
    )
    assert judged(tmp_path, content) == 0
    said = capsys.readouterr().out
    assert "kind other                   1" in said
    assert "against 2 mismatches of the same field" in said
    assert "  Chor\n    belongs to  singing\n    is nearer   choir (by 0.00)" in said
    assert json.loads(said.splitlines()[-1])["top1_left"] < 1


def test_typing_errors_are_the_same_each_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for options in ((), ("--typos",), ("--typos",)):
        assert judged(tmp_path, "a\tb\nXylqorvan\tXylqorvan\nQuaxelim\tQuaxelim\n", *options) == 0
        said.append(capsys.readouterr().out.splitlines())
    assert json.loads(said[0][-1])["top1_left"] == 1
    assert said[0][3:] != said[1][3:] == said[2][3:]
    assert "one typing error in each" in said[1][2]


def test_what_is_wrong_is_told_and_nothing_printed_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(tmp_path, "a\tb\nx\n") == 1
    assert main([str(tmp_path / "missing.tsv")]) == 1
    assert main([str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "Line 2: there is no tab between two texts." in said.err
    assert "missing.tsv cannot be read: No such file or directory." in said.err
