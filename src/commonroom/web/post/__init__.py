"""Letters to people: written at once, sent in the background."""
