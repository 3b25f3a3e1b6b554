"""Short names of reasons, with what they mean: of checks and of what holds a step of evidence down.

The narrative says them in both languages; a test holds that no check or step gives another one.
"""

from __future__ import annotations

#: Checks in the order in which they are shown, with the question each asks.
GUARDS: dict[str, str] = {
    "naive": "What does the change from before to after look like, of those that took part alone?",
    "regression_to_mean": "What would have been seen if schools equally low had been given nothing at all?",
    "pretrend": "Did both sides already differ in years before, that they were not matched on?",
    "honest": "How large must a later difference be, which has nothing to do with the work, to undo it?",
    "placebo_date": "Does the same design find an effect at an earlier date, when nothing had happened?",
    "leave_one_out": "Does the answer hang on a single partnership?",
    "attrition": "Have figures of schools been lost, and could that have made the answer?",
    "closures": "Did more schools of one side drop out of the figures for good?",
    "interference": "Does the answer change without comparison schools near enough to have heard of it?",
    "permutation": "How often does chance alone give so large an effect, if the work is dealt to others?",
    "wild": "Does the answer stand when few clusters are resampled?",
    "balance": "Were both sides alike before the start?",
}

#: Reasons that a check gives in `why`: name and meaning. A check may give none.
CHECKS: dict[str, str] = {
    "misleads": "Before-and-after misleads here: more than a tenth of placebo programmes, given to schools "
    "as low as these, seem to work (value: their share).",
    "does_not_mislead": "Placebo programmes given to schools as low as these seldom seem to work.",
    "as_placebo": "The change is within the range of placebo programmes.",
    "more_than_placebo": "The change is above the range of placebo programmes.",
    "less_than_placebo": "The change is below the range of placebo programmes.",
    "plain": "Beside all schools of the pool, alike in context only: how the schools came to be chosen, and "
    "no test of the design, which matches on these very years.",
    "plain_differed": "As plain, and they differed: comparing without the path would mislead.",
    "held_out": "Matched on the last two years alone (or the last), and looked at in a year left out.",
    "held_out_differed": "As held_out, and they differed: schools that looked alike had come another way.",
    "relative": "Later differences up to `value` times the largest seen before, for every year.",
    "smooth": "The difference bends by at most `value` sd a year for every year.",
    "undone_above": "The interval first holds zero at this size (`value`; empty: at no size).",
    "fragile": "A later difference no larger than those seen before would undo it.",
    "nothing_to_undo": "The interval holds zero in any case.",
    "too_few_years": "There are too few years before the start.",
    "dip": "At the earlier date those that took part fell: schools are often chosen after a fall, so this is "
    "no fault of a design that matches on it, and no proof of one either.",
    "already_moving": "The same design finds an effect of the same sign before anything had happened.",
    "one_carries_sign": "Without one single cluster the effect changes its sign.",
    "one_carries_interval": "Without one single cluster the interval holds zero.",
    "one_hides": "Without one single cluster the interval misses zero.",
    "one_cluster": "There is one cluster, so none can be left out.",
    "few_lost": "Fewer schools are lost than would count.",
    "bounds_hold": "More schools are lost than is usual, and the bound says the same as the answer.",
    "lost_could_undo": "Enough schools are lost that they could have made the answer.",
    "lee": "Bound of Lee (2009): those lost from the side that lost more would have been its best or worst.",
    "worst": "Those lost would have changed as the lowest or highest twentieth of comparison schools.",
    "closures_differ": "Both sides lost different shares of schools, more than chance would do.",
    "changes_outside": "Without schools that are near, the answer is another one.",
    "no_place": "It is not known where the schools are.",
    "too_few_outside": "Too few comparison schools are farther away.",
    "nobody_near": "No comparison school is so near: the answer stays as it is.",
    "chance_disagrees": "The interval misses zero, but this test does not.",
    "chance_agrees_not": "The interval holds zero, but this test rejects it.",
    "too_few_clusters": "So few clusters cannot be resampled.",
    "unbalanced": "Both sides differed before the start by more than is asked, and this was adjusted for.",
    "far_apart": "Both sides differed before the start by more than adjusting can mend.",
    "no_comparison": "The design finds no comparison schools here.",
    "no_answer": "The check could not be reckoned with these figures.",
}

#: What holds a step of evidence down: name and meaning (impact.strength).
STEPS: dict[str, str] = {
    "no_comparison": "There is no effect with an interval, since no comparison was possible.",
    "wide": "The interval holds both nothing and an effect that matters.",
    "one_school": "Fewer than 5 schools that took part count.",
    "few_schools": "Fewer schools that took part count than the next step asks for.",
    "few_clusters": "Fewer partnerships count than the next step asks for.",
    "few_comparison": "Fewer comparison schools count than the next step asks for.",
    "many_left_out": "Too many of the schools that took part do not count.",
    "unplanned": "No plan was dated before the outcomes were published.",
    "deviates": "What was done is not what was planned.",
    "underpowered": "The design could hardly have seen an effect of this size, so that one that is seen is "
    "probably too large.",
    "several_questions": "Several questions were asked, and for so many the p value is not small enough.",
    "unbalanced": "Both sides were not alike before the start.",
    "differed_before": "Both sides differed in years that they were not matched on.",
    "placebo_date": "The same design finds an effect before anything had happened, or cannot be tried there.",
    "no_earlier_years": "There are too few earlier years to try the design where nothing had happened.",
    "one_carries": "The answer hangs on a single partnership, or this cannot be tried.",
    "lost": "Schools lost from the figures could have made the answer.",
    "near": "The answer changes without schools that are near, or this cannot be tried.",
    "chance": "A test by dealing the work to others does not say the same.",
    "fragile": "A later difference as large as those seen before would undo it.",
}
