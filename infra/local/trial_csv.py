"""Reading an organiser's own list of people, with every mistake named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

COLUMNS = ("id", "name", "email", "company", "languages", "interests", "seeks", "offers", "known")
SEPARATORS = ",;\t"
MOST_TOLD = 20


class Unreadable(Exception):
    """The list is wrong; `faults` say where and what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Row:
    """One person of the list."""

    line: int
    id: str
    name: str
    email: str
    company: str
    languages: tuple[str, ...]
    interests: tuple[str, ...]
    seeks: tuple[str, ...]
    offers: tuple[str, ...]
    known: tuple[str, ...]


def read(path: Path) -> list[Row]:
    """Read the list, in UTF-8, with comma, semicolon or tab between columns; raise Unreadable."""
    text = text_of(path)
    header = text.lstrip("\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    faults: list[str] = []
    records = list(records_of(text, separator, faults))
    if not records and not faults:
        raise Unreadable([f"{path.name} is empty: the first line names the columns, each further one is a person."])
    rows = list(rows_of(records, faults)) if records else []
    if not faults:
        faults += unknown_ids(rows)
    if not rows and not faults:
        faults.append(f"{path.name} holds no people: there is nothing below the line that names the columns.")
    if faults:
        more = [f"… and {len(faults) - MOST_TOLD} more."] if len(faults) > MOST_TOLD else []
        raise Unreadable(faults[:MOST_TOLD] + more)
    return rows


def text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable([f"There is no file {path}."]) from None
    except OSError as error:
        raise Unreadable([f"{path} cannot be read: {error.strerror}."]) from None
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable([f"Line {line}: this is not UTF-8. Save the list as “CSV UTF-8”, and try again."]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable([f"Line {line}: a NUL character stands here. Is this a spreadsheet instead of a CSV file?"])
    return text


def records_of(text: str, separator: str, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of each line that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            faults.append(f"Line {begins}: a quotation mark is not closed, or something follows a closed one.")
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def rows_of(records: list[tuple[int, list[str]]], faults: list[str]) -> Iterator[Row]:
    """Yield the people; note what is wrong with the others."""
    (line, names), *people = records
    columns = [name.strip().lower() for name in names]
    faults += faults_of_columns(line, columns)
    if faults:
        return
    seen: dict[str, int] = {}
    for line, cells in people:
        if any(cell.strip() for cell in cells[len(columns) :]):
            faults.append(f"Line {line}: {len(cells)} cells, but only {len(columns)} columns have names.")
            continue
        row = dict.fromkeys(COLUMNS, "") | dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        if not row["id"]:
            faults.append(f"Line {line}: the id is missing.")
        elif row["id"] in seen:
            faults.append(f"Line {line}: the id “{row['id']}” stands already in line {seen[row['id']]}.")
        else:
            seen[row["id"]] = line
            # A list separated by semicolons often has commas here, and no language has one in its name.
            languages = parts(row["languages"].lower().replace(",", ";"))
            several = {name: parts(row[name]) for name in COLUMNS[5:]}
            yield Row(line, row["id"], row["name"], row["email"], row["company"], languages, **several)


def faults_of_columns(line: int, columns: list[str]) -> list[str]:
    faults = []
    for name in columns:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            meant = f" Is “{near[0]}” meant?" if near else ""
            faults.append(f"Line {line}: there is no column “{name}”.{meant} Columns are {', '.join(COLUMNS)}.")
    if len(set(columns)) < len(columns):
        twice = sorted({name for name in columns if columns.count(name) > 1})
        faults.append(f"Line {line}: the column “{twice[0]}” stands there twice.")
    if "id" not in columns:
        faults.append(f"Line {line}: the column “id” is missing; it names each person once.")
    return faults


def unknown_ids(rows: list[Row]) -> list[str]:
    ids = {row.id for row in rows}
    return [
        f"Line {row.line}: “known” names “{other}”, and nobody has this id."
        for row in rows
        for other in row.known
        if other not in ids
    ]


def parts(cell: str) -> tuple[str, ...]:
    """Return the values of a cell, which are separated by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())
