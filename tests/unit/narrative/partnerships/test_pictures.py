"""The map of a plan of very many partnerships: some of them, and it says how many."""

from __future__ import annotations

from typing import Any

import pytest

from commonroom.narrative import page
from commonroom.narrative.partnerships import pictures, show
from unit.narrative.partnerships.made_plans import frames, voice


@pytest.mark.parametrize(("language", "said"), [("en", "one in 2 is drawn"), ("cy", "un o bob 2")])
def test_a_map_of_too_many_shows_every_so_many(
    monkeypatch: pytest.MonkeyPatch, language: Any, said: str
) -> None:
    monkeypatch.setattr(page, "LISTED", 1)
    picture, _ = pictures.place(show(frames()), voice(language))
    assert picture is not None
    assert said in picture.caption
    # Of the two partnerships the first by provider: Abbey helps Dale; Birch and Cedar are not drawn.
    assert "Dale" in picture.still
    assert "Birch" not in picture.still
    assert "Cedar" not in picture.still


def test_a_map_of_few_shows_them_all() -> None:
    picture, _ = pictures.place(show(frames()), voice())
    assert picture is not None
    assert "one in" not in picture.caption
    assert all(name in picture.still for name in ("Birch", "Cedar", "Dale"))
