from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.panel import measures, systems

GOOD = measures.load(["attainment8"])["attainment8"]


@pytest.mark.parametrize("name", settings.names("measures"))
def test_every_measure_is_named_as_its_file_and_belongs_to_a_measure_that_exists(name: str) -> None:
    measure = measures.load([name])[name]
    assert measure.of is None or measure.of in settings.names("measures")
    assert measure.label != measure.label_cy


def test_floors_are_those_that_existed() -> None:
    floors = {name: (m.floor.year, m.floor.below) for name, m in measures.load().items() if m.floor}
    assert floors == {"five_ac_english_maths": (2014, 30), "level4_english_maths": (2011, 60)}


def test_the_series_break_of_attainment_8_is_declared() -> None:
    assert GOOD.breaks == (2017,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"low": 100.0}, "low must be below high"),
        ({"group": "disadvantaged"}, "must say which measure"),
        ({"unit": "apples"}, "unit"),
    ],
)
def test_a_definition_that_does_not_fit_is_one_sentence(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    content = GOOD.model_dump(mode="json", exclude_none=True) | change
    path.write_text(json.dumps(content), "utf-8")  # JSON is YAML
    with pytest.raises(SaidToPeople, match=said) as error:
        settings.load(measures.Measure, path)
    assert error.value.where == str(path)
    assert error.value.remedy


def test_a_definition_that_is_not_yaml_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("name: [", "utf-8")
    with pytest.raises(SaidToPeople, match="cannot be read"):
        settings.load(measures.Measure, path)


def test_a_definition_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(SaidToPeople, match="attainment8"):
        settings.load(measures.Measure, "measures/nothing")


def test_systems_say_who_belongs(tmp_path: Path) -> None:
    manchester = systems.load("greater-manchester")
    assert len(manchester.authorities) == 10
    schools = pl.DataFrame({"school": ["1", "2", "3"], "authority": ["Bolton", "Leeds", None]})
    assert systems.belongs(schools, system=manchester).to_list() == [True, False, False]
    path = tmp_path / "own.yaml"
    path.write_text("{name: own, label: Own, label_cy: Eiddo, source: us, date: 2026-01-01}", "utf-8")
    with pytest.raises(SaidToPeople, match="names authorities, schools, or says everything"):
        systems.load(str(path))


def test_a_setting_is_the_environment_or_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.EVIDENCE.value == "evidence"
    monkeypatch.setenv("COMMONROOM_EVIDENCE", "elsewhere")
    assert settings.EVIDENCE.value == "elsewhere"


def test_the_headline_says_so_or_is_the_first() -> None:
    known = measures.load()
    assert measures.headline(known, phase="secondary") == "attainment8"
    assert measures.headline(known, phase="primary") == "rwm_expected"
    assert measures.headline(measures.load(["absence"]), phase="primary") == "absence"
    assert measures.headline(measures.load(["attainment8_gap"]), phase="secondary") is None
