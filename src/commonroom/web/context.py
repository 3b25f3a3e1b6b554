"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

import commonroom
from commonroom.web import evidence


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the version of the program and of the evidence in force, for the foot of every page."""
    return {"program_version": commonroom.__version__, "evidence_version": evidence.version()}
