"""All words together: one interface, one way in, one shape of refusal."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth

import commonroom
from commonroom.errors import SaidToPeople
from commonroom.web.accounts import queries as people
from commonroom.web.accounts.models import Person
from commonroom.web.api.pace import Pace

#: How often one person's programs may ask.
PACE = Pace(600, 60)
#: What any route may answer beside what it is for.
REFUSALS = {
    HTTPStatus.BAD_REQUEST: "It cannot be done: what, where, and what to do.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in, and no token in force was given.",
    HTTPStatus.FORBIDDEN: "The person may not do this here.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or it is not for this person to see.",
    HTTPStatus.CONFLICT: "Somebody else changed it in the meantime.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What was sent does not fit.",
    HTTPStatus.TOO_MANY_REQUESTS: "Asked too often: wait a minute.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The site is too busy to write just now.",
}
SAID = {
    "type": "object",
    "properties": {
        "what": {"type": "string", "title": "What is wrong"},
        "where": {"type": "string", "title": "Where"},
        "remedy": {"type": "string", "title": "What to do"},
        "problems": {"type": "array", "items": {"type": "object"}, "title": "Each field that does not fit"},
    },
    "required": ["what", "where", "remedy"],
}


class Token(HttpBearer):
    """A person's own token, as `Authorization: Bearer ...`."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Return whose token it is, if it is in force."""
        return people.person_of_token(token)


class Signed(SessionAuth):
    """A person who is signed in on the site; changes then need the site's CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Return who is signed in."""
        return request.user if isinstance(request.user, Person) and request.user.is_active else None


class Interface(NinjaAPI):
    """The interface, whose description names every refusal that a route may answer with."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """Return the description, with the refusals beside what each route is for."""
        described = super().get_openapi_schema(*args, **kwargs)
        described.setdefault("components", {}).setdefault("schemas", {})["Said"] = SAID
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Said"}}}
        for path in described["paths"].values():
            for route in path.values():
                for status, meaning in REFUSALS.items():
                    refusal = {"description": meaning, "content": content}
                    route["responses"].setdefault(int(status), refusal)
        return described


def build() -> Interface:
    """Return the interface with the ways in and the refusals, without the routes of any word yet."""
    api = Interface(
        title="Commonroom",
        version=commonroom.__version__,
        description="Everything of the site for programs, with the permissions of the person who asks.",
        auth=[Token(), Signed()],
        throttle=[PACE],
        docs_url=None,
        urls_namespace="api",
    )

    def say(status: HTTPStatus, tell: Callable[[Any], dict[str, Any]]) -> Callable[..., HttpResponse]:
        def answer(request: HttpRequest, error: Exception) -> HttpResponse:
            said = {"where": request.path, "remedy": ""} | tell(error)
            own = getattr(error, "status_code", None) or getattr(error, "status", None)
            return api.create_response(request, said, status=own or status)

        return answer

    for kind, status, tell in (
        (SaidToPeople, HTTPStatus.BAD_REQUEST, _sentence),
        (PermissionDenied, HTTPStatus.FORBIDDEN, lambda _error: {"what": _("You may not do this here.")}),
        (
            Http404,
            HTTPStatus.NOT_FOUND,
            lambda _error: {"what": _("There is nothing here that you can see.")},
        ),
        (AuthenticationError, HTTPStatus.UNAUTHORIZED, _unknown),
        (ValidationError, HTTPStatus.UNPROCESSABLE_ENTITY, _misfit),
        (ModelError, HTTPStatus.UNPROCESSABLE_ENTITY, lambda error: {"what": " ".join(error.messages)}),
        (HttpError, HTTPStatus.BAD_REQUEST, lambda error: {"what": str(error)}),
    ):
        api.add_exception_handler(kind, say(status, tell))
    return api


@csrf_exempt
def missing(request: HttpRequest, rest: str) -> JsonResponse:
    """Say in the interface's own shape that an address of it is none."""
    said = {"what": _("Nothing is here that you can see."), "where": request.path, "remedy": ""}
    return JsonResponse(said, status=HTTPStatus.NOT_FOUND)


def _sentence(error: SaidToPeople) -> dict[str, Any]:
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _unknown(_error: AuthenticationError) -> dict[str, Any]:
    return {
        "what": _("Nobody is signed in, and no token in force was given."),
        "remedy": _("Make a token on the page of your tokens."),
    }


def _misfit(error: ValidationError) -> dict[str, Any]:
    problems = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": one["msg"]} for one in error.errors
    ]
    said = "; ".join(f"{one['where']}: {one['what']}" for one in problems)
    return {"what": _("What was sent does not fit: %(said)s.") % {"said": said}, "problems": problems}
