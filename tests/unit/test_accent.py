"""An event's pages in its own colour."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from functions.registration import pages
from functions.registration.accent import accent_css
from shared.colours import contrast

STYLE = (Path(pages.__file__).parent / "style.css").read_text(encoding="utf-8")
SCHEMES = ("light", "dark")


def properties(css: str, scheme: str) -> dict[str, str]:
    """Read the colours of a scheme by their names."""
    light, dark, *_ = re.findall(r":root \{([^}]*)\}", css)
    found = re.findall(r"--([\w-]+): (#\w+);", light if scheme == "light" else dark)
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:]) for name, value in found
    }


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
@example("#000000")
@example("#ffffff")
@example("#808080")
def test_any_colour_can_be_read_on_all_papers_and_what_stands_on_it_too(colour: str) -> None:
    css = accent_css(colour)
    for scheme in SCHEMES:
        ours, own = properties(STYLE, scheme), properties(css, scheme)
        assert all(contrast(own["one"], ours[name]) >= 4.5 for name in ("paper", "sheet", "wash"))
        assert contrast(own["one"], own["on-one"]) >= 4.5


def test_it_replaces_only_what_the_style_sheet_has_and_only_the_accent() -> None:
    css = accent_css("#7a1fa2")
    for scheme in SCHEMES:
        assert set(properties(css, scheme)) == {"one", "on-one"} <= set(properties(STYLE, scheme))
    assert "--one: #7a1fa2; --on-one: #ffffff;" in css
    assert css.count("@media screen and (prefers-color-scheme: dark)") == 1


def test_our_own_colour_stays_ours() -> None:
    assert properties(accent_css("#0b5d57"), "light")["one"] == properties(STYLE, "light")["one"]
