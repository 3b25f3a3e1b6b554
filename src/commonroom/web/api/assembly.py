"""All words together: one interface, one way in, one shape of refusal."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import HttpBearer, SessionAuth

import commonroom
from commonroom.errors import SaidToPeople
from commonroom.web.accounts import queries as people
from commonroom.web.accounts.models import Person


class Token(HttpBearer):
    """A person's own token, as `Authorization: Bearer ...`."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Return whose token it is, if it is in force."""
        return people.person_of_token(token)


class Signed(SessionAuth):
    """A person who is signed in on the site; changes then need the site's CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Return who is signed in."""
        return request.user if isinstance(request.user, Person) else None


def build() -> NinjaAPI:
    """Return the interface with the routes of every word."""
    api = NinjaAPI(
        title="Commonroom",
        version=commonroom.__version__,
        description="Everything of the site for programs, with the permissions of the person who asks.",
        auth=[Token(), Signed()],
        docs_url=None,
        urls_namespace="api",
    )
    api.add_exception_handler(SaidToPeople, _say(api))
    api.add_exception_handler(PermissionDenied, _refuse(api))
    return api


def _say(api: NinjaAPI):  # type: ignore[no-untyped-def]
    def say(request: HttpRequest, error: SaidToPeople) -> HttpResponse:
        said = {"what": error.what, "where": error.where, "remedy": error.remedy}
        return api.create_response(request, said, status=HTTPStatus.BAD_REQUEST)

    return say


def _refuse(api: NinjaAPI):  # type: ignore[no-untyped-def]
    def refuse(request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
        said = {"what": "You may not do this here.", "where": request.path, "remedy": ""}
        return api.create_response(request, said, status=HTTPStatus.FORBIDDEN)

    return refuse
