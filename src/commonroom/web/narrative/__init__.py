"""The story of the system, the pages of methods, and what a person sees first."""
