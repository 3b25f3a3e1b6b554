"""What two made-up schools did in their partnership's room so far."""

from __future__ import annotations

import datetime
from decimal import Decimal

from commonroom.web.example.people import Cast
from commonroom.web.inquiry import queries, words
from commonroom.web.inquiry.actions import cycles, decisions, notes, points, rooms, visits
from commonroom.web.inquiry.models import Visibility, Visit
from commonroom.web.partnerships.models import Partnership


def at_work(cast: Cast, partnership: Partnership, today: datetime.date) -> None:
    """Begin the work, run a cycle as far as its third stage, and note what happened around it."""
    head, other, teacher = cast.heads[0], cast.heads[1], cast.teachers[0]
    began = today - datetime.timedelta(days=50)

    def day(number: int) -> datetime.date:
        return began + datetime.timedelta(days=number)

    rooms.begin(who=head, partnership=partnership, today=began)
    rooms.name_supporters(
        who=other,
        partnership=partnership,
        people=[cast.supporter],
        revision=queries.revision_of_supporters(partnership),
        today=began,
    )
    planned = words.Planned(
        question="Does a call home on the first morning bring pupils back on the second?",
        practice="Calls on the first morning of absence",
        trying="Two form tutors of year 9 call home before ten on the first morning, with three questions.",
        knowing="Absence on the second day, in these forms and in the others, for six weeks.",
        plan_by=day(5), do_by=day(40), study_by=day(60), act_by=day(70),
    )  # fmt: skip
    cycle = cycles.begin(who=head, partnership=partnership, words=planned, today=day(2))
    cycle = cycles.move(who=head, cycle=cycle, stage="do", revision=cycle.revision, today=day(6))
    _visit(cast, partnership, day(9), held=True)
    _meet(cast, partnership, today)
    done = words.Done("Both tutors called every morning but two. Most families were glad of the call.")
    cycle = cycles.change(who=teacher, cycle=cycle, words=done, revision=cycle.revision, today=day(40))
    cycle = cycles.move(who=teacher, cycle=cycle, stage="study", revision=cycle.revision, today=day(42))
    noted = words.Noted(
        "The three questions fit on a card. We laminated it.", day(12), cycle=cycle, stage="do"
    )
    notes.write(who=teacher, partnership=partnership, words=noted, today=day(12))
    welsh = words.Noted("Mae'r rhieni'n gwerthfawrogi galwad yn Gymraeg.", day(15), cycle=cycle, stage="do")
    notes.write(who=cast.teachers[-1], partnership=partnership, words=welsh, today=day(15))
    own = words.Noted(
        "For us only: who takes the calls when a tutor is away?", day(20), Visibility.SCHOOL,
        school=partnership.receiver, cycle=cycle, stage="do",
    )  # fmt: skip
    notes.write(who=head, partnership=partnership, words=own, today=day(20))
    decided = words.Decided("We count the second day of absence, not the first.", day(9), cycle=cycle)
    decisions.take(who=other, partnership=partnership, words=decided, today=day(9))
    point = words.Point("Send the register of the six weeks, as counts by form", other, day(45), cycle)
    points.agree(who=head, partnership=partnership, words=point, today=day(9))
    later = words.Point(
        "Put the two forms beside the others", teacher, today + datetime.timedelta(days=9), cycle
    )
    points.agree(who=head, partnership=partnership, words=later, today=day(42))


def _visit(cast: Cast, partnership: Partnership, date: datetime.date, *, held: bool) -> None:
    came = words.Came(
        date, "To see how the attendance team begins the day", Visit.Kind.VISIT,
        Visit.State.HELD if held else Visit.State.PLANNED,
        datetime.time(8, 0), datetime.time(11, 0), str(partnership.provider),
        outcome="We sat in on the morning's calls and took the questions home.",
        receiver_hours=Decimal(6), provider_hours=Decimal(4), travel_hours=Decimal(2),
        people=(cast.heads[0], cast.teachers[0], cast.heads[1]), others="Two form tutors",
    )  # fmt: skip
    visits.record(who=cast.heads[0], partnership=partnership, words=came, today=date)


def _meet(cast: Cast, partnership: Partnership, today: datetime.date) -> None:
    date = today + datetime.timedelta(days=12)
    came = words.Came(
        date, "To look at the six weeks together", Visit.Kind.MEETING,
        begins=datetime.time(15, 30), ends=datetime.time(17, 0), location=str(partnership.receiver),
    )  # fmt: skip
    visits.record(who=cast.heads[0], partnership=partnership, words=came, today=today)
