"""Dates and times as people read them."""

from __future__ import annotations

import pytest

from shared.local_time import clock_time, date_and_time, long_date, span
from shared.models import Language
from tests.people import berlin

START, END = berlin("2027-06-03 09:00"), berlin("2027-06-03 17:30")


@pytest.mark.parametrize(
    ("language", "day", "hour"),
    [(Language.DE, "Donnerstag, 3. Juni 2027", "09:00 Uhr"), (Language.EN, "Thursday, 3 June 2027", "09:00")],
)
def test_a_moment_reads_as_people_write_it(language: Language, day: str, hour: str) -> None:
    assert long_date(START, "Europe/Berlin", language) == day
    assert clock_time(START, "Europe/Berlin", language) == hour
    assert date_and_time(START, "Europe/Berlin", language) == f"{day}, {hour}"


def test_the_day_is_named_once_where_both_ends_are_on_it() -> None:
    assert span(START, END, "Europe/Berlin", Language.DE) == "Donnerstag, 3. Juni 2027, 09:00–17:30 Uhr"
    assert span(START, END, "Europe/Berlin", Language.EN) == "Thursday, 3 June 2027, 09:00–17:30"


def test_two_days_are_both_named_and_it_is_the_zone_that_decides() -> None:
    # In Tokyo the event ends after midnight.
    assert span(START, END, "Asia/Tokyo", Language.EN) == "Thursday, 3 June 2027, 16:00 – Friday, 4 June 2027, 00:30"


def test_the_shortest_month_and_the_longest_name_are_there() -> None:
    assert long_date(berlin("2028-02-29 12:00"), "Europe/Berlin", Language.DE) == "Dienstag, 29. Februar 2028"
    assert long_date(berlin("2026-12-31 12:00"), "Europe/Berlin", Language.EN) == "Thursday, 31 December 2026"
