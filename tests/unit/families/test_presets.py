from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from commonroom import families, settings
from commonroom.errors import SaidToPeople
from commonroom.families import CONTEXTUAL, PRESETS, Preset, Variable, load_preset
from commonroom.tables.panel import CONTEXT_VARIABLES

GOOD = """
name: mine
label: My own
phase: secondary
variables:
  - {name: eal, weight: 1.0}
source: me
date: 2026-01-01
"""


def test_every_definition_is_listed_and_every_listed_one_loads() -> None:
    listed = {name for names in PRESETS.values() for name in names} | set(CONTEXTUAL)
    assert listed == set(settings.names("families"))
    for phase, names in PRESETS.items():
        assert all(load_preset(name).phase in (phase, "any") for name in names)


@pytest.mark.parametrize("name", settings.names("families"))
def test_a_definition_names_itself_and_known_variables(name: str) -> None:
    preset = load_preset(name)
    assert preset.name == name
    for variable in preset.variables:
        columns = variable.combine or (variable.name,)
        found = [{column, *preset.stand_ins.get(column, ())} & set(CONTEXT_VARIABLES) for column in columns]
        assert all(found) or variable.name in ("prior_reading", "prior_maths")


@pytest.mark.parametrize("name", ["dfe-2026-secondary", "families-2011", "fbit-2026"])
def test_weights_sum_to_one(name: str) -> None:
    variables = load_preset(name).variables
    replaced = [variable for variable in variables if not variable.replaces]
    assert sum(variable.weight or 0.0 for variable in replaced) == pytest.approx(1.0)


def test_a_preset_is_itself() -> None:
    preset = load_preset("eal")
    assert load_preset(preset) is preset


def test_a_file_is_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert load_preset(path).name == "mine"
    assert load_preset(str(path)) == load_preset(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "cannot be read"),
        (GOOD.replace("weight: 1.0", "weight: 1.0, coefficient: 2.0"), "a weight or a coefficient"),
        (GOOD.replace("weight: 1.0", "wieght: 1.0"), "wieght"),
        (GOOD.replace("weight: 1.0", "weight: -1"), "greater than 0"),
        (GOOD.replace("secondary", "nursery"), "phase"),
        (GOOD.replace("  - {name: eal, weight: 1.0}", "  - {name: eal, weight: 1}\n" * 2), "named twice"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(SaidToPeople, match=says):
        load_preset(path)


def test_a_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SaidToPeople, match="cannot be read"):
        load_preset(path)


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(SaidToPeople, match="dfe-2026-secondary"):
        load_preset("dfe-2027")


def test_as_released_takes_the_scales_of_the_publication() -> None:
    released = load_preset("dfe-2026-secondary").as_released()
    assert [v.scale for v in released.variables] == [v.released for v in released.variables]
    assert load_preset("eal").as_released() == load_preset("eal")


def test_a_preset_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        load_preset("eal").k = 2  # type: ignore[misc]


def test_a_variable_is_called_by_its_label_then_the_table_then_its_name() -> None:
    assert Variable(name="eal", weight=1.0, label="Language").words == "Language"
    assert Variable(name="eal", weight=1.0).words == CONTEXT_VARIABLES["eal"][0]
    assert Variable(name="score", weight=1.0).words == "score"


def test_public_names_are_there() -> None:
    assert all(hasattr(families, name) for name in families.__all__)
    assert Preset in (families.Preset,)
