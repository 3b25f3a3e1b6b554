"""Schools and systems of schools, as people look them up."""
