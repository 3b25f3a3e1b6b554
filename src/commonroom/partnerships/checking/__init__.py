"""Does a plan keep to every rule? Counted anew from the plan itself, by none of the code that made it."""

from commonroom.partnerships.checking.choice import check
from commonroom.partnerships.checking.faults import BrokenError
from commonroom.partnerships.checking.plan import Given, check_plan

__all__ = ["BrokenError", "Given", "check", "check_plan"]
