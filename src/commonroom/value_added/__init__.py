"""What a school adds, and how sure we are: from school-years, foreseen and tested."""

from commonroom.value_added.estimates import Estimate, estimate
from commonroom.value_added.forecasts import forecast
from commonroom.value_added.left_out import left_out_year

__all__ = ["Estimate", "estimate", "forecast", "left_out_year"]
