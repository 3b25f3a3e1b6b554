"""The first plan of partnerships of an evidence folder: from the figures alone, before anybody was asked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom import partnerships
from commonroom.partnerships import Terms, themes
from commonroom.pipeline import grounds
from commonroom.pipeline.grounds import Known

#: Frames of the plan that the evidence keeps, by these names.
KEPT = ("standing", "proposals", "alternatives", "unmatched", "providers", "equity", "plan")


def tables(frames: Mapping[str, pl.DataFrame], known: Known) -> dict[str, pl.DataFrame]:
    """Return the tables of a first plan, by name; none where the evidence says of nobody how it does.

    Arguments: the tables of the evidence by name, and what is `known` of definitions. Gains are not
    redrawn here: `partnerships propose` does that, with what people say.
    """
    if any(name not in frames for name in grounds.NEEDED):
        return {}
    definition = partnerships.load()
    standing = grounds.stand(frames, known, themes=themes.load(), definition=definition)
    # Nothing is agreed yet, so that the date decides nothing: the definition's own is as good as any.
    terms = Terms(definition.date, compare=True, redraws=0)
    plan = partnerships.propose(standing, grounds.lay(frames, known), definition=definition, terms=terms)
    return {name: plan.frames[name] for name in KEPT}


def notes(frames: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Return a sentence on figures that a first plan left out, if there are any."""
    few = grounds.withheld(frames, themes=themes.load()) if "better" in frames else 0
    said = f"Partnerships: {few} figures are of too few pupils to be a strength or a need of their school."
    return (said,) if few else ()
