"""The one history of changes to the tables of people's work."""
