"""Days that trusts, authorities and system leaders have for a system, and which trust each school is in."""
