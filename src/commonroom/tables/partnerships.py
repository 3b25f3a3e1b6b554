"""Partnerships: what schools need and are strong in, who could help whom, and what people say of it."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

_PHASE = Column("phase", pl.String, "primary or secondary")
_THEME = Column("theme", pl.String, "What schools can help each other with (definitions/themes)")
_NEED = (Column("receiver", pl.String, "Identity of the school that is helped"), _PHASE, _THEME)
_SD = "sd of schools"
_TRAVEL = (
    Column("km", pl.Float64, "Distance in a straight line; empty when a place is not known", "km"),
    Column("minutes", pl.Float64, "Travel one way", "minutes"),
    Column(
        "travel", pl.String, "Where the minutes are from: distance, matrix, or authority (no place known)"
    ),
)
_GAIN = (
    Column("gain", pl.Float64, "Expected gain of the receiver in a year", _SD),
    Column("gain_low", pl.Float64, "Lower end of its 95 % range", _SD),
    Column("gain_high", pl.Float64, "Upper end", _SD),
    Column("gap", pl.Float64, "Expected gap to close: how far the receiver is below schools alike", _SD),
    Column("gap_low", pl.Float64, "Lower end of its 95 % range", _SD),
    Column("gap_high", pl.Float64, "Upper end", _SD),
    Column("probability", pl.Float64, "That the provider's strength is real", "", (0, 1)),
    Column("distance", pl.Float64, "Family distance of the two; 1 is the caliper; empty when not known"),
    Column("likeness", pl.Float64, "What is left of the gain for their unlikeness", "share", (0, 1)),
    Column("nearness", pl.Float64, "What is left of the gain for the travel", "share", (0, 1)),
)

STANDING = Table(
    "standing",
    "One row per school, phase and theme: a strength, a need, or neither, and who says so.",
    ("school", "phase", "theme"),
    (
        Column("school", pl.String, "Identity of the school"),
        _PHASE,
        _THEME,
        Column("measure", pl.String, "The measure it rests on; empty when only said"),
        Column("effect", pl.Float64, "Posterior mean of the difference; better is positive", _SD),
        Column("sd", pl.Float64, "Posterior standard deviation of it", _SD),
        Column("probability", pl.Float64, "That the school does better than schools alike", "", (0, 1)),
        Column("agreement", pl.Float64, "Share of the universes with the same sign", "share", (0, 1)),
        Column("evidence", pl.String, "What the figures say: strength, need, or empty"),
        Column("said", pl.String, "What the school says: offer, request, no offer, no need, or empty"),
        Column("kind", pl.String, "What the plan takes it for: strength, need, or empty"),
        Column("why", pl.String, "evidence, said, or keys (Keys to Success), of `kind`"),
        Column("keys", pl.Boolean, "Whether the school is a Keys to Success school in this phase"),
        Column("cohort", pl.Float64, "Fewest pupils in a year that was used", "pupils"),
        Column("spread", pl.Float64, "One sd of schools in the unit of the measure", "unit of the measure"),
        Column("source", pl.String, "Publications the figures are from"),
    ),
)

KEYS = Table(
    "keys_to_success",
    "One row per school in the hardest circumstances: why the rule selects it.",
    ("school", "phase"),
    (
        Column("school", pl.String, "Identity of the school"),
        _PHASE,
        Column("probability", pl.Float64, "That its level is below the rule's line", "", (0, 1)),
        Column(
            "disadvantage", pl.Float64, "Its percentile of disadvantage in the phase", "percentile", (0, 100)
        ),
        Column("cohort", pl.Float64, "Pupils of the latest figure", "pupils"),
    ),
)

EDGES = Table(
    "candidates",
    "One row per need and school that could help: what is expected of it.",
    ("receiver", "phase", "theme", "provider"),
    (
        *_NEED,
        Column("provider", pl.String, "Identity of the school that would help"),
        *_TRAVEL,
        *(c for c in _GAIN if not c.name.endswith(("_low", "_high"))),
        Column("known", pl.Boolean, "Whether the two have worked together before"),
    ),
)

REACH = Table(
    "reach",
    "One row per need: how many schools could help, and the nearest that cannot.",
    ("receiver", "phase", "theme"),
    (
        *_NEED,
        Column("strong", pl.Int32, "Schools strong in the theme and phase", "schools"),
        Column("in_reach", pl.Int32, "Of them, within the travel allowed", "schools"),
        Column("rivals", pl.Int32, "Of these, left out as rivals", "schools"),
        Column("barred", pl.Int32, "Of these, not to be proposed (declined, or later)", "schools"),
        Column("kept", pl.Int32, "Candidates: the best of the rest", "schools"),
        Column(
            "outside_provider",
            pl.String,
            "The nearest strong school beyond the travel allowed; empty where no more candidates are wanted",
        ),
        Column("outside_minutes", pl.Float64, "Travel to it one way", "minutes"),
        Column("rival_provider", pl.String, "Who would bring most of the rivals left out"),
        Column("barred_provider", pl.String, "Who would bring most of those not to be proposed"),
    ),
)

PROPOSALS = Table(
    "proposals",
    "One row per partnership of the plan.",
    ("receiver", "phase", "theme"),
    (
        *_NEED,
        Column("provider", pl.String, "Identity of the school that helps"),
        Column("state", pl.String, "new, kept (as in the last plan), accepted, running or paused"),
        Column("why", pl.String, "evidence, said or keys: where the need is from"),
        Column("strength", pl.String, "evidence or said: where the strength is from"),
        Column("keys", pl.Boolean, "Whether the receiver is a Keys to Success school"),
        *_TRAVEL,
        *_GAIN,
        Column("measure", pl.String, "The measure that gap and gain are of"),
        Column("spread", pl.Float64, "One sd of schools in the unit of the measure"),
        Column("days", pl.Float64, "Days the provider gives", "days"),
        Column("swap", pl.String, "Theme in which the receiver helps the provider in turn; empty when none"),
        Column("third", pl.String, "The other receiver of a group of three; empty when none"),
        Column("stays", pl.Float64, "Share of redrawn plans in which the pair stays", "share", (0, 1)),
        Column("cohort", pl.Float64, "Fewest pupils in a year of the receiver's figure", "pupils"),
        Column("provider_cohort", pl.Float64, "The same of the provider", "pupils"),
        Column("source", pl.String, "Publications the figures are from"),
    ),
)

ALTERNATIVES = Table(
    "alternatives",
    "One row per partnership and one of its two best alternatives.",
    ("receiver", "phase", "theme", "place"),
    (
        *_NEED,
        Column("place", pl.Int32, "1 or 2"),
        Column("provider", pl.String, "Identity of the school that could help instead"),
        Column("costs", pl.Float64, "What the whole plan would lose by it, at least", _SD),
        Column("full", pl.Boolean, "Whether its days are all given"),
        *_TRAVEL,
        *_GAIN,
        Column("cohort", pl.Float64, "Fewest pupils in a year of the receiver's figure", "pupils"),
    ),
)

UNMATCHED = Table(
    "unmatched",
    "One row per need that the plan leaves alone, with the binding reason and what would change it.",
    ("receiver", "phase", "theme"),
    (
        *_NEED,
        Column("keys", pl.Boolean, "Whether the school is a Keys to Success school"),
        Column(
            "reason",
            pl.String,
            "nobody (no school is strong in it), far, rivals, declined, later, full (days of a provider), "
            "theme (its receivers at once in one theme), receiver (its own themes at once), measure (it is "
            "helped in another theme that rests on the same one), leader, cap, "
            "dear (a change would cost more than it brings), or open (nothing binds: the way of choosing)",
        ),
        Column("limit", pl.String, "Name of the cap that binds (as in limits); empty when none does"),
        Column("binding", pl.String, "Whose it is (as in limits), or the school that binds"),
        Column("also", pl.String, "What else would have to change at once; empty when nothing"),
        Column("candidates", pl.Int32, "Schools that could help but for what binds", "schools"),
        Column("provider", pl.String, "The school that would help if that changed"),
        Column("more_minutes", pl.Float64, "Travel beyond the limit to it, one way", "minutes"),
        Column("more_days", pl.Float64, "Days more that would bring this school help", "days"),
        Column("worth", pl.Float64, "What the whole plan would gain by that", _SD),
        Column("gap", pl.Float64, "Expected gap to close", _SD),
        Column("cohort", pl.Float64, "Fewest pupils in a year of the figure", "pupils"),
    ),
)

PROVIDERS = Table(
    "providers",
    "One row per school that could give: what it has, gives and receives.",
    ("provider",),
    (
        Column("provider", pl.String, "Identity of the school"),
        Column("trust", pl.String, "Its trust, where known"),
        Column("days", pl.Float64, "Days it can give in a year", "days"),
        Column("days_from", pl.String, "rule or stated"),
        Column("given", pl.Float64, "Days the plan asks of it", "days"),
        Column("gives", pl.Int32, "Partnerships in which it gives", "partnerships"),
        Column("receives", pl.Int32, "Partnerships in which it receives", "partnerships"),
        Column("price", pl.Float64, "What one more partnership of it would be worth to the plan", _SD),
    ),
)

LIMITS = Table(
    "limits",
    "One row per cap that is reached, and each stated one: how full it is and what one more would be worth.",
    ("limit", "of"),
    (
        Column("limit", pl.String, "Name of the cap (definitions/partnerships)"),
        Column("of", pl.String, "Whose it is"),
        Column("cap", pl.Int64, "Partnerships allowed", "partnerships"),
        Column("used", pl.Int64, "Partnerships in the plan", "partnerships"),
        Column("price", pl.Float64, "What one more would be worth to the plan", _SD),
    ),
)

EQUITY = Table(
    "equity",
    "One row per group of needs: who gets help.",
    ("phase", "by", "group"),
    (
        _PHASE,
        Column("by", pl.String, "need or disadvantage (quarters), keys, or all"),
        Column("group", pl.String, "1 (least) to 4 (most), not known; yes and no; or all"),
        Column("needs", pl.Int32, "Needs", "needs"),
        Column("helped", pl.Int32, "Needs with a partner in the plan", "needs"),
        Column("gain", pl.Float64, "Mean expected gain of those helped", _SD),
        Column("minutes", pl.Float64, "Mean travel of those helped, one way", "minutes"),
    ),
)

PLAN = Table(
    "plan",
    "One row: what the plan is worth, how near the best it is proved to be, and how it compares.",
    ("way",),
    (
        Column("way", pl.String, "best, greedy or stable"),
        Column("needs", pl.Int32, "Needs", "needs"),
        Column("helped", pl.Int32, "Needs with a partner", "needs"),
        Column("schools", pl.Int32, "Schools with a need", "schools"),
        Column("schools_helped", pl.Int32, "Of them, with a partner in some need", "schools"),
        Column("candidates", pl.Int32, "Pairs that were weighed", "pairs"),
        Column("keys", pl.Int32, "Needs of Keys to Success schools", "needs"),
        Column("keys_helped", pl.Int32, "Of them, with a partner", "needs"),
        Column("keys_schools", pl.Int32, "Keys to Success schools", "schools"),
        Column("keys_schools_helped", pl.Int32, "Of them, with a partner in some need", "schools"),
        Column("gain", pl.Float64, "Sum of expected gains", _SD),
        Column("gain_low", pl.Float64, "Lower end of its 95 % range", _SD),
        Column("gain_high", pl.Float64, "Upper end", _SD),
        Column(
            "loss", pl.Float64, "What the plan minimises: gain forgone, and the price of leaving alone", _SD
        ),
        Column("bound", pl.Float64, "No plan under the same rules can lose less", _SD),
        Column("shortfall", pl.Float64, "(loss - bound) / bound: how far from the best at most", "share"),
        Column("swaps", pl.Int32, "Pairs of schools that help each other", "pairs"),
        Column("gini", pl.Float64, "Concentration of days given, among schools that could give", "", (0, 1)),
        Column("blocking", pl.Int32, "Pairs that would both rather work with each other", "pairs"),
        Column("redraws", pl.Int32, "Times the gains were redrawn", "times"),
        Column(
            "regret",
            pl.Float64,
            "Mean loss beyond the best plan of each redraw, of that plan's loss",
            "share",
        ),
        Column("regret_high", pl.Float64, "95th percentile of it", "share"),
    ),
)

CHANGES = Table(
    "changes",
    "One row per need whose partner differs from the last plan, and why.",
    ("receiver", "phase", "theme"),
    (
        *_NEED,
        Column("before", pl.String, "Provider in the last plan; empty when none"),
        Column("now", pl.String, "Provider now; empty when none"),
        Column(
            "why", pl.String, "declined, later, no need, no strength, need, again (something else changed)"
        ),
    ),
)

# What people say, as files of theirs.

STATEMENTS = Table(
    "statements",
    "One row per school and theme: what the school says of itself.",
    ("school", "phase", "theme"),
    (
        Column("school", pl.String, "Identity of the school"),
        _PHASE,
        _THEME,
        Column("says", pl.String, "offer, request, no offer or no need"),
        Column("days", pl.Float64, "Days it offers in a year; empty when not said", "days", (0, 366)),
        Column("date", pl.Date, "When it said so"),
    ),
)

CAPACITIES = Table(
    "capacities",
    "One row per school, trust, authority or system leader (and authority of a leader): days it can give.",
    (),
    (
        Column("kind", pl.String, "school, trust, authority or leader"),
        Column("name", pl.String, "Identity of the school, or name of the trust, authority or leader"),
        Column("days", pl.Float64, "Days in a year", "days", (0, 366 * 100)),
        Column("authority", pl.String, "Of a leader: whose Keys to Success schools; empty for all not named"),
    ),
)

TRUSTS = Table(
    "trusts",
    "One row per school: the trust it belongs to.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("trust", pl.String, "Name of the trust"),
    ),
)

TIES = Table(
    "ties",
    "One row per pair of schools that work, or worked, together.",
    ("provider", "receiver", "phase", "theme"),
    (
        Column("provider", pl.String, "Identity of the school that helps"),
        Column("receiver", pl.String, "Identity of the school that is helped"),
        _PHASE,
        _THEME,
        Column("state", pl.String, "running or ended"),
        Column("date", pl.Date, "Since when; of one that ended, its last day; empty when not said"),
    ),
)

MINUTES = Table(
    "minutes",
    "One row per pair of schools: travel between them.",
    ("from", "to"),
    (
        Column("from", pl.String, "Identity of one school"),
        Column("to", pl.String, "Identity of the other; both ways unless the other row is there too"),
        Column("minutes", pl.Float64, "Travel one way", "minutes", (0, 1440)),
    ),
)

DECISIONS = Table(
    "decisions",
    "One row per decision, in the order they were recorded; the latest word of each side counts.",
    (),
    (
        Column("provider", pl.String, "Identity of the school that would help"),
        Column("receiver", pl.String, "Identity of the school that would be helped"),
        _PHASE,
        _THEME,
        Column("decision", pl.String, "accept, decline, pause or later"),
        Column("by", pl.String, "Who decided: receiver, provider or both"),
        Column("reason", pl.String, "Why, in the school's words; needed to decline"),
        Column("date", pl.Date, "When"),
        Column("until", pl.Date, "Of pause and later: until when; needed for later"),
    ),
)
