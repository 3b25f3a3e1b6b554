"""What each school adds, from sums of its pupils: a linear mixed model, exact, without any pupil."""
