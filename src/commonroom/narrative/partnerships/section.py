"""The part of the report that says who could help whom."""

from __future__ import annotations

from commonroom.narrative import page
from commonroom.narrative.page import Block, Section
from commonroom.narrative.partnerships import headline, lists, pictures, plan
from commonroom.narrative.partnerships.shown import Shown
from commonroom.narrative.partnerships.voice import Told, Voice, with_words
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words
from commonroom.partnerships.definition import load

#: Proposals that the report lists; the plan itself has them all.
CAP = 200
#: Sentences of the headline that the report tells; the plan itself has the rest.
FIRST = 5


def tell(story: Story, words: Words) -> Section | None:
    """Return who could help whom, or nothing where the evidence has no plan."""
    if story.partnerships is None:
        return None
    parts = dict(story.partnerships)
    schools = parts.pop("schools").frame
    number = ("en", "cy").index(words.language)
    themes = {name: labels[number] for name, labels in story.facts.themes.items()}
    told = Told(story.facts, schools, story.facts.plan or load(), themes)
    return section(Shown(**parts), with_words(told, words))


def section(shown: Shown, voice: Voice) -> Section:
    """Return a plan as a part of the report: a few sentences, the map, who gets help, the first proposals."""
    picture, lost = pictures.place(shown, voice)
    proposals = lists.ordered(shown.proposals.frame.iter_rows(named=True), voice)
    alone = shown.unmatched.frame.height
    said = [
        voice.say("section.intro", system=voice.system),
        *headline.tell(shown, voice)[:FIRST],
        voice.say("section.alone", n=alone) if alone else "",
        voice.say("map.lost", n=lost) if lost else "",
    ]
    first = Block(sentences=page.texts(said), picture=picture, how="partners")
    who = Block(
        title=voice["equity.title"],
        sentences=page.texts([voice["equity.text"], *lists.told_of_equity(shown, voice)]),
        grids=lists.equity(shown, voice),
    )
    label = voice.say("section.label", n=len(proposals))
    grid = lists.proposals(proposals[:CAP], voice, caption=voice["section.caption"], label=label)
    cut = voice.say("section.cut", n=CAP) if len(proposals) > CAP else ""
    last = Block(
        title=voice["list.title"],
        sentences=page.texts([cut, voice["section.full"], voice["sd_note"]]),
        grids=(grid,) if proposals else (),
        sources=tuple(plan.sources(shown, voice)),
        how="partners",
    )
    return Section("partners", voice.words["nav.partners"], (first, who, last))
