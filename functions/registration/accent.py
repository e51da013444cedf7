"""An event's pages in the organiser's own colour."""

from __future__ import annotations

from shared.colours import DARK_PAPERS, LIGHT_PAPERS, ink_on, readable


def accent_css(colour: str) -> str:
    """Write what an event's pages load after style.css; `colour` is "#rrggbb", as the event file was checked for."""
    light, dark = (
        f":root {{ --one: {one}; --on-one: {ink_on(one)}; }}"
        for one in (readable(colour, *LIGHT_PAPERS), readable(colour, *DARK_PAPERS))
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"
