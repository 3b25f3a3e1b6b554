"""What a plan goes by is refused, in a sentence, where it says nothing or too much."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from unit.partnerships.small_system import define

WHY = {"why": "w", "why_cy": "w"}


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ({"name": "idle", "giver": "trust"}, "the cap idle needs a share or a most"),
        ({"name": "all", "most": 3}, "the cap all says neither giver nor receiver nor theme"),
        ({"name": "part", "giver": "trust", "share": 0.5}, "the cap part has a share of nothing"),
        ({"name": "less", "giver": "trust", "most": -1}, "greater than or equal to 0"),
        ({"name": "Two words", "giver": "trust", "most": 1}, "should match pattern"),
    ],
)
def test_a_cap_that_caps_nothing_is_refused(cap: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        define(caps=({**cap, **WHY},))


def test_a_word_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        define(weights={"kindness": 1.0})
