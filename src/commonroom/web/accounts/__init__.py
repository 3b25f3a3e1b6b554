"""People, what they are where, and what that allows them."""
