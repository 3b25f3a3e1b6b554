"""The partnership itself, its timeline, reviews and lessons, for programs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import actions, kinds, queries, words
from commonroom.web.inquiry.api.texts import KeyIn, PersonOut, Revision, Said, Text, enter, given
from commonroom.web.inquiry.models import Review
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.partnerships.texts import SchoolOut, who

router = Router()
LEAD = Action.PARTNERSHIP_LEAD
Aim = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class SummaryOut(Schema):
    """A partnership as systems see it."""

    id: int
    receiver: SchoolOut
    provider: SchoolOut
    theme: str
    aim: str
    days: Decimal | None
    state: str
    agreed: datetime.date
    starts: datetime.date | None
    ends: datetime.date | None
    closed: datetime.date | None


class RoomOut(SummaryOut):
    """A partnership as its own people see it; the revision is that of aim, days and dates.

    Days used are hours of the school that helps in visits that took place, six to a day.
    """

    revision: int
    days_used: Decimal
    receiver_hours: Decimal
    provider_hours: Decimal
    travel_hours: Decimal
    lessons: str
    people: list[PersonOut]


class AimIn(Schema):
    """What both heads agree on."""

    aim: Aim
    days: Annotated[Decimal, Field(ge=0, le=9999, max_digits=5, decimal_places=1)] | None = None
    starts: datetime.date | None = None
    ends: datetime.date | None = None


class LessonIn(Schema):
    """What a school learned, and the revision that was read (0: there was none)."""

    text: Said
    revision: Revision = 0


class CloseIn(Schema):
    """What the head's own school learned, and the revision that was read (0: there was none)."""

    lesson: Said
    revision: Revision = 0


class MomentOut(Schema):
    """One line of a timeline."""

    date: datetime.date
    kind: str
    what: str
    title: str
    path: str

    @staticmethod
    def resolve_what(moment: Moment) -> str:
        """What kind it is, in words."""
        return kinds.label(moment.kind)


class ReviewIn(KeyIn):
    """A look back at a term, and the word of the head who writes it."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    term: Review.Term
    well: Said
    badly: Text = ""
    change: Text = ""
    word: Word = ""


class ReviewOut(Schema):
    """A look back at a term."""

    id: int
    revision: int
    year: int
    term: str
    well: str
    badly: str
    change: str
    days: Decimal
    receiver_word: str
    provider_word: str


@router.get("/partnerships/{int:pk}/summary", response=SummaryOut)
def read_summary(request: HttpRequest, pk: int) -> Any:
    """Return what systems see of a partnership."""
    return queries.room(who(request), pk)


@router.get("/partnerships/{int:pk}/room", response=RoomOut)
def read_room(request: HttpRequest, pk: int) -> Any:
    """Return a partnership as its own people see it."""
    return _told(enter(request, pk))


@router.put("/partnerships/{int:pk}/aim", response=RoomOut)
def set_aim(request: HttpRequest, pk: int, revision: Revision, sent: AimIn) -> Any:
    """Agree on aim, days and dates."""
    partnership = actions.rooms.set_aim(
        who=who(request),
        partnership=enter(request, pk, LEAD),
        words=words.Aim(**given(sent)),
        revision=revision,
        today=timezone.localdate(),
    )
    return _told(partnership)


@router.post("/partnerships/{int:pk}/begin", response=RoomOut)
def begin(request: HttpRequest, pk: int) -> Any:
    """Begin the work."""
    partnership, today = enter(request, pk, LEAD), timezone.localdate()
    return _told(actions.rooms.begin(who=who(request), partnership=partnership, today=today))


@router.post("/partnerships/{int:pk}/close", response=RoomOut)
def close(request: HttpRequest, pk: int, sent: CloseIn) -> Any:
    """Close the partnership, with what the head's own school learned."""
    partnership, today = enter(request, pk, LEAD), timezone.localdate()
    lesson = (sent.lesson, sent.revision)
    return _told(actions.rooms.close(who=who(request), partnership=partnership, lesson=lesson, today=today))


@router.post("/partnerships/{int:pk}/reopen", response=RoomOut)
def reopen(request: HttpRequest, pk: int) -> Any:
    """Open a closed partnership again."""
    partnership, today = enter(request, pk, LEAD), timezone.localdate()
    return _told(actions.rooms.reopen(who=who(request), partnership=partnership, today=today))


@router.put("/partnerships/{int:pk}/lesson", response=RoomOut)
def write_lesson(request: HttpRequest, pk: int, sent: LessonIn) -> Any:
    """Write what the head's own school learned; after the close too."""
    partnership, today = enter(request, pk, LEAD), timezone.localdate()
    made = actions.rooms.write_lesson(
        who=who(request),
        partnership=partnership,
        school=actions.rooms.own_school(who(request), partnership),
        lesson=(sent.text, sent.revision),
        today=today,
    )
    return _told(made.partnership)


@router.get("/partnerships/{int:pk}/timeline", response=list[MomentOut])
def list_moments(request: HttpRequest, pk: int) -> Any:
    """List what happened, the last first."""
    return queries.moments(enter(request, pk))


@router.get("/partnerships/{int:pk}/reviews", response=list[ReviewOut])
def list_reviews(request: HttpRequest, pk: int) -> Any:
    """List the reviews of a room."""
    return Review.objects.filter(partnership=enter(request, pk))


@router.post("/partnerships/{int:pk}/reviews", response={201: ReviewOut})
def write_review(request: HttpRequest, pk: int, sent: ReviewIn) -> Status[Review]:
    """Review a term."""
    made = actions.reviews.write(
        who=who(request),
        partnership=enter(request, pk, LEAD),
        words=words.Reviewed(**given(sent, "key")),
        today=timezone.localdate(),
        key=sent.key,
    )
    return Status(201, made)


@router.put("/partnerships/{int:pk}/reviews/{int:number}", response=ReviewOut)
def change_review(request: HttpRequest, pk: int, number: int, revision: Revision, sent: ReviewIn) -> Any:
    """Change a review, or add one's word to it; year and term stay."""
    found = get_object_or_404(Review, partnership=enter(request, pk, LEAD), pk=number)
    return actions.reviews.change(
        who=who(request),
        review=found,
        words=words.Reviewed(**given(sent, "key")),
        revision=revision,
        today=timezone.localdate(),
    )


def _told(partnership: Partnership) -> dict[str, Any]:
    """What the people of a room are told of it."""
    plain = {name: getattr(partnership, name) for name in SummaryOut.model_fields}
    hours = {f"{name}_hours": value for name, value in queries.hours(partnership).items()}
    return {
        **plain,
        **hours,
        "revision": queries.revision_of_aim(partnership),
        "days_used": queries.days_used(partnership),
        "lessons": partnership.lessons,
        "people": list(queries.people(partnership)),
    }
