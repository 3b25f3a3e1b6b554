"""The same for programs: every word by HTTP and JSON, with the same permissions."""
