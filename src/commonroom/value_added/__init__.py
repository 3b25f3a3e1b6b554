"""What a school adds, and how sure we are: from school-years, foreseen and tested."""

from commonroom.value_added.estimates import Estimate, estimate

__all__ = ["Estimate", "estimate"]
