"""Colours that can be read: an organiser's own, made darker or lighter until it stands out from our papers."""

from __future__ import annotations

READABLE = 4.5  # the least contrast of text with its paper: WCAG 2.2, success criterion 1.4.3
STEP = 2  # per cent
BLACK, WHITE = "#000000", "#ffffff"
DARK_INK = "#08211f"
LINEAR_UP_TO = 0.04045
# What text stands on in pages and letters.
LIGHT_PAPERS = (WHITE, "#f7f6f2", "#f3f1ec")
DARK_PAPERS = ("#101817", "#16201f", "#1b2725", "#1f2c2a", "#233230")


def readable(colour: str, *papers: str) -> str:
    """Mix "#rrggbb" with black or white until it can be read on all these papers, which are all light or all dark."""
    goal = max(BLACK, WHITE, key=lambda one: least_contrast(one, papers))
    mixtures = (mixed(colour, goal, percent) for percent in range(0, 100, STEP))
    return next((one for one in mixtures if least_contrast(one, papers) >= READABLE), goal)


def ink_on(colour: str) -> str:
    """Choose white or our dark ink, whichever stands out more; black for the few colours where neither does enough."""
    ink = max(WHITE, DARK_INK, key=lambda one: contrast(one, colour))
    return ink if contrast(ink, colour) >= READABLE else BLACK


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, 1 to 21: (L1 + 0.05) / (L2 + 0.05), L1 the lighter (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return how light a colour is, 0 for black to 1 for white (WCAG 2.2, "relative luminance")."""
    red, green, blue = (linear(part / 255) for part in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """Undo the curve of sRGB, as the same definition does."""
    return float(part / 12.92 if part <= LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4)


def least_contrast(colour: str, papers: tuple[str, ...]) -> float:
    return min(contrast(colour, paper) for paper in papers)


def mixed(colour: str, goal: str, percent: int) -> str:
    """Go so far from one colour to the other, each part in a straight line."""
    parts = zip(bytes.fromhex(colour[1:]), bytes.fromhex(goal[1:]), strict=True)
    return "#" + "".join(f"{round(ours + (theirs - ours) * percent / 100):02x}" for ours, theirs in parts)
