"""Files that people send: checked, kept outside the web root, given out by permission."""
