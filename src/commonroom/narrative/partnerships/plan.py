"""The page of a plan: what it comes to, the map, every proposal with its reasons, and who gets help."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from commonroom.narrative import page
from commonroom.narrative.laying import lay
from commonroom.narrative.page import Block, Section
from commonroom.narrative.partnerships import headline, lists, pictures
from commonroom.narrative.partnerships.explaining import key, told_of
from commonroom.narrative.partnerships.shown import Frames, Shown, show
from commonroom.narrative.partnerships.voice import Told, Voice, speak
from commonroom.narrative.words import Language

#: Sentences of the headline that a tired reader sees first.
FIRST = 2


@dataclass(frozen=True)
class Group:
    """The proposals for schools of one authority: a title, and rows of cells with three sentences each."""

    title: str
    caption: str
    rows: tuple[tuple[tuple[str, ...], tuple[Markup, ...]], ...]


def plan_page(frames: Frames, *, told: Told, language: Language) -> str:
    """Return a plan as one HTML page that needs nothing else: no network, no other file, no JavaScript.

    Arguments as of `explain`. The same plan gives the same text. Raises WordsError for a language that
    has no words.
    """
    return laid(show(frames), speak(told, language))


def laid(shown: Shown, voice: Voice) -> str:
    """Return the page of a plan that was released already."""
    grouped, said = _groups(shown, voice), headline.tell(shown, voice)
    count = shown.proposals.frame.height
    return lay(
        "plan.html",
        voice,
        styles=("style.css", "plan.css"),
        facts_shown=headline.facts(shown, voice),
        first=page.text(" ".join(said[:FIRST])),
        sure=page.texts(said[FIRST:]),
        map=_map(shown, voice),
        heads=lists.proposal_heads(voice),
        groups=grouped,
        no_proposals="" if grouped else voice.say("list.big", n=count) if count else voice["list.none"],
        sections=[
            _keys(shown, voice),
            _equity(shown, voice),
            _giving(shown, voice),
            _unmatched(shown, voice),
            _changes(shown, voice),
        ],
        made=_made(shown, voice),
    )


def _groups(shown: Shown, voice: Voice) -> tuple[Group, ...]:
    """Return the proposals by authority, none where there are too many for a page."""
    if shown.proposals.frame.height > page.LISTED:
        return ()
    three = told_of(shown, voice)
    groups: dict[str, list[tuple[tuple[str, ...], tuple[Markup, ...]]]] = {}
    for row in lists.ordered(shown.proposals.frame.iter_rows(named=True), voice):
        said = page.texts(three[key(row)])
        groups.setdefault(voice.authority(row["receiver"]), []).append((lists.cells(row, voice), said))
    return tuple(
        Group(title, voice.say("list.caption", authority=title), tuple(rows))
        for title, rows in groups.items()
    )


def _map(shown: Shown, voice: Voice) -> Section:
    picture, lost = pictures.place(shown, voice)
    said = [voice.say("map.lost", n=lost)] if lost else []
    return Section("map", voice["map.title"], (Block(sentences=page.texts(said), picture=picture),))


def _keys(shown: Shown, voice: Voice) -> Section:
    grid = lists.keys(shown, voice)
    rule = voice.told.definition.keys
    said = [voice.say("keys.text", probability=voice.words.percent(rule.probability))]
    said += [] if grid.rows else [voice["keys.none"]]
    return _section("keys", voice, said, (grid,) if grid.rows else ())


def _equity(shown: Shown, voice: Voice) -> Section:
    said = [voice["equity.text"], *lists.told_of_equity(shown, voice)]
    return _section("equity", voice, said, lists.equity(shown, voice))


def _giving(shown: Shown, voice: Voice) -> Section:
    if shown.providers.frame.is_empty():
        return _section("giving", voice, [voice["list.none"]], lists.limits(shown, voice))
    first, providers = lists.giving(shown, voice)
    block = Block(
        sentences=page.texts([voice["giving.text"]]),
        picture=pictures.spread(shown, voice),
        grids=(first, providers, *lists.limits(shown, voice)),
    )
    return Section("giving", voice["giving.title"], (block,))


def _unmatched(shown: Shown, voice: Voice) -> Section:
    grid = lists.unmatched(shown, voice)
    count = shown.unmatched.frame.height
    said = [voice["unmatched.text"] if grid.rows else voice["unmatched.none"]]
    said += [voice.say("more_rows", n=count - len(grid.rows))] if count > len(grid.rows) else []
    return _section("unmatched", voice, said, (grid,) if grid.rows else ())


def _changes(shown: Shown, voice: Voice) -> Section:
    grid = lists.changes(shown, voice)
    said = [] if grid.rows else [voice["changes.none"]]
    return _section("changes", voice, said, (grid,) if grid.rows else ())


def _section(name: str, voice: Voice, said: list[str], grids: tuple[page.Grid, ...]) -> Section:
    return Section(name, voice[f"{name}.title"], (Block(sentences=page.texts(said), grids=grids),))


def _made(shown: Shown, voice: Voice) -> tuple[Markup, ...]:
    """Return how the plan was made: method, rules, wording, sources, definition and evidence."""
    words, definition, facts = voice.words, voice.told.definition, voice.told.facts
    label = definition.label_cy if words.language == "cy" else definition.label
    said = [
        words["methods.how.partners_text"],
        voice.say(
            "made.rules",
            minutes=words.number(definition.travel.most_minutes, 0),
            days=voice.days(definition.days.partnership),
            themes=definition.themes_at_once, receivers=definition.theme_at_once,
        ),
        voice["made.wording"],
        voice["sd_note"],
        *sources(shown, voice),
        voice.say(
            "made.definition", label=label, date=words.date(definition.date),
            source=definition.source.rstrip(".") + ".",
        ),
        voice.say(
            "made.evidence", evidence=facts.evidence, version=facts.version, date=words.date(facts.date)
        ),
    ]  # fmt: skip
    return page.texts(said)


def sources(shown: Shown, voice: Voice) -> list[str]:
    """Return where the figures of a plan are from, and what was withheld from it and why."""
    found = shown.proposals.source or shown.standing.source
    said = [voice.say("made.sources", source=found)] if found else []
    if shown.proposals.withheld.height:
        said.append(page.withheld_note(shown.proposals, voice.words))
    return said
