"""What an evaluation cannot tell: a list that its own facts choose."""

from __future__ import annotations

from markupsafe import Markup

from commonroom.narrative import page
from commonroom.narrative.impact import answer
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import Row, Voice


def tell(shown: Shown, voice: Voice) -> tuple[Markup, ...]:
    """Return what cannot be told, what matters most first."""
    rows = [row for row in answer.rows(shown) if answer.known(row)]
    if not rows:
        return ()
    first = rows[0]
    said = [
        "" if voice.told.randomised else voice["limits.lot"],
        _measured(shown, voice),
        "" if first["design"] in answer.OF_ONE else _few(first, voice),
        voice.say("limits.schools", n=first["schools"]),
        _left_out(first, voice),
        _gaps(shown, voice),
        _small(first, voice),
        voice["limits.neighbours"],
        voice.say("limits.later", last=str(first["last_year"])),
        voice.say("limits.measure", measure=voice.measure),
    ]
    return page.texts(said)


def _measured(shown: Shown, voice: Voice) -> str:
    """Say what schools were compared by: the variables of the table of balance."""
    names = shown.balance.frame["variable"].unique(maintain_order=True).to_list()
    context = [variable(name, voice) for name in names if not name.startswith("path_")]
    if not context:
        return voice["limits.measured_short"]
    return voice.say("limits.measured", context=voice.words.listed(context))


def variable(name: str, voice: Voice) -> str:
    """Return a variable of context, or an earlier result, in words."""
    if name.startswith("path_"):
        return voice.say("balance.path", n=int(name.removeprefix("path_")))
    return voice.maybe(f"variable.{name}", name)


def _few(row: Row, voice: Voice) -> str:
    definition = voice.told.definition
    if row["clusters"] is None or row["clusters"] >= definition.inference.few:
        return ""
    count = voice.say(f"cluster.{definition.estimator.cluster}", n=row["clusters"])
    return voice.say("limits.clusters", n=count)


def _left_out(row: Row, voice: Voice) -> str:
    lost = (row["asked"] or 0) - (row["schools"] or 0)
    return voice.say("limits.left_out", n=lost) if lost > 0 else ""


def _gaps(shown: Shown, voice: Voice) -> str:
    years = sorted({*shown.paths.frame["year"], *shown.synthetic.frame["year"]})
    missing = sorted(set(range(years[0], years[-1])) - set(years)) if years else []
    if not missing:
        return ""
    return voice.say("limits.gaps", years=voice.words.listed([str(year) for year in missing]))


def _small(row: Row, voice: Voice) -> str:
    """Say which effect could have been missed, where that is one that would matter."""
    detectable, smallest = row["detectable"], row["smallest"]
    if detectable is None or (smallest is not None and detectable <= smallest):
        return ""
    return voice.say("limits.small", detectable=voice.size(detectable))
