"""Events from a file: every row is looked at, and shown, before anything is saved."""
