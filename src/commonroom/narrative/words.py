"""Every sentence and label of the report in one language, and its numbers and dates."""

from __future__ import annotations

import datetime
import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from commonroom.errors import CommonroomError

Language = Literal["en", "cy"]
LANGUAGES = Path(__file__).parent / "languages"


class WordsError(CommonroomError):
    """A language has no such sentence."""


@dataclass(frozen=True)
class Words:
    """The sentences of one language by key (`section.name`), with its way to write numbers."""

    language: str
    sentences: dict[str, str]

    def __getitem__(self, key: str) -> str:
        """The sentence of `key` as it stands; raises WordsError when the language has none."""
        try:
            return self.sentences[key]
        except KeyError:
            raise WordsError(f"{self.language}: there are no words for {key}.") from None

    def say(self, key: str, **values: Any) -> str:
        """The sentence of `key` with its gaps filled; whole numbers get thousands separators.

        With `n=1` the sentence `key.one` is taken where there is one.
        """
        one = f"{key}.one"
        chosen = one if values.get("n") == 1 and one in self.sentences else key
        return self[chosen].format(**{name: self._plain(value) for name, value in values.items()})

    def group(self, prefix: str) -> dict[str, str]:
        """All sentences below `prefix`, by the rest of their key."""
        start = f"{prefix}."
        return {
            key.removeprefix(start): said for key, said in self.sentences.items() if key.startswith(start)
        }

    def number(self, value: float | None, digits: int = 1) -> str:
        """A number with a real minus sign, or the dash that stands for none."""
        if value is None or math.isnan(value):
            return "–"
        return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")

    def signed(self, value: float | None, digits: int = 1) -> str:
        """A difference: a number that shows its plus sign too."""
        said = self.number(value, digits)
        return f"+{said}" if value is not None and round(value, digits) > 0 else said

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of 1 as a percentage; never 0 % or 100 % when it is not."""
        if share is None or math.isnan(share):
            return "–"
        least = 10.0**-digits
        if 0 < share * 100 < least / 2:
            return f"<{self.number(least, digits)}%"
        if 100 - least / 2 < share * 100 < 100:
            return f">{self.number(100 - least, digits)}%"
        return f"{self.number(share * 100, digits)}%"

    def between(self, low: float | None, high: float | None, digits: int = 1) -> str:
        """A range from `low` to `high`, or the dash that stands for none."""
        if low is None and high is None:
            return self.number(None)
        return self.say("form.between", low=self.number(low, digits), high=self.number(high, digits))

    def date(self, day: datetime.date) -> str:
        """A date with the month in words."""
        return f"{day.day} {self[f'month.{day.month}']} {day.year}"

    def listed(self, parts: list[str]) -> str:
        """Names as a list in a sentence."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("form.list", first=", ".join(parts[:-1]), last=parts[-1])

    def beside(self, nation: str) -> Words:
        """The same words for a system of another nation, or of none: its name, and what holds anywhere.

        The sentences below `elsewhere` take the place of those that only England's schools know.
        """
        own = self["place.nation"]
        if nation == own:
            return self
        said = self.sentences | self.group("elsewhere")
        return replace(self, sentences={key: text.replace(own, nation) for key, text in said.items()})

    @staticmethod
    def _plain(value: Any) -> str:
        return f"{value:,}" if isinstance(value, int) else str(value)


@lru_cache(maxsize=4)
def load(language: Language) -> Words:
    """Read the words of one language from languages/; raises WordsError for one we do not speak.

    The report's own are in `en.yaml`, those of each of its larger parts in a folder: `partnerships/en.yaml`.
    """
    path = LANGUAGES / f"{language}.yaml"
    if not path.is_file():
        raise WordsError(f"There are no words in the language {language}.")
    parts = [path, *sorted(LANGUAGES.glob(f"*/{language}.yaml"))]
    # The safe loader in C, where PyYAML was built with it, is ten times as fast.
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    said = [_flat(yaml.load(part.read_text(encoding="utf-8"), Loader=safe)) for part in parts]  # noqa: S506
    return Words(language, dict(itertools.chain.from_iterable(said)))


def _flat(tree: dict[str, Any], start: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{start}{key}"
        found += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value).strip())]
    return found
