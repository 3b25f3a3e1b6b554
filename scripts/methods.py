"""Copy the documents that explain methods to where the site shows them from.

Usage: python scripts/methods.py
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
FROM = ROOT / "docs"
TO = ROOT / "src/commonroom/web/narrative/methods"


def pages() -> dict[str, str]:
    """Text of every page by the name of its file on the site."""
    files = [FROM / "METHODS.md", *sorted((FROM / "explanation").glob("*.md"))]
    return {file.name.lower(): file.read_text(encoding="utf-8") for file in files}


def main() -> None:
    """Write the copies, and remove those of documents that are gone."""
    texts = pages()
    for old in TO.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (TO / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
