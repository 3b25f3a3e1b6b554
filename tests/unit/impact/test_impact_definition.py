"""The definition of an evaluation is whole, or refused with the place that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.impact import definition


def test_strength_has_five_steps(tmp_path: Path) -> None:
    made = yaml.safe_load((settings.DEFINITIONS / "impact.yaml").read_text(encoding="utf-8"))
    assert [one.step for one in definition.load().strength] == [1, 2, 3, 4, 5]
    made["strength"] = made["strength"][:4]
    file = tmp_path / "four.yaml"
    file.write_text(yaml.safe_dump(made), encoding="utf-8")
    with pytest.raises(SaidToPeople, match="strength has the steps 1 to 5, in order"):
        definition.load(file)
