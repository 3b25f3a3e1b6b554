"""One row per school, year and measure; what was joined, left out and found wrong."""
