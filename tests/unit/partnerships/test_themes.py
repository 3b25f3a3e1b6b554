"""The definition of themes: what ships, and what is refused with place and remedy."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.panel import measures
from commonroom.partnerships import themes
from unit.partnerships.made_themes import FILE

ASKED = {
    "reading", "writing", "mathematics", "english", "english-and-mathematics", "science", "ebacc",
    "attainment", "disadvantaged-pupils", "attendance", "send", "eal", "mobility",
}  # fmt: skip


def test_the_themes_that_ship() -> None:
    found = themes.load()
    assert set(found.themes) == ASKED
    assert found.variables == ("eal", "sen_support", "stability")
    assert (found.evidence.probability, found.evidence.agreement) == (0.95, 0.9)
    assert all(theme.name == name for name, theme in found.themes.items())


def test_a_theme_rests_on_measures_of_its_phase_and_of_its_own_name() -> None:
    known = measures.load()
    for phase, name, basis in themes.load().bases:
        for measure in basis.measures:
            assert known[measure].phase in (phase, "both"), (phase, name, measure)
            if basis.among is None:
                assert known[measure].theme == name, (phase, name, measure)
        if basis.among is not None:
            assert known[basis.measure].headline, (phase, name)


def test_labels_are_those_of_the_report() -> None:
    for language, field in (("en", "label"), ("cy", "label_cy")):
        path = Path(settings.__file__).parent / f"narrative/languages/{language}.yaml"
        words = yaml.safe_load(path.read_text(encoding="utf-8"))["theme"]
        for name, theme in themes.load().themes.items():
            assert words.get(name, getattr(theme, field)) == getattr(theme, field)


def write(folder: Path, change) -> str:
    content = copy.deepcopy(FILE)
    change(content)
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return str(path)


def put(*place, to=None):
    """A change of the file: something else, or nothing, at a place."""

    def change(content) -> None:
        for key in place[:-1]:
            content = content[key]
        if to is None:
            del content[place[-1]]
        else:
            content[place[-1]] = to

    return change


REFUSED = [
    (put("evidence"), "evidence: Field required"),
    (put("evidence", "probability"), "evidence.probability: Field required"),
    (put("evidence", "probability", to="sure"), "evidence.probability: Input should be a valid number"),
    (put("evidence", "agreement", to=float("nan")), "evidence.agreement: Input should be a finite number"),
    (put("evidence", "probability", to=1.5), "evidence.probability: Input should be less than 1"),
    (put("headline", to="art"), "headline: there is no theme art"),
    (put("themes", to={}), "themes: Dictionary should have at least 1 item"),
    (put("themes", to=["reading"]), "themes: Input should be a valid dictionary"),
    (put("themes", "eal", to="all"), "themes.eal: Input should be a valid dictionary"),
    (put("themes", "eal", "primary"), "themes.eal: Value error, a theme needs primary, secondary or both"),
    (put("themes", "eal", "primary", "among", "variable", to="shoes"),
     "themes.eal.primary.among.variable: Value error, there is no context variable shoes; there are prior"),
    (put("themes", "eal", "primary", "among", "percentile", to="many"),
     "themes.eal.primary.among.percentile: Input should be a valid number"),
    (put("themes", "eal", "primary", "measure"), "also and among need a measure"),
    (put("themes", "eal", "primary", "note"), "measure of these pupils' results, note must say why"),
    (put("themes", "science", "primary", "note"), "note must say why"),
    (put("themes", "science", "primary", "note_cy"), "note and note_cy are written together"),
    (put("themes", "eal", "secondary", to={"measure": "attainment9"}),
     "themes.eal.secondary: there is no measure attainment9. Name one of: absence,"),
    (put("themes", "attainment", "primary", "also", to=["rwm_hier"]), "there is no measure rwm_hier"),
    (put("source"), "source: Field required"),
    (put("weights", to=1), "weights: Extra inputs are not permitted"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path: Path, change, said: str) -> None:
    path = write(tmp_path, change)
    with pytest.raises(SaidToPeople) as refusal:
        themes.load(path)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")
    assert refusal.value.remedy


def test_measures_that_somebody_brought_along_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, put("themes", "attainment", "primary", to={"measure": "reading_test"}))
    with pytest.raises(SaidToPeople, match="there is no measure reading_test"):
        themes.load(path)
    found = themes.load(path, measures=["reading_test", "attainment8", "rwm_expected"])
    assert found.themes["attainment"].basis("primary").measures == ("reading_test",)
    assert found.themes["science"].basis("secondary") is None
