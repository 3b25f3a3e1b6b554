"""Changes of reviews at the end of a term."""

from __future__ import annotations

import datetime
import uuid

from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import queries
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.writing import claim, enter, hold, once, own_schools, put, tell
from commonroom.web.inquiry.models import Review
from commonroom.web.partnerships.models import Partnership


@changes
def write(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Reviewed,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Review:
    """Review a term; a `key` sent before gives the review that is there."""
    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    # Two heads who review a term at once do so one after the other.
    hold(partnership)
    made = Review(partnership=partnership, who=who, key=key or uuid.uuid4())
    there = Review.objects.filter(partnership=partnership, year=words.year, term=words.term).first()
    if there is not None and there.key != made.key:
        raise SaidToPeople(
            _("This term was reviewed already."), remedy=_("Open that review, and add your word to it.")
        )
    put(made, words, but=("word",))
    made.days = queries.days_used(partnership)
    setattr(made, word_of(who, partnership), words.word)
    review, new = once(made)
    if new:
        audit.record(who=who, action="review.write", thing=review)
        tell(partnership, "review.written", review.school_year, told=(who, today), path=_path(review))
    return review


@changes
def change(
    *, who: Person, review: Review, words: wordings.Reviewed, revision: int, today: datetime.date
) -> Review:
    """Change a review, or add the word of the other head; raise Overtaken when another did meanwhile."""
    enter(who, Action.PARTNERSHIP_LEAD, review.partnership)
    claim(review, revision)
    before = audit.fields(review)
    put(review, words, but=("word", "year", "term"))
    shared = all(getattr(review, name) == before[name] for name in ("well", "badly", "change"))
    setattr(review, word_of(who, review.partnership), words.word)
    review.save()
    audit.record(who=who, action="review.change", thing=review, before=before)
    kind = "review.word" if shared else "review.changed"
    tell(review.partnership, kind, review.school_year, told=(who, today), path=_path(review))
    return review


def word_of(who: Person, partnership: Partnership) -> str:
    """Return the field in which the word of a head stands: that of the head's own school."""
    own = own_schools(who, Action.PARTNERSHIP_LEAD, partnership)
    return "receiver_word" if partnership.receiver_id in own else "provider_word"


def _path(review: Review) -> str:
    return f"{reverse('room-reviews', args=[review.partnership_id])}#review-{review.pk}"
