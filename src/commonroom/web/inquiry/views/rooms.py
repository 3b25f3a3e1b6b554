"""The room itself: overview, aim, supporters, begin, close, open again, lessons."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web.accounts import permissions
from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.actions.writing import own_schools
from commonroom.web.inquiry.models import Lesson
from commonroom.web.inquiry.pages import FOLDER, LEAD, SEE, confirm, frame, in_room, typed, who, write
from commonroom.web.inquiry.sheet import RoomForm
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School

HERE = "room"


@login_required
@require_safe
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the room; to those who may not enter it, what partners, aim, theme, days and state are."""
    partnership = queries.room(who(request), pk)
    if not permissions.may(who(request), SEE, partnership):
        context = {"partnership": partnership, "theme": themes.label(partnership.theme)}
        return render(request, f"{FOLDER}/summary.html", context)
    today = timezone.localdate()
    own = own_schools(who(request), LEAD, partnership)
    context = {
        **frame(request, partnership, HERE),
        "overview": queries.overview(partnership, today=today),
        "lessons": Lesson.objects.filter(partnership=partnership).select_related("school", "who"),
        "writes_lesson": [s for s in (partnership.receiver, partnership.provider) if s.pk in own],
        "reopens": bool(own),
        "supporters": list(partnership.supporters.order_by("name")),
        "today": today,
    }
    return render(request, f"{FOLDER}/room.html", context)


@in_room(LEAD)
def aim(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Agree on aim, days and dates."""
    first = {**forms.AimForm.standing(partnership), "revision": queries.revision_of_aim(partnership)}
    form = forms.AimForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.AimForm) -> tuple[str, str]:
        actions.rooms.set_aim(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            revision=form.read,
            today=timezone.localdate(),
        )
        return _room(partnership), _("Saved.")

    page = {
        "title": _("Aim, days and dates"),
        "lead": _("What both heads have agreed on. Both schools read it, and their systems see it."),
        "back": _room(partnership),
        "keep": f"aim-{partnership.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(LEAD)
def supporters(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Name who supports the partnership."""
    revision = queries.revision_of_supporters(partnership)
    first = {**forms.SupportersForm.standing(partnership), "revision": revision}
    form = forms.SupportersForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.SupportersForm) -> tuple[str, str]:
        actions.rooms.name_supporters(
            who=who(request),
            partnership=partnership,
            people=list(form.cleaned_data["supporters"]),
            revision=form.read,
            today=timezone.localdate(),
        )
        return _room(partnership), _("Saved.")

    page = {"title": _("Who supports us"), "back": _room(partnership)}
    return write(request, form, act, here=HERE, page=page)


@in_room(LEAD)
def begin(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Begin the work, after asking whether that is meant."""

    def act(form: RoomForm) -> tuple[str, str]:
        actions.rooms.begin(who=who(request), partnership=partnership, today=timezone.localdate())
        return _room(partnership), _("Work has begun.")

    page = {
        "question": _("Begin the work?"),
        "sentences": [
            _("Both schools and their systems see that the partnership is at work."),
            _("This is the moment to attach an impact plan: before there is anything to see."),
        ],
        "yes": _("Begin work"),
        "back": _room(partnership),
    }
    return confirm(request, partnership, act, page=page)


@in_room(LEAD)
def close(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Close the partnership, with what one's own school learned."""
    form = _lesson_form(request, partnership, actions.rooms.own_school(who(request), partnership))

    def act(form: forms.LessonForm) -> tuple[str, str]:
        lesson, today = (form.cleaned_data["text"], form.read), timezone.localdate()
        actions.rooms.close(who=who(request), partnership=partnership, lesson=lesson, today=today)
        return _room(partnership), _("The partnership is closed.")

    page = {
        "title": _("Close the partnership"),
        "lead": _(
            "Write what your school learned; the other head can write theirs afterwards. The room can then "
            "only be read, until a head of either school opens it again."
        ),
        "back": _room(partnership),
        "keep": f"close-{partnership.pk}",
        "yes": _("Close the partnership"),
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(LEAD, closed_too=True)
def reopen(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Open a closed room again, after asking whether that is meant."""

    def act(form: RoomForm) -> tuple[str, str]:
        actions.rooms.reopen(who=who(request), partnership=partnership, today=timezone.localdate())
        return _room(partnership), _("The partnership is open again.")

    page = {
        "question": _("Open the partnership again?"),
        "sentences": [_("Both schools can then write in its room as before.")],
        "yes": _("Open it again"),
        "back": _room(partnership),
    }
    return confirm(request, partnership, act, page=page)


@in_room(LEAD, closed_too=True)
def lesson(request: HttpRequest, partnership: Partnership, school: str) -> HttpResponse:
    """Write what one's own school learned."""
    own = own_schools(who(request), LEAD, partnership)
    found = [one for one in (partnership.receiver, partnership.provider) if one.pk == school]
    if not found or school not in own:
        raise Http404
    form = _lesson_form(request, partnership, found[0])

    def act(form: forms.LessonForm) -> tuple[str, str]:
        actions.rooms.write_lesson(
            who=who(request),
            partnership=partnership,
            school=found[0],
            lesson=(form.cleaned_data["text"], form.read),
            today=timezone.localdate(),
        )
        return _room(partnership), _("Saved.")

    page = {
        "title": _("What %(school)s learned") % {"school": found[0]},
        "back": _room(partnership),
        "keep": f"lesson-{partnership.pk}-{school}",
    }
    return write(request, form, act, here=HERE, page=page)


def _lesson_form(request: HttpRequest, partnership: Partnership, school: School) -> forms.LessonForm:
    held = Lesson.objects.filter(partnership=partnership, school=school).first()
    first = forms.LessonForm.standing(held) if held else None
    return forms.LessonForm(typed(request), person=who(request), partnership=partnership, initial=first)


def _room(partnership: Partnership) -> str:
    return reverse(HERE, args=[partnership.pk])
