"""Two heads, or two officers, at the same moment: nothing is doubled, and nobody is shown a fault."""

from __future__ import annotations

import json

from stores.site_brokering import TIMES
from stores.sites import Site

PLAY = """
import json
from stores import site_brokering
print(json.dumps(site_brokering.play()))
"""

RACES = """
import json
from stores import site_races
print(json.dumps(site_races.play()))
"""


def test_what_is_done_at_the_same_moment_is_done_once(site: Site) -> None:
    found = json.loads(site.python(PLAY).splitlines()[-1])
    said = found["said"]
    assert said["offers"] == {
        "done": 1,
        "The school has said something in this theme and phase before.": TIMES - 1,
    }
    assert said["asks"] == {
        "done": 1,
        "Your school has asked this already, and waits for an answer.": TIMES - 1,
    }
    assert said["answers"] == {"done": 1, "This question was answered already.": TIMES - 1}
    assert said["messages"] == {"done": TIMES}
    # A yes that was said already is said again without harm; after both, there is nothing to say.
    assert set(said["agreed"]) <= {"done", "Both heads have agreed already."}
    assert said["runs"] == {"done": 1, "A proposal for this system is being made already.": TIMES - 1}
    assert sum(said["sent"].values()) == 2
    assert said["sent"]["done"] == 1
    assert said["replies"] == {"done": 2}
    assert found["there"] == {
        "Offer": 1,
        "Ask": 1,
        "Message": 1,
        "Agreement": 2,
        "Partnership": 1,
        "Run": 1,
    }
    assert found["proposal"] == "agreed"
    assert found["letters"]["asked"] == found["letters"]["answered_yes"] == found["letters"]["message"] == 1
    assert found["letters"]["agreed"] == found["letters"]["proposed"] == 2


def test_who_acts_in_the_middle_of_another_waits_and_then_sees_what_was_done(site: Site) -> None:
    answered, agreed = "This question was answered already.", "Both heads have agreed already."
    settled = "This proposal is settled already."
    assert json.loads(site.python(RACES).splitlines()[-1]) == {
        "two_answers": {"said": ["", answered], "state": "yes", "agreements": 1},
        "taken_back": {"said": ["", answered], "state": "no"},
        "both_say_yes": {"said": ["", ""], "state": "agreed", "agreed": True},
        "solved_while_answered": {"said": ["", ""], "state": "declined"},
        "answered_while_solved": {"said": ["", ""], "state": "declined"},
        "recalled": {"said": ["", settled], "state": "declined"},
        "other_terms": {"said": ["", agreed], "aim": "One.", "agreed": "One."},
    }
