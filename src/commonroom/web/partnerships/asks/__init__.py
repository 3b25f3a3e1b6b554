"""One school asks another for help: the question, the answer, and what they write to each other."""
