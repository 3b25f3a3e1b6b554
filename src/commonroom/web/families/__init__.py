"""Schools alike, and who of them does better at what."""
