"""The language of the site: a switch that stays, in the browser and with the person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views import i18n
from django.views.decorators.http import require_POST

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Person
from commonroom.web.middleware import Answer


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change the language: of this browser, and of the person who is signed in."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, Person) and chosen in dict(settings.LANGUAGES):
        person = request.user
        actions.set_up(who=person, name=person.name, language=chosen, digest=person.digest)
    return i18n.set_language(request)


class Remembered:
    """Show the site in the language a person once chose, where this browser knows of none."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the person's language."""
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        if known and not chosen and isinstance(request.user, Person):
            translation.activate(request.user.language)
        return self.get_response(request)
