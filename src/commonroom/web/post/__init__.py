"""Mail to people, and the weekly digest."""
