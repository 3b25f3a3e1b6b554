"""What the site tells a person by itself: their week, their calendar, a letter, and all their school owns."""
