"""All models of all words, for Django to find."""

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.models import (
    ActionPoint,
    Attachment,
    Cycle,
    Decision,
    Lesson,
    Move,
    Note,
    Review,
    Visit,
)
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School, System

__all__ = [
    "ActionPoint",
    "Attachment",
    "Cycle",
    "Decision",
    "Entry",
    "ImpactPlan",
    "Lesson",
    "Membership",
    "Moment",
    "Move",
    "Note",
    "Partnership",
    "Person",
    "Review",
    "School",
    "System",
    "Visit",
]
