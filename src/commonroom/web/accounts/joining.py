"""The pages that an invitation leads to."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from commonroom.web.accounts import actions, forms, pages, queries
from commonroom.web.accounts.models import Invitation, Person

#: Where the browser's session keeps the secret of a link while it is used.
KEPT = "invitation"


@never_cache
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Keep the secret of a link, and show the page at an address without it."""
    request.session[KEPT] = secret
    return redirect("join")


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest) -> HttpResponse:
    """Accept an invitation: as somebody new, as somebody who is here already, or to find back in."""
    invitation = queries.invitation_of(str(request.session.get(KEPT, "")))
    if invitation is None:
        return pages.show(request, "late")
    if invitation.recovery:
        return _restore(request, invitation)
    if request.user.is_authenticated:
        return _accept(request, invitation, pages.person(request))
    if Person.objects.filter(email=invitation.email).exists():
        return redirect_to_login(reverse("join"))
    return _join(request, invitation)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = forms.Join(request.POST or None, email=invitation.email)
    made: list[Person] = []

    def act(given: dict[str, Any]) -> None:
        language = (get_language() or "en")[:2]
        made.append(
            actions.join(
                invitation=invitation,
                name=given["name"],
                password=given["password"],
                language=language,
                now=timezone.now(),
            )
        )

    if not pages.filled(form, act):
        return pages.show(request, "join", form=form, invitation=invitation)
    del request.session[KEPT]
    person = made[0]
    record_authentication(request, person, method="invitation", reauthenticated=True)
    with_passkey = not person.has_usable_password()
    to = reverse("mfa_add_webauthn" if with_passkey else "me")
    answer: HttpResponse = perform_login(request, person, redirect_url=to)
    return answer


def _accept(request: HttpRequest, invitation: Invitation, who: Person) -> HttpResponse:
    if invitation.email != who.email:
        return pages.show(request, "other", invitation=invitation)
    if request.method != "POST":
        return pages.show(request, "accept", invitation=invitation)
    actions.accept(who=who, invitation=invitation, now=timezone.now())
    del request.session[KEPT]
    return pages.go(request, reverse("me"), _("Welcome."))


def _restore(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.user.is_authenticated:
        raise PermissionDenied
    form = forms.Restore(request.POST or None)
    if not pages.filled(
        form,
        lambda given: actions.restore(invitation=invitation, password=given["password"], now=timezone.now()),
    ):
        return pages.show(request, "restore", form=form, invitation=invitation)
    del request.session[KEPT]
    return pages.go(request, reverse("account_login"), _("Sign in with your new password."))
