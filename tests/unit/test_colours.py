"""Whatever colour an organiser likes, people can read it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colours import BLACK, DARK_INK, WHITE, contrast, ink_on, luminance, mixed, readable

LIGHT, DARK = ("#ffffff", "#f7f6f2", "#f3f1ec"), ("#101817", "#16201f", "#1f2c2a")
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_what_others_calculate(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@settings(max_examples=400)
@given(colours)
def test_every_colour_becomes_readable_on_all_papers_at_once(colour: str) -> None:
    for papers in (LIGHT, DARK):
        assert all(contrast(readable(colour, *papers), paper) >= 4.5 for paper in papers)


@given(colours, colours)
def test_on_any_one_paper_every_colour_becomes_readable(colour: str, paper: str) -> None:
    assert contrast(readable(colour, paper), paper) >= 4.5


@settings(max_examples=400)
@given(colours)
def test_a_colour_that_can_be_read_already_stays_as_it_is(colour: str) -> None:
    for papers in (LIGHT, DARK):
        if all(contrast(colour, paper) >= 4.5 for paper in papers):
            assert readable(colour, *papers) == colour
        once = readable(colour, *papers)
        assert readable(once, *papers) == once


@given(colours)
def test_light_papers_make_a_colour_darker_and_dark_ones_lighter(colour: str) -> None:
    assert luminance(readable(colour, *LIGHT)) <= luminance(colour) <= luminance(readable(colour, *DARK))


def test_a_colour_is_changed_no_further_than_it_has_to_be() -> None:
    assert readable("#ffd400", *LIGHT) == mixed("#ffd400", BLACK, 50)
    assert contrast(mixed("#ffd400", BLACK, 48), "#f3f1ec") < 4.5
    assert readable("#ffd400", *DARK) == "#ffd400"


@settings(max_examples=400)
@given(colours)
def test_what_stands_on_a_colour_can_be_read(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


def test_ink_is_white_or_dark_and_black_only_where_it_has_to_be() -> None:
    assert ink_on("#0b5d57") == WHITE
    assert ink_on("#ffd400") == ink_on("#4cc2b6") == DARK_INK
    assert ink_on("#808080") == BLACK
