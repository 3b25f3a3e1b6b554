"""Who may do what: the roles of the field, what each allows, and where."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is to a school or a system."""

    TEACHER = "teacher", _("Teacher")
    HEADTEACHER = "headteacher", _("Headteacher")
    GOVERNOR = "governor", _("Governor")
    SYSTEM_LEADER = "system_leader", _("System leader")
    ALLIANCE_LEAD = "alliance_lead", _("Alliance lead")
    AUTHORITY_OFFICER = "authority_officer", _("Authority officer")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


class Action(TextChoices):
    """What somebody may be allowed to do; the word before the dot is what it is done to."""

    MARKET_SEE = "market.see", _("See offers and requests of other schools")
    OFFER_WRITE = "offer.write", _("Write the school's offers and requests")
    ASK_SEE = "ask.see", _("Read what the school asked and was asked")
    ASK_WRITE = "ask.write", _("Ask another school for help, in the school's name")
    ASK_ANSWER = "ask.answer", _("Answer in the school's name")
    BOARD_SEE = "board.see", _("See the brokering board of a system")
    BOARD_WORK = "board.work", _("Run a proposal for a system, and send it to schools")
    PROPOSAL_ANSWER = "proposal.answer", _("Say the school's yes or no to a proposal")
    PARTNERSHIP_SUMMARY = "partnership.summary", _("See that a partnership is there: aim, days, state")
    PARTNERSHIP_SEE = "partnership.see", _("Enter the room of a partnership")
    PARTNERSHIP_WORK = "partnership.work", _("Write in the room of a partnership")
    PARTNERSHIP_LEAD = "partnership.lead", _("Agree aim, days and plan of a partnership; review and close it")
    NOTES_SEE = "notes.see", _("Read the school's own notes")
    NOTES_WRITE = "notes.write", _("Write the school's own notes")
    EXPORT = "work.export", _("Take away everything the school owns, as files")
    IMPORT = "work.import", _("Bring in events from a file")
    PEOPLE_SEE = "people.see", _("See who belongs to a school or system")
    PEOPLE_INVITE = "people.invite", _("Invite people to a school or system, and end memberships")
    AUDIT_SEE = "audit.see", _("See who changed what")
    SITE_RUN = "site.run", _("Look after the site: jobs, systems, health")


A, R = Action, Role

_SCHOOL = frozenset({A.MARKET_SEE, A.ASK_SEE, A.PARTNERSHIP_SUMMARY, A.PARTNERSHIP_SEE, A.NOTES_SEE})
_SYSTEM = frozenset({A.MARKET_SEE, A.BOARD_SEE, A.PARTNERSHIP_SUMMARY})

#: What each role allows at the school or system of the membership, and nowhere else. A role at a system
#: never opens a school's own notes, its conversations or its partnership's room. Head's words are a head's.
TABLE: dict[Role, frozenset[Action]] = {
    R.TEACHER: _SCHOOL | {A.PARTNERSHIP_WORK, A.NOTES_WRITE},
    R.HEADTEACHER: _SCHOOL
    | {A.PARTNERSHIP_WORK, A.NOTES_WRITE, A.OFFER_WRITE, A.ASK_WRITE, A.ASK_ANSWER, A.PROPOSAL_ANSWER}
    | {A.PARTNERSHIP_LEAD, A.EXPORT, A.IMPORT, A.PEOPLE_SEE, A.PEOPLE_INVITE, A.AUDIT_SEE},
    R.GOVERNOR: _SCHOOL | {A.EXPORT, A.PEOPLE_SEE},
    R.SYSTEM_LEADER: _SYSTEM,
    R.ALLIANCE_LEAD: _SYSTEM | {A.BOARD_WORK, A.PEOPLE_SEE, A.PEOPLE_INVITE},
    R.AUTHORITY_OFFICER: _SYSTEM | {A.BOARD_WORK, A.PEOPLE_SEE, A.PEOPLE_INVITE},
    R.ANALYST: frozenset({A.MARKET_SEE, A.BOARD_SEE}),
    R.ADMINISTRATOR: frozenset({A.PEOPLE_SEE, A.PEOPLE_INVITE, A.AUDIT_SEE, A.SITE_RUN}),
}

#: What a person named on a partnership (a system leader who supports it) may do there, with any role.
NAMED = frozenset({A.PARTNERSHIP_SUMMARY, A.PARTNERSHIP_SEE, A.PARTNERSHIP_WORK})

#: At what a role is held: a school, a system, or the whole site.
HELD_AT: dict[Role, tuple[str, ...]] = {
    R.TEACHER: ("school",),
    R.HEADTEACHER: ("school",),
    R.GOVERNOR: ("school",),
    R.SYSTEM_LEADER: ("system",),
    R.ALLIANCE_LEAD: ("system",),
    R.AUTHORITY_OFFICER: ("system",),
    R.ANALYST: ("system",),
    R.ADMINISTRATOR: ("site",),
}

#: Who may give which role: a head brings colleagues; those of a system bring heads and each other.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    R.HEADTEACHER: frozenset({R.TEACHER, R.GOVERNOR}),
    R.ALLIANCE_LEAD: frozenset({R.HEADTEACHER, R.SYSTEM_LEADER, R.ANALYST}),
    R.AUTHORITY_OFFICER: frozenset({R.HEADTEACHER, R.SYSTEM_LEADER, R.ANALYST}),
    R.ADMINISTRATOR: frozenset(Role),
}

#: Who speaks or decides for a school, a system or the site: they sign in with a second factor or a passkey.
ACTING = frozenset(Role) - {R.TEACHER, R.GOVERNOR}


def table() -> list[tuple[Action, dict[Role, bool]]]:
    """Return the table of what each role allows: a row for each action, whether each role may."""
    return [(action, {role: action in TABLE[role] for role in Role}) for action in Action]
