"""One sentence for each need without a partner, and for each need whose partner changed."""

from __future__ import annotations

from commonroom.narrative.partnerships.voice import Row, Voice

#: What would have to change where a reason binds; "days" and "minutes" count how much.
CHANGES = {
    "far": "minutes", "full": "days", "rivals": "rivals", "declined": "declined", "later": "later",
    "theme": "theme", "receiver": "receiver", "measure": "receiver",
    "cap": "cap", "leader": "leader", "open": "open",
}  # fmt: skip


def tell(row: Row, voice: Voice) -> str:
    """Return why a need has no partner and what would have to change, as one sentence.

    Argument: a `row` of the needs without a partner, as shown.
    """
    change = _change(row, voice)
    said = {
        "school": voice.full(row["receiver"]), "theme": voice.thing(row["theme"], row["phase"]),
        "reason": _reason(row, voice),
    }  # fmt: skip
    if not change:
        return voice.say("alone.all", **said)
    if row["also"]:
        change = voice.say("alone.also", change=change, also=voice.also(row["also"]))
    if row["worth"] is not None and row["worth"] > 0:
        change = voice.say("alone.worth", change=change, worth=voice.sd(row["worth"]))
    return voice.say("alone.change", change=change, **said)


def _reason(row: Row, voice: Voice) -> str:
    reason, whose = row["reason"], voice.whose(row["binding"])
    if reason == "receiver":
        return voice.say("alone.reason.receiver", most=voice.told.definition.themes_at_once)
    if reason == "cap":
        kind = "cap_of" if whose else "cap"
        return voice.say(f"alone.reason.{kind}", cap=voice.limit(row["limit"] or ""), binding=whose)
    return voice.say(f"alone.reason.{reason}", binding=whose)


def _change(row: Row, voice: Voice) -> str:
    kind = CHANGES.get(row["reason"], "")
    if kind == "days" and row["more_days"] is not None:
        days = voice.days(row["more_days"])
        if not row["provider"]:
            return voice.say("alone.change_to.somewhere", days=days)
        return voice.say("alone.change_to.days", provider=voice.full(row["provider"]), days=days)
    if not row["provider"] or not kind or kind == "days":
        return ""
    if kind == "minutes":
        if row["more_minutes"] is None:
            return ""
        more = max(1, -int(-row["more_minutes"] // 1))
        return voice.say(
            "alone.change_to.minutes", n=more, minutes=more, provider=voice.full(row["provider"])
        )
    return voice.say(f"alone.change_to.{kind}", provider=voice.full(row["provider"]))


def tell_change(row: Row, voice: Voice) -> str:
    """Return how the partner of a need changed since the last plan, and why, as one sentence."""
    names = {when: voice.full(row[when]) for when in ("before", "now") if row[when]}
    kind = {(): "nobody", ("before",): "lost", ("now",): "gained"}.get(tuple(names), "other")
    move = voice.say(f"change.{kind}", **names)
    return voice.say(
        "change.all",
        theme=voice.thing(row["theme"], row["phase"]),
        school=voice.full(row["receiver"]),
        move=move,
        why=voice[f"change.why.{row['why']}"],
    )
