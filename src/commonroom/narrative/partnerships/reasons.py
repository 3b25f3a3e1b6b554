"""Three plain sentences for each proposal: what, why this one, and what each side gains."""

from __future__ import annotations

from collections.abc import Sequence

from commonroom.disclosure import PUPILS
from commonroom.narrative.partnerships.voice import Row, Voice

#: Family distances, in calipers, up to which two schools are said to be alike, similar or rather different.
ALIKE = ((0.5, "near"), (1.0, "fair"), (1.5, "stretched"))
#: What a plan may lose without anybody noticing, in sd.
LITTLE = 0.005


def tell(row: Row, others: Sequence[Row], voice: Voice) -> tuple[str, str, str]:
    """Return what would happen, why with this school, and what each side gains, a sentence each.

    Arguments: a `row` of the proposals as shown, and its best alternatives (`others`), the best first.
    """
    return what(row, voice), why(row, others, voice), gains(row, voice)


def what(row: Row, voice: Voice) -> str:
    """Return who would help whom with what, and for how many days."""
    receiver = voice.full(row["receiver"])
    receiver += voice["first"] if row["keys"] else ""
    return voice.say(
        f"what.{row['state']}",
        theme=voice.theme(row["theme"]),
        provider=voice.full(row["provider"]),
        receiver=receiver if not row["third"] else together(row, voice),
        days=voice.days(row["days"]),
    )


def together(row: Row, voice: Voice) -> str:
    """Return both receivers of a group of three."""
    return voice.say("both", first=voice.full(row["receiver"]), second=voice.full(row["third"]))


def why(row: Row, others: Sequence[Row], voice: Voice) -> str:
    """Return how sure the strength is, how alike and how far the schools are, and who else could help."""
    said = [_other(other, voice) for other in others]
    either = voice.say("why.or", first=said[0], second=said[1]) if len(said) > 1 else "".join(said)
    return voice.say(
        "why.all",
        sure=sure(row, voice),
        alike=voice[f"why.{alike(row['distance'])}"],
        travel=travel(row, voice),
        next=voice.say("why.next", others=either) if said else voice["why.no_other"],
    )


def sure(row: Row, voice: Voice) -> str:
    """Return how sure it is that the strength is real, or why that is not said."""
    provider, probability = voice.school(row["provider"]), row["probability"]
    if row["hidden_probability"]:
        return voice.say("why.withheld", provider=provider, limit=PUPILS)
    if probability is None:
        return voice.say("why.unknown", provider=provider)
    said = {"provider": provider, "probability": voice.words.percent(probability)}
    measure = voice.known(row["measure"])
    if row["strength"] == "said":
        return voice.say("why.said", **said)
    if measure is None:
        return voice.say("why.figures", **said)
    verb = "progress" if measure.kind == "progress" else "better"
    return voice.say(f"why.{verb}", measure=voice.measure(measure.name), **said)


def alike(distance: float | None) -> str:
    """Return the word for how alike two schools are, by their family distance in calipers."""
    if distance is None:
        return "not_known"
    return next((word for most, word in ALIKE if distance <= most), "unlike")


def travel(row: Row, voice: Voice) -> str:
    """Return how far it is, in kilometres and minutes, and where the minutes are from."""
    said = {"minutes": voice.words.number(row["minutes"], 0)}
    if row["travel"] == "authority":
        return voice.say("why.authority", **said)
    if row["km"] is None:
        return voice.say("why.matrix_alone", **said)
    kind = "matrix" if row["travel"] == "matrix" else "distance"
    return voice.say(f"why.{kind}", km=voice.words.number(row["km"], 0 if row["km"] >= 10 else 1), **said)


def gains(row: Row, voice: Voice) -> str:
    """Return what the receiver may expect to gain, with its range, and what the provider has of it."""
    return voice.say("gains.all", gain=_gain(row, voice), turn=_turn(row, voice))


def _gain(row: Row, voice: Voice) -> str:
    receiver = voice.school(row["receiver"])
    if row["hidden_gain"]:
        return voice.say("gains.withheld", receiver=receiver, limit=PUPILS)
    if row["gain"] is None:
        return voice.say("gains.said", receiver=receiver)
    sds = {
        "sd": voice.sd(row["gain"]),
        "sd_low": voice.sd(row["gain_low"]),
        "sd_high": voice.sd(row["gain_high"]),
    }
    gain, gap = (voice.ranges(row, figure, spread=row["spread"]) for figure in ("gain", "gap"))
    measure = voice.known(row["measure"])
    if gain is None or gap is None or measure is None:
        return voice.say("gains.sd", receiver=receiver, **sds)
    return voice.say(
        f"gains.{measure.direction}",
        receiver=receiver, measure=voice.measure(measure.name), **gain, **sds,
        gap=gap["value"], gap_low=gap["low"], gap_high=gap["high"],
    )  # fmt: skip


def _turn(row: Row, voice: Voice) -> str:
    names = {"provider": voice.school(row["provider"]), "receiver": voice.school(row["receiver"])}
    if row["swap"]:
        return voice.say("gains.swap", swap=voice.theme(row["swap"]), **names)
    if row["third"]:
        return voice.say("gains.third", third=voice.school(row["third"]), **names)
    return voice.say("gains.none", **names)


def _other(row: Row, voice: Voice) -> str:
    school = voice.full(row["provider"])
    if row["hidden_costs"]:
        return voice.say("why.costs_withheld", school=school)
    if row["costs"] is None:
        return voice.say("why.costs_unknown", school=school)
    full = "_full" if row["full"] else ""
    if row["costs"] < LITTLE:
        return voice.say(f"why.costs_little{full}", school=school)
    return voice.say(f"why.costs{full}", school=school, costs=voice.sd(row["costs"]))
