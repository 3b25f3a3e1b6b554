"""The pages of who belongs to a school, to a system, or looks after the site."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.web import sheets
from commonroom.web.accounts import actions, forms, pages, permissions, queries
from commonroom.web.accounts.models import Invitation, Membership, Person
from commonroom.web.accounts.roles import Action


def place(kind: str, key: str) -> Any:
    """Return the school or system of a page (None: the site); raise Http404 where there is none."""
    found = None if kind == "site" else queries.place(kind, key)
    if found is None and kind != "site":
        raise Http404
    return found


def address(on: Any, page: str = "people") -> str:
    """Return the path of a page of people of a school or system (None: the site)."""
    if on is None:
        return reverse(f"site-{page}")
    return reverse(f"{on._meta.model_name}-{page}", args=[on.pk])


@login_required
def people(request: HttpRequest, kind: str, key: str = "") -> HttpResponse:
    """Show who belongs here, and who is invited."""
    who, on = pages.person(request), place(kind, key)
    given = permissions.roles_to_give(who, on)
    held = [
        {
            "membership": one,
            "ends": one.role in given or one.person_id == who.pk,
            "recovers": one.role in given,
        }
        for one in queries.people(who, on)
    ]
    return pages.show(
        request,
        "people",
        on=on,
        kind=kind,
        held=held,
        invitations=queries.invitations(who, on),
        given=given,
        invite=address(on, "invite"),
        csv=address(on, "people-csv"),
    )


@login_required
def people_csv(request: HttpRequest, kind: str, key: str = "") -> HttpResponse:
    """Hand out who belongs here as CSV."""
    on = place(kind, key)
    heads = [_("name"), _("e-mail address"), _("role"), _("since")]
    rows = (
        [one.person.name, one.person.email, one.get_role_display(), timezone.localdate(one.since)]
        for one in queries.people(pages.person(request), on)
    )
    return sheets.write("people", heads, rows)


@login_required
def invite(request: HttpRequest, kind: str, key: str = "") -> HttpResponse:
    """Invite somebody."""
    who, on = pages.person(request), place(kind, key)
    permissions.check(who, Action.PEOPLE_INVITE, on)
    form = forms.Invite(request.POST or None, roles=permissions.roles_to_give(who, on))
    if pages.filled(form, lambda given: actions.invite(who=who, on=on, now=timezone.now(), **given)):
        said = _("We have sent a letter to %(email)s.") % {"email": form.cleaned_data["email"]}
        return pages.go(request, address(on), said)
    return pages.show(request, "invite", form=form, on=on, back=address(on))


@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership."""
    who = pages.person(request)
    membership = known_membership(who, pk)
    back = reverse("me") if membership.person_id == who.pk else address(membership.at)
    if request.method == "POST":
        actions.end_membership(who=who, membership=membership, now=timezone.now())
        return pages.go(request, back, _("The membership has ended."))
    return pages.ask(
        request,
        question=_("End this membership?"),
        sentences=[f"{membership.person}, {membership}", _("What they wrote stays.")],
        yes=_("End it"),
        back=back,
    )


@login_required
def recover(request: HttpRequest, pk: int) -> HttpResponse:
    """Send somebody a way back in."""
    who = pages.person(request)
    membership = known_membership(who, pk)
    if request.method == "POST":
        actions.recover(who=who, membership=membership, now=timezone.now())
        return pages.go(request, address(membership.at), _("We have sent them a letter."))
    return pages.ask(
        request,
        question=_("Send %(name)s a way back in?") % {"name": membership.person},
        sentences=[
            _("Do this only when they asked you, by voice or in person: they lost password or second step."),
            _("The letter goes to %(email)s. Its link removes their second step, passkeys and tokens.")
            % {"email": membership.person.email},
        ],
        yes=_("Send the letter"),
        back=address(membership.at),
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    who = pages.person(request)
    invitation = known_invitation(who, pk)
    if request.method == "POST":
        actions.withdraw(who=who, invitation=invitation, now=timezone.now())
        return pages.go(request, address(invitation.at), _("The invitation is withdrawn."))
    return pages.ask(
        request,
        question=_("Withdraw this invitation?"),
        sentences=[str(invitation)],
        yes=_("Withdraw it"),
        back=address(invitation.at),
    )


def known_membership(who: Person, pk: int) -> Membership:
    """Return a membership in force that somebody may know of; raise Http404 otherwise."""
    held = Membership.objects.in_force().select_related("person", "school", "system")
    membership = get_object_or_404(held, pk=pk)
    if membership.person_id != who.pk and not permissions.may(who, Action.PEOPLE_SEE, membership.at):
        raise Http404
    return membership


def known_invitation(who: Person, pk: int) -> Invitation:
    """Return an invitation that somebody may know of; raise Http404 otherwise."""
    invitation = get_object_or_404(Invitation.objects.select_related("school", "system"), pk=pk)
    if not permissions.may(who, Action.PEOPLE_SEE, invitation.at):
        raise Http404
    return invitation
