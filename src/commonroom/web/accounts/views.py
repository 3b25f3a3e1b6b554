"""Pages of a person's own."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from commonroom.web.accounts import actions, forms, pages, queries
from commonroom.web.accounts.models import Person, Token


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show and keep name, language and digest."""
    who = pages.person(request)
    form = forms.Settings(request.POST or None, instance=Person.objects.get(pk=who.pk))
    if pages.filled(form, lambda given: actions.set_up(who=who, **given)):
        with override(who.language):
            answer = pages.go(request, reverse("me"), _("Your settings are saved."))
        answer.set_cookie(
            site.LANGUAGE_COOKIE_NAME,
            who.language,
            max_age=site.LANGUAGE_COOKIE_AGE,
            secure=site.LANGUAGE_COOKIE_SECURE,
            httponly=site.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return answer
    return pages.show(request, "settings", form=form)


@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show how a person signs in, and lead to where that is changed."""
    who = pages.person(request)
    steps = {one.type for one in Authenticator.objects.filter(user=who)}
    return pages.show(
        request,
        "security",
        needed=queries.needs_second_step(who),
        app=Authenticator.Type.TOTP in steps,
        passkey=Authenticator.Type.WEBAUTHN in steps,
        codes=Authenticator.Type.RECOVERY_CODES in steps,
        sessions=UserSession.objects.purge_and_list(who),
        provider=bool(site.PROVIDER),
    )


@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out somewhere else."""
    session = get_object_or_404(UserSession, pk=pk, user=pages.person(request))
    if request.method == "POST":
        session.end()
        return pages.go(request, reverse("usersessions_list"), _("You are signed out there."))
    return pages.ask(
        request,
        question=_("Sign out there?"),
        sentences=[session.user_agent, session.ip],
        yes=_("Sign out there"),
        back=reverse("usersessions_list"),
    )


@login_required
@never_cache
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: HttpRequest) -> HttpResponse:
    """Show a person's tokens, and make one, which is shown here once."""
    who, made = pages.person(request), []
    form = forms.TokenName(request.POST or None)
    now = timezone.now()
    if pages.filled(form, lambda given: made.append(actions.make_token(who=who, now=now, **given))):
        form = forms.TokenName()
    text = made[0][1] if made else ""
    return pages.show(request, "tokens", form=form, text=text, tokens=queries.tokens(who))


@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a token."""
    who = pages.person(request)
    token = get_object_or_404(Token, pk=pk, person=who)
    if request.method == "POST":
        actions.revoke_token(who=who, token=token, now=timezone.now())
        return pages.go(request, reverse("tokens"), _("The token no longer works."))
    return pages.ask(
        request,
        question=_("Revoke the token “%(name)s”?") % {"name": token.name},
        sentences=[_("Programs that use it are turned away from now on.")],
        yes=_("Revoke"),
        back=reverse("tokens"),
    )
