"""Write every letter in every voice to build/previews, with a page to look at them: `make previews`."""

from __future__ import annotations

from hashlib import sha256
from html import escape
from pathlib import Path

from infra.letters.examples import VOICES, Example, examples

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "previews"
GOLDEN = ROOT / "tests" / "golden"


def write(folder: Path) -> list[Example]:
    """Write each letter as the bytes that would go to SES, and its two parts; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = list(examples())
    for one in written:
        name = f"{one.name}.{one.voice}"
        (folder / f"{name}.eml").write_bytes(one.eml)
        (folder / f"{name}.html").write_text(one.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(one.text, encoding="utf-8")
    (folder / "index.html").write_text(index(written), encoding="utf-8")
    return written


def index(written: list[Example]) -> str:
    """Show all letters side by side, a row for each kind and a column for each voice."""
    rows = []
    for name in dict.fromkeys(one.name for one in written):
        cells = "".join(cell(one) for one in written if one.name == name)
        rows.append(f"<h2 id={name}>{name.replace('_', ' ')}</h2><div class=row>{cells}</div>")
    links = " ".join(f"<a href=#{name}>{name.replace('_', ' ')}</a>" for name in dict.fromkeys(o.name for o in written))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><meta name=color-scheme content='light dark'>"
        "<title>The letters</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem}"
        "nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem}.row{display:flex;gap:1rem;overflow-x:auto}"
        "figure{margin:0;flex:1 0 340px}"
        "iframe{box-sizing:border-box;width:100%;height:640px;border:1px solid #8886;border-radius:8px}"
        f"</style><h1>The letters</h1><nav>{links}</nav>{''.join(rows)}"
    )


def cell(one: Example) -> str:
    name = f"{one.name}.{one.voice}"
    links = " · ".join(f"<a href={name}.{kind}>{kind}</a>" for kind in ("html", "txt", "eml"))
    return (
        f"<figure><figcaption><b>{escape(one.letter.subject)}</b><br>{one.voice} · {links}</figcaption>"
        f"<iframe src={name}.html title='{name}' loading=lazy></iframe></figure>"
    )


def golden(written: list[Example]) -> dict[str, str]:
    """Return what is kept to be compared with: the text parts to be read, and the hashes of all bytes that leave."""
    kept = {f"{one.name}.{one.voice}.txt": f"Subject: {one.letter.subject}\n\n{one.text}" for one in written}
    hashes = "".join(f"{sha256(one.eml).hexdigest()}  {one.name}.{one.voice}.eml\n" for one in written)
    return kept | {"eml.sha256": hashes}


def keep(folder: Path) -> None:
    """Write the golden files anew, after somebody has looked at the letters."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in golden(list(examples())).items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    count = len(write(FOLDER))
    keep(GOLDEN)
    print(f"{count} letters ({', '.join(VOICES)}): {(FOLDER / 'index.html').relative_to(ROOT)}")
    print("tests/golden is up to date: read what changed there before you commit it.")
