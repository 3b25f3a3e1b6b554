"""The brokering board of a system: runs, proposals, and what schools answered."""
