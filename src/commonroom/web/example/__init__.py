"""A small made-up set of people, offers and partnerships, to show how the site works."""
