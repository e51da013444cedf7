"""Make the letters' HTML from MJML: python -m infra.letters. The result is a Jinja template, kept beside the code."""

from __future__ import annotations

import re
from pathlib import Path

from mjml import mjml2html

from functions.mailing.mime import TEMPLATES

SOURCE = Path(__file__).with_name("letter.mjml")
KNOWN = set(
    "mjml mj-head mj-title mj-preview mj-attributes mj-all mj-text mj-section mj-raw mj-style mj-body mj-column "
    "mj-button".split()
)


def compiled() -> str:
    """Return the template; raise ValueError for a tag that MJML would silently leave out."""
    source = SOURCE.read_text(encoding="utf-8")
    unknown = set(re.findall(r"<(mj[\w-]*)", source)) - KNOWN
    if unknown:
        raise ValueError(f"unknown in MJML: {sorted(unknown)}")
    return str(mjml2html(source, disable_comments=True)) + "\n"


if __name__ == "__main__":
    (TEMPLATES / "letter.html").write_text(compiled(), encoding="utf-8")
