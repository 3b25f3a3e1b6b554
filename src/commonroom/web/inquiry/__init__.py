"""The room of a partnership: cycles of plan, do, study, act, and all that is noted around them."""
