"""The matching tried on a list of one's own: what comes out, and what is said of a list that is wrong."""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

import pytest

from functions.interests.understanding import Reader
from infra.local import trial
from infra.local.trial_csv import COLUMNS, Unreadable, read

HEADER = ",".join(COLUMNS)
PEOPLE = [
    "ada,Ada,ada@example.org,Mill,de;en,Imkern,How does a canteen survive?,We gave up our works newspaper,",
    "ben,Ben,ben@example.org,Soap,de,,Who gave up a works newspaper?,Our canteen is alive,",
    "cem,Cem,cem@example.org,Soap,,beekeeping;choir,Who keeps a canteen alive?,,",
    "dora,Dora,,,de,,Falconry in winter,,ada",
    "emil,=Emil,,,de,,,Our canteen pays for itself,",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let results go to a folder of this test."""
    monkeypatch.setattr(trial, "ROOT", tmp_path)
    monkeypatch.setattr(trial, "FOLDER", tmp_path / "build" / "trial")
    return tmp_path / "build" / "trial"


def tried(folder: Path, content: str | bytes, *options: str) -> int:
    """Try a list with this content; return the exit code."""
    path = folder.parent.parent / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["trial", str(path), *options])
        return trial.main()


def written(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(*people: str) -> str:
    return "\n".join([HEADER, *people]) + "\n"


def test_pairs_and_people_are_written_with_their_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tried(folder, lines(*PEOPLE)) == 0
    pairs = {(row["a"], row["b"]): row for row in written(folder, "matches.csv")}
    assert set(pairs) == {("ada", "ben"), ("ada", "cem")}
    couple = pairs["ada", "ben"]
    assert float(couple["score"]) > 0.5
    assert min(float(couple["a_gains"]), float(couple["b_gains"])) > 0.5
    assert "‹How does a canteen survive?› – Ben can talk about: ‹Our canteen is alive›" in couple["reason_a"]
    assert (
        "‹Who gave up a works newspaper?› – Ada can talk about: ‹We gave up our works newspaper›" in couple["reason_b"]
    )
    assert "You are both interested in this: beekeeping" in pairs["ada", "cem"]["reason_a"]
    people = {row["id"]: row for row in written(folder, "people.csv")}
    assert list(people) == ["ada", "ben", "cem", "dora", "emil"]
    assert (people["ada"]["matches"], people["ada"]["wishes"], people["ada"]["wishes_met"]) == ("2", "1", "1")
    assert people["ada"]["satisfaction"] == "1.000"
    assert people["dora"]["reason_if_none"] == "too little in the profile to find a reason"
    assert people["ada"]["reason_if_none"] == ""
    assert people["emil"]["name"] == "'=Emil"
    said = capsys.readouterr().out
    assert "5 people, 2 pairs, 2 without a match." in said
    assert "No other choice could be more than" in said


def test_it_is_said_where_no_language_model_was_at_hand(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "reader", lambda own: Reader(own, None))
    tried(folder, lines(*PEOPLE))
    assert "compared without a language model" in capsys.readouterr().out
    assert "compared without a language model" in (folder / "report.html").read_text(encoding="utf-8")


def test_the_report_shows_the_proof_the_pairs_those_left_over_and_one_chart(folder: Path) -> None:
    tried(folder, lines(*PEOPLE))
    page = (folder / "report.html").read_text(encoding="utf-8")
    order = [page.index(words) for words in ("No other choice", "Ada &amp; Ben", "Dora", "Coverage")]
    assert order == sorted(order)
    assert "<script" not in page
    assert "http" not in page


def test_empty_seats_are_filled_with_one_sided_pairs_only_if_asked_and_they_are_marked(folder: Path) -> None:
    tried(folder, lines(*PEOPLE), "--fill")
    pairs = {(row["a"], row["b"]): row for row in written(folder, "matches.csv")}
    one_sided = pairs["ada", "emil"]
    assert float(one_sided["a_gains"]) > 0
    assert float(one_sided["b_gains"]) == 0
    assert one_sided["reason_b"].startswith(trial.ONE_SIDED)
    assert trial.ONE_SIDED not in one_sided["reason_a"]
    assert '<span class="one-sided">one-sided</span>' in (folder / "report.html").read_text(encoding="utf-8")
    assert {row["id"]: row["reason_if_none"] for row in written(folder, "people.csv")}["emil"] == ""


def test_nobody_gets_more_matches_than_asked_for(folder: Path) -> None:
    crowd = [f"p{number},,,,,,canteen,canteen," for number in range(9)]
    tried(folder, lines(*crowd), "--matches", "2", "--fill")
    assert {row["matches"] for row in written(folder, "people.csv")} == {"2"}


def test_the_rules_hold_for_known_people_colleagues_languages_and_one_person_listed_twice(folder: Path) -> None:
    people = [
        "a,,same@example.org,Mill GmbH,de,,canteen,,b",
        "b,,,,de,,canteen,,",
        "c,,,mill gmbh,,,canteen,,",
        'd,,,,"fr,it",,canteen,,',
        "f,,,,de;it,,canteen,,",
        "e,,SAME@example.org,,,,canteen,,",
    ]
    tried(folder, lines(*people), "--matches", "5")
    pairs = {(row["a"], row["b"]) for row in written(folder, "matches.csv")}
    assert not pairs & {("a", "b"), ("a", "c"), ("a", "d"), ("b", "d"), ("a", "e")}
    assert {("c", "d"), ("b", "c"), ("d", "e"), ("d", "f")} <= pairs


def test_the_same_list_gives_the_same_files_in_whatever_order_its_lines_stand(folder: Path) -> None:
    crowd = [f"p{number},,,,,,canteen;topic {number % 3} words,newspaper;canteen," for number in range(20)]
    tried(folder, lines(*crowd))
    once = {path.name: path.read_bytes() for path in folder.iterdir()}
    tried(folder, lines(*random.Random(1).sample(crowd, len(crowd))))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == once


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lists_of_every_common_make_are_read(tmp_path: Path, separator: str, ending: str, mark: bytes) -> None:
    path = tmp_path / "list.csv"
    rows = [("id", "seeks", "Name"), ("ä1", '"one; two"', '"Bo\n""the"" Tree"'), ("", "", ""), ("b", "", "")]
    path.write_bytes(mark + ending.join(separator.join(row) for row in rows).encode())
    one, other = read(path)
    assert (one.id, one.seeks, one.name) == ("ä1", ("one", "two"), 'Bo\n"the" Tree')
    assert (other.id, other.seeks, other.line) == ("b", (), 5)


def test_a_list_needs_no_column_but_the_ids(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ID\na\nb\n", encoding="utf-8")
    assert [row.id for row in read(path)] == ["a", "b"]


WRONG: list[tuple[str | bytes, str]] = [
    ("", "is empty"),
    ("\n\n", "is empty"),
    (HEADER, "holds no people"),
    ("name,seeks\nAda,x\n", "Line 1: the column “id” is missing"),
    ("id,seek\na,x\n", "Line 1: there is no column “seek”. Is “seeks” meant?"),
    ("id,colour\na,x\n", "Columns are id, name, email"),
    ("id,name,name\na,x,y\n", "the column “name” stands there twice"),
    ("id,name\na,x\n\na,y\n", "Line 4: the id “a” stands already in line 2"),
    ("id,name\n,x\n", "Line 2: the id is missing"),
    ("id,known\na,b;c\nb,\n", "Line 2: “known” names “c”"),
    ("id,name\na,x,y\n", "Line 2: 3 cells, but only 2 columns"),
    ('id,name\na,x\nb,"y\n', "Line 3: a quotation mark is not closed"),
    ("id,name\na,x\nb,Jürgen\n".encode("latin-1"), "Line 3: this is not UTF-8"),
    ("id,name\na,x\0\n", "Line 2: a NUL character"),
    ("id\na\n".encode("utf-16"), "Line 1: this is not UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), WRONG)
def test_a_list_that_is_wrong_is_told_where_and_nothing_is_written(
    content: str | bytes, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tried(folder, content) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "Nothing was written" in said.err
    assert said.out == ""
    assert not folder.exists()


def test_all_mistakes_are_told_at_once_up_to_a_screenful(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,name\n" + ",x\n" * 30, encoding="utf-8")
    with pytest.raises(Unreadable) as wrong:
        read(path)
    assert len(wrong.value.faults) == 21
    assert wrong.value.faults[-1] == "… and 10 more."


def test_a_file_that_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.csv", "There is no file"), (tmp_path, "cannot be read")):
        with pytest.raises(Unreadable, match=words):
            read(path)


def test_an_older_result_stays_where_a_new_list_is_wrong(folder: Path) -> None:
    tried(folder, lines(*PEOPLE))
    before = (folder / "matches.csv").read_bytes()
    tried(folder, "id\n\n")
    assert (folder / "matches.csv").read_bytes() == before


@pytest.mark.parametrize("matches", ["0", "6", "many"])
def test_only_one_to_five_matches_can_be_asked_for(
    matches: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        tried(folder, lines(*PEOPLE), "--matches", matches)
    assert "--matches" in capsys.readouterr().err
