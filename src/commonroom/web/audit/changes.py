"""A change is one transaction, tried again where another's was in its way.

Every function of an `actions.py` that writes stands under `@change`:

    @change
    def offer(*, who: Person, school: School, theme: str) -> Offer: ...

It runs in one transaction. Where the database turns it away for a moment (SQLite: somebody else is writing;
PostgreSQL: a deadlock, a transaction that could not be put in order), the whole function runs again after a
short pause, with the things it was given as they were before. A function called from within another change
is part of that one, and is not tried again alone. Nothing outside the database belongs in a change: send mail
with `transaction.on_commit`.
"""

from __future__ import annotations

import copy
import functools
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, models, transaction
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.writers import PATIENCE

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: PostgreSQL's words for: could not be put in order, deadlock, lock not to be had.
ORDERS = frozenset({"40001", "40P01", "55P03"})
#: SQLite's words for: another is writing, the table is locked.
LOCKS = frozenset({5, 6})


class Busy(SaidToPeople):
    """Said when the database let nobody in for longer than anybody should wait."""

    status = 503

    def __init__(self) -> None:
        """Say it, in the language of the person."""
        super().__init__(
            _("The site is very busy just now, and nothing was saved."),
            remedy=_("Go back, and send it again in a minute."),
        )


def change(action: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Run an action in one transaction, again when another's was in its way; raise Busy after a minute."""

    @functools.wraps(action)
    def changed(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return action(*args, **kwargs)
        given = [each for each in (*args, *kwargs.values()) if isinstance(each, models.Model)]
        # The person of a request is wrapped until somebody asks who it is.
        given = [vars(each).get("_wrapped", each) for each in given]
        kept = [(each, _copied(vars(each))) for each in given]
        for pause in pauses():
            try:
                with transaction.atomic():
                    return action(*args, **kwargs)
            except OperationalError as error:
                if not is_passing(error):
                    raise
            for each, was in kept:
                vars(each).clear()
                vars(each).update(_copied(was))
            time.sleep(pause)
        raise Busy

    return changed


def pauses(patience: float = 2 * PATIENCE) -> Iterator[float]:
    """Yield how long to wait before each next try, in seconds, until `patience` has passed."""
    end = time.monotonic() + patience
    longest = 0.02
    while time.monotonic() < end:
        yield random.uniform(0.005, longest)  # noqa: S311 - no secret: so that two do not meet again
        longest = min(2 * longest, 1)


def is_passing(error: BaseException) -> bool:
    """Say whether the database turned something away only for the moment."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in LOCKS
    return getattr(cause, "sqlstate", None) in ORDERS


def _copied(held: dict[str, Any]) -> dict[str, Any]:
    """What a thing holds, to be put back: its state knows of the database what a failed try has undone."""
    copied = {name: copy.deepcopy(it) if isinstance(it, list | dict) else it for name, it in held.items()}
    state = copy.copy(held["_state"])
    state.fields_cache = dict(state.fields_cache)
    return {**copied, "_state": state}
