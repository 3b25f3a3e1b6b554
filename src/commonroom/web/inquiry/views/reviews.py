"""Reviews of a term, and the timeline."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import sheets
from commonroom.web.inquiry import actions, forms, kinds, queries, takeaway
from commonroom.web.inquiry.actions.reviews import word_of
from commonroom.web.inquiry.models import Review
from commonroom.web.inquiry.pages import FOLDER, LEAD, find, frame, in_room, typed, who, write
from commonroom.web.partnerships.models import Partnership

HERE = "room-reviews"
#: So many lines of a timeline stand on a page; on paper they all do.
LINES = 100


@in_room()
@require_safe
def reviews(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the reviews of a room."""
    found = Review.objects.filter(partnership=partnership)
    context = {
        **frame(request, partnership, HERE),
        "reviews": found,
        "days": queries.days_used(partnership),
    }
    return render(request, f"{FOLDER}/reviews.html", context)


@in_room(LEAD)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Review a term."""
    today = timezone.localdate()
    term = "autumn" if today.month >= 9 else "spring" if today.month < 4 else "summer"
    form = forms.ReviewForm(
        typed(request),
        person=who(request),
        partnership=partnership,
        today=today,
        initial={"term": term, "year": queries.school_year(today)},
    )

    def act(form: forms.ReviewForm) -> tuple[str, str]:
        actions.reviews.write(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=today,
            key=form.cleaned_data["key"],
        )
        return reverse(HERE, args=[partnership.pk]), _("Saved. The other head can add their word.")

    page = {
        "title": _("Review a term"),
        "lead": _("Short: what goes well, what does not, what we change. Days used are filled in."),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"review-new-{partnership.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(LEAD)
def change(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Change a review, or add one's word to it."""
    found = find(Review, partnership, number)
    form = forms.ReviewForm(
        typed(request),
        person=who(request),
        partnership=partnership,
        today=timezone.localdate(),
        initial={
            **forms.ReviewForm.standing(found),
            "word": getattr(found, word_of(who(request), partnership)),
        },
    )
    for name in ("year", "term"):
        form.fields[name].disabled = True

    def act(form: forms.ReviewForm) -> tuple[str, str]:
        words, today = form.words(), timezone.localdate()
        actions.reviews.change(who=who(request), review=found, words=words, revision=form.read, today=today)
        return reverse(HERE, args=[partnership.pk]), _("Saved.")

    page = {
        "title": str(found),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"review-{found.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room()
@require_safe
def timeline(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show what happened, the last first; of one kind alone where one is asked for."""
    word = request.GET.get("kind", "")
    word = word if word in kinds.WORDS else ""
    found = queries.moments(partnership, word=word)
    everything = request.GET.get("all") == "1"
    page = Paginator(found, max(found.count(), 1) if everything else LINES).get_page(request.GET.get("page"))
    context = {
        **frame(request, partnership, "room-timeline"),
        "page": page,
        "lines": [(moment, kinds.label(moment.kind)) for moment in page],
        "words": kinds.WORDS.items(),
        "word": word,
    }
    return render(request, f"{FOLDER}/timeline.html", context)


@in_room()
@require_safe
def table(request: HttpRequest, partnership: Partnership, what: str) -> HttpResponse:
    """Give a list of the room as a CSV file."""
    if what not in takeaway.TABLES:
        raise Http404
    heads, rows = takeaway.TABLES[what](who(request), partnership)
    return sheets.write(f"partnership-{partnership.pk}-{what}", heads, rows)
