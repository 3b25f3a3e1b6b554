"""What schools offer each other, and what they ask for."""
