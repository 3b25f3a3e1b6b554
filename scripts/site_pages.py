"""The pages of docs/reference that tell of the site: who may do what, and its interface (called by reference.py)."""

from __future__ import annotations

import os
import tempfile
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


def _site() -> None:
    """Wake the site, with a work folder of no consequence, unless it is awake (under the tests)."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonroom.web.settings")
        os.environ["COMMONROOM_WORK"] = tempfile.mkdtemp()
        django.setup()


def permissions_page() -> str:
    """Every role with every action."""
    _site()
    from django.utils import translation

    from commonroom.web.accounts.roles import HELD_AT, MAY_GIVE, NAMED, TABLE, Action, Role

    with translation.override("en"):
        roles = list(Role)
        head = "| action | " + " | ".join(str(role.label) for role in roles) + " | named |"
        rows = [
            f"| {action.label} (`{action.value}`) | "
            + " | ".join("yes" if action in TABLE[role] else "" for role in roles)
            + f" | {'yes' if action in NAMED else ''} |"
            for action in Action
        ]
        given = [
            f"| {role.label} | {', '.join(HELD_AT[role])} | "
            f"{', '.join(sorted(str(each.label) for each in MAY_GIVE.get(role, ()))) or 'nobody'} |"
            for role in roles
        ]
    return "\n".join(
        [
            "# Who may do what\n\nWritten by `python scripts/reference.py` from `commonroom.web.accounts.roles`.\n",
            "A role is held at a school, at a system, or for the whole site, and allows what stands here at",
            "that place and nowhere else. Public pages need no role. `named` is what a system leader who supports",
            "a partnership may do in its room. A test asks every role for every action, at its place and elsewhere.\n",
            head, "|---|" + "---|" * (len(roles) + 1), *rows,
            "\n## Where a role is held, and to whom it may give one\n",
            "| role | held at | may invite |", "|---|---|---|", *given, "",
        ]
    )  # fmt: skip


def api_page() -> str:
    """Every route of the interface, from its own description."""
    _site()
    from commonroom.web.api.urls import api

    described: dict[str, Any] = api.get_openapi_schema()
    rows = [
        f"| `{method.upper()} {path}` | {_cell(route.get('description') or route.get('summary', ''))} "
        f"| {', '.join(route.get('tags', []))} | {'a person' if route.get('security') else 'nobody'} |"
        for path, routes in sorted(described["paths"].items())
        for method, route in routes.items()
        if method in METHODS
    ]
    return "\n".join(
        [
            "# The interface for programs\n\nWritten by `python scripts/reference.py` from the site itself.\n",
            "The description that programs read (OpenAPI) is at `/api/openapi.json`. Routes that need a person",
            "take that person's token, `Authorization: Bearer TOKEN`, made on the page of one's tokens; what",
            "comes back is what that person may see. What is wrong is said as `what`, `where`, `remedy`.\n",
            "| route | what it does | word | needs |", "|---|---|---|---|", *rows, "",
        ]
    )  # fmt: skip


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
