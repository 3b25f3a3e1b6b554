"""From the evidence and what people say to a plan of partnerships, written whole with its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

import polars as pl

from commonroom import partnerships
from commonroom.disclosure import Released, Rule, release
from commonroom.errors import SaidToPeople
from commonroom.narrative import partnerships as telling_of_plans
from commonroom.narrative.partnerships import Explained, Told
from commonroom.partnerships import Terms, candidates, gains
from commonroom.partnerships import definition as definitions_of_plans
from commonroom.partnerships import standing as standings
from commonroom.partnerships import themes as definitions_of_themes
from commonroom.partnerships.agreed import Agreed
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.themes import Themes
from commonroom.pipeline import agreed as agreements
from commonroom.pipeline import definitions, grounds, telling
from commonroom.pipeline.agreed import Files
from commonroom.store import evidence, impact
from commonroom.store import partnerships as folders
from commonroom.store.evidence import Evidence
from commonroom.store.manifest import hash_definitions, hash_file

Report = Callable[[str, float], None]

#: The program's own definitions of a plan.
PLAN, THEMES = "partnerships", "themes"
NEED = ("receiver", "phase", "theme")
#: What may stand in a school's number and not in the name of a file.
UNFIT = r"[^A-Za-z0-9_-]"
#: What a terminal shows of each proposal.
SHOWN = (
    "receiver", "receiver_name", "phase", "theme", "provider", "provider_name", "state", "keys", "gain",
    "gain_low", "gain_high", "minutes", "stays",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked of a plan: what people say (`files`), what it goes by, and of which phase.

    `findings`: a file of findings of impact, from which the share of its gap that a school closes is learnt.
    `schools`: by number, those that may help and be helped; empty: all of the evidence.
    """

    files: Files = field(default_factory=Files)
    definition: Path | None = None
    themes: Path | None = None
    phase: str | None = None
    findings: Path | None = None
    schools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """Where a plan is written, in which language its pages are, and whether each school has one.

    `brief`: what is handed back is for a terminal; otherwise it is all that is known of each proposal.
    """

    folder: Path
    language: Literal["en", "cy"] = "en"
    pages: bool = True
    brief: bool = True


@dataclass(frozen=True)
class Setting:
    """Everything that a plan is made from, read and laid out."""

    evidence: Evidence
    standing: pl.DataFrame
    ground: Ground
    definition: Definition
    themes: Themes
    agreed: Agreed


@dataclass(frozen=True)
class Made:
    """A plan that was made and written: what from, its frames in full, as released, and in sentences."""

    setting: Setting
    frames: dict[str, pl.DataFrame]
    released: dict[str, pl.DataFrame]
    explained: Explained
    kept: folders.Written


def _silent(_step: str, _share: float) -> None:
    """Report to nobody."""


def set_out(folder: Path, *, asked: Asked, plans: Path | None = None) -> Setting:
    """Read and lay out what a plan is made from.

    Arguments: the `folder` of the evidence, what is `asked`, and the folder of `plans` before, if any.
    Raises SaidToPeople for anything that is to be mended.
    """
    opened = evidence.open(folder)
    definition = _learnt(definitions_of_plans.load(asked.definition or PLAN), asked.findings)
    known = grounds.Known(definitions.measures(opened), definitions.presets(opened))
    # Themes of people's own may rest on measures of their own; the program's may name some that these lack.
    own = list(known.measures) if asked.themes else None
    themes = definitions_of_themes.load(asked.themes or THEMES, measures=own)
    agreed = agreements.read(opened, asked.files, folder=plans, themes=themes)
    there = [name for name in grounds.PLACES if name in opened.manifest.tables]
    tables = {name: opened.table(name) for name in there}
    ground = grounds.lay(tables, known, trusts=agreed.trusts, minutes=agreed.minutes)
    if asked.definition or asked.themes or agreed.statements is not None or not _is_current(opened):
        tables |= grounds.read(opened, known, themes=themes)
        standing = grounds.stand(tables, known, themes=themes, definition=definition, said=agreed.statements)
    else:
        standing = opened.table("standing")
    if asked.phase:
        standing = standing.filter(phase=asked.phase)
    if asked.schools:
        standing = standing.filter(pl.col("school").is_in(asked.schools))
    return Setting(opened, standing, ground, definition, themes, agreed)


def _learnt(definition: Definition, file: Path | None) -> Definition:
    """The definition with what findings of impact say of the share of its gap that a school closes."""
    if file is None:
        return definition
    # All of impact comes with it, and few plans learn from findings.
    from commonroom.impact import findings

    usable = findings.to_gains(impact.read_findings(file))
    if usable.is_empty():
        raise SaidToPeople(
            "there is no finding here that a plan may learn from.",
            where=str(file),
            remedy="It takes suggestive evidence or more, of receivers whose gap was known; else leave "
            "--findings out.",
        )
    return definition.model_copy(update={"gain": gains.learn(definition.gain, usable)})


def _is_current(opened: Evidence) -> bool:
    """Whether the evidence has a standing, and by the program's own definitions as they are now."""
    mine = hash_definitions([PLAN, THEMES])
    return "standing" in opened.manifest.tables and mine.items() <= opened.manifest.definitions.items()


def propose(
    folder: Path, *, asked: Asked, terms: Terms, written: Written, report: Report = _silent
) -> Released:
    """Propose a plan, write it with its pages, and return its proposals with what it comes to.

    Arguments: the `folder` of the evidence, what is `asked`, on which `terms`, and where it is `written`.
    Raises SaidToPeople; nothing is then written.
    """
    made = make(folder, asked=asked, terms=terms, written=written, report=report)
    proposals = made.released["proposals"].sort(
        "receiver_name", "receiver", "phase", "theme", nulls_last=True
    )
    source = _sources(proposals)
    shown = proposals.select(SHOWN) if written.brief else proposals
    found = release(shown, rule=Rule(keys=NEED), source=source, date=str(terms.date))
    return replace(found, sentences=_say_written(made.explained, made.kept))


def make(folder: Path, *, asked: Asked, terms: Terms, written: Written, report: Report = _silent) -> Made:
    """Make a plan and write it with its pages; as `propose`, with all that it came from."""
    report("Reading the evidence, and what people say", 0.0)
    folders.check(written.folder)
    setting = set_out(folder, asked=asked, plans=written.folder)
    report("Finding who could help whom", 0.2)
    plan = partnerships.propose(
        setting.standing,
        setting.ground,
        definition=setting.definition,
        terms=terms,
        agreed=setting.agreed,
    )
    report("Writing the plan", 0.7)
    told = tell_with(setting, written.language)
    released, explained = explain_all(plan.frames, told, written.language)
    kept = folders.write(
        written.folder,
        released,
        texts=_pages(plan.frames, told, written),
        manifest=_manifest(setting, asked, terms, written),
    )
    report("Done", 1.0)
    return Made(setting, plan.frames, released, explained, kept)


def tell_with(setting: Setting, language: str) -> Told:
    """What the plan is told with: names, places, labels of themes, and what their measures do not say."""
    opened, themes = setting.evidence, setting.themes
    welsh = language == "cy"
    schools = opened.table("schools", columns=["school", "name", "authority", "easting", "northing"])
    return Told(
        facts=telling.facts(opened),
        schools=schools,
        definition=setting.definition,
        themes={name: one.label_cy if welsh else one.label for name, one in themes.themes.items()},
        notes={
            (theme, phase): basis.note_cy if welsh else basis.note
            for phase, theme, basis in themes.bases
            if basis.note
        },
    )


def explain_all(
    frames: dict[str, pl.DataFrame], told: Told, language: Literal["en", "cy"]
) -> tuple[dict[str, pl.DataFrame], Explained]:
    """The frames of a plan as they may be shown, with names and sentences, and the plan in sentences."""
    shown = telling_of_plans.show(frames)
    explained = telling_of_plans.explain(frames, told=told, language=language)
    names = told.schools.select("school", "name").unique("school", keep="first", maintain_order=True)
    released = {}
    for name in frames:
        frame = getattr(shown, name).frame
        frame = frame.select(pl.exclude("^hidden_.*$", "fewest"))
        for side in ("school", "receiver", "provider"):
            if side in frame.columns:
                called = names.select(pl.col("school").alias(side), pl.col("name").alias(f"{side}_name"))
                frame = frame.join(called, on=side, how="left", maintain_order="left")
        released[name] = frame
    for name in ("proposals", "unmatched", "changes"):
        said = getattr(explained, name)
        said = said.rename({"why": "because", "gains": "brings"}, strict=False)
        released[name] = released[name].join(said, on=NEED, how="left", maintain_order="left")
    # How many schools are strong and how many need, theme by theme: no pupil is behind these counts.
    released["themes"] = standings.count(frames["standing"])
    return released, explained


def _pages(frames: dict[str, pl.DataFrame], told: Told, written: Written) -> dict[str, bytes]:
    """The page of the plan, and one of each school in it, by the name of the file."""
    whole = telling_of_plans.plan_page(frames, told=told, language=written.language)
    texts = {"plan.html": whole.encode()}
    if written.pages:
        for school, text in telling_of_plans.school_pages(frames, told=told, language=written.language):
            texts[f"schools/{re.sub(UNFIT, '-', school)}.html"] = text.encode()
    return texts


def _manifest(setting: Setting, asked: Asked, terms: Terms, written: Written) -> folders.Manifest:
    """What the plan is made of."""
    names = [str(asked.definition or PLAN), str(asked.themes or THEMES)]
    switches = {name: value for name, value in asdict(terms).items() if name not in ("date", "seed")} | {
        "phase": asked.phase,
        "language": written.language,
        "pages": written.pages,
    }
    if asked.schools:
        switches["schools"] = ", ".join(sorted(asked.schools))
    return folders.Manifest(
        evidence=setting.evidence.version,
        definitions=hash_definitions(names),
        inputs=agreements.hashes(asked.files, folder=written.folder)
        | ({"findings": hash_file(asked.findings)} if asked.findings else {}),
        seed=terms.seed,
        date=terms.date,
        switches=switches,
    )


def _say_written(explained: Explained, kept: folders.Written) -> tuple[str, ...]:
    """What the plan comes to, and where it is."""
    said = [sentence.replace("**", "") for sentence in explained.headline]
    said.append(f"The plan is in {kept.folder} (version {kept.version}).")
    said += [f"A file of the plan before that was changed is kept as {name}." for name in kept.kept]
    return tuple(said)


def explain(folder: Path, *, school: str, asked: Asked) -> Released:
    """Show what a school needs and who could help, with every factor of the expected gain.

    Arguments: the `folder` of the evidence, a `school` by number or name, and what is `asked`. By theme
    and name of the school that could help, not by gain. Raises SaidToPeople.
    """
    setting = set_out(folder, asked=asked)
    wanted = agreements.known(setting.evidence).look_up(school)
    own = setting.standing.filter((pl.col("school") != wanted) & (pl.col("kind") == "strength"))
    mine = setting.standing.filter(school=wanted)
    weighed = candidates.weigh(
        pl.concat([mine, own]), setting.ground, definition=setting.definition
    ).edges.filter(receiver=wanted)
    names = setting.evidence.table("schools", columns=["school", "name"])
    called = names.select(provider="school", provider_name="name")
    rows = weighed.join(called, on="provider", how="left").sort("phase", "theme", "provider_name", "provider")
    columns = (
        "phase", "theme", "provider", "provider_name", "km", "minutes", "travel", "gap", "probability",
        "distance", "likeness", "nearness", "gain",
    )  # fmt: skip
    found = release(
        rows.select(columns), rule=Rule(keys=("phase", "theme", "provider")), source=_sources(mine)
    )
    return replace(found, sentences=tuple(_say(mine, setting)))


def _sources(standing: pl.DataFrame) -> str:
    return "; ".join(sorted(set(standing["source"].drop_nulls())))


def _say(mine: pl.DataFrame, setting: Setting) -> list[str]:
    """What a school is strong in and what it needs, theme by theme, and what a gain is made of."""
    labels = {name: one.label for name, one in setting.themes.themes.items()}
    said = []
    for row in mine.sort("phase", "theme").iter_rows(named=True):
        figures = ""
        if row["effect"] is not None:
            figures = (
                f" The figures: {row['effect']:+.2f} sd beside schools alike, give or take {row['sd']:.2f}; "
                f"probability {row['probability']:.0%} of doing better."
            )
        word = f" The school says: {row['said']}." if row["said"] else ""
        kind = {"strength": "a strength", "need": "a need"}.get(row["kind"], "neither strength nor need")
        theme = labels.get(row["theme"], row["theme"])
        said.append(f"{theme} ({row['phase']}): {kind}.{figures}{word}")
    prior = setting.definition.gain
    closes = gains.closes(prior)
    said.append(
        f"Gain = {closes:.3f} (the share of its gap that a school closes in a year: a prior of "
        f"{prior.closes:g}, give or take {prior.closes_sd:g}, cut off at 0) x gap x probability x likeness x "
        "nearness, in sd of schools."
    )
    return said
