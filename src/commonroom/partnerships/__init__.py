"""Partnerships: who could help whom with what, fairly, provably well, and only if they want to."""
