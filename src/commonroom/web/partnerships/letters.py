"""Letters of this word: who is written to, and what every letter is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools, themes
from commonroom.web.post import actions as post
from commonroom.web.post.writing import absolute
from commonroom.web.schools.models import School


def to_heads(school: School, action: Action, kind: str, /, **told: Any) -> int:
    """Write to everybody who may answer for a school; return to how many."""
    return to(schools.who_may(action, school), kind, **told)


def to(people: Iterable[Person], kind: str, /, **told: Any) -> int:
    """Write a letter of a kind to people; return to how many.

    What it is `told` may name a `path` (of the site) and a `theme` by name: the letter is given the
    address, and the theme as each reader calls it.
    """
    count = 0
    for person in people:
        own = dict(told)
        if "path" in own:
            own["address"] = absolute(own.pop("path"))
        if "theme" in own:
            own["theme"] = themes.label(own["theme"], person.language)
        post.send(to=person, kind=f"partnerships.{kind}", context=own)
        count += 1
    return count
