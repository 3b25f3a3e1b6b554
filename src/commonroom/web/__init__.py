"""The site: one Django application, split by the words of the field."""
