"""All models of all words, for Django to find."""

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School, System

__all__ = ["Entry", "Membership", "Moment", "Partnership", "Person", "School", "System"]
