"""All models of all words, for Django to find."""

from commonroom.web.accounts.models import Invitation, Kept, Membership, Person, Token
from commonroom.web.audit.models import Entry
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.events.models import EventFile
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
from commonroom.web.jobs.models import Done, Job, Turn, Worker
from commonroom.web.narrative.feeds.models import CalendarAddress, Digest
from commonroom.web.partnerships.models import (
    Agreement,
    Ask,
    Capacity,
    Message,
    Moment,
    Offer,
    Partnership,
    Proposal,
    Reply,
    Run,
)
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

__all__ = [
    "ActionPoint",
    "Agreement",
    "Ask",
    "Attachment",
    "CalendarAddress",
    "Capacity",
    "Cycle",
    "Decision",
    "Digest",
    "Done",
    "Entry",
    "EventFile",
    "ImpactPlan",
    "Invitation",
    "Job",
    "Kept",
    "Lesson",
    "Letter",
    "Membership",
    "Message",
    "Moment",
    "Move",
    "Note",
    "Offer",
    "Partnership",
    "Person",
    "Proposal",
    "Reply",
    "Review",
    "Run",
    "School",
    "System",
    "Token",
    "Turn",
    "Visit",
    "Worker",
]
