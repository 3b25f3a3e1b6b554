"""Words: two languages that say the same, and numbers as people write them."""

from __future__ import annotations

import datetime
import math
import re

import pytest

from commonroom.narrative import Words, WordsError, words
from commonroom.panel import measures

EN, CY = words.load("en"), words.load("cy")


def _gaps(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_both_languages_have_the_same_sentences() -> None:
    welsh = {key for key in CY.sentences if not key.startswith("meaning.")}
    assert set(EN.sentences) == welsh


@pytest.mark.parametrize("key", sorted(EN.sentences))
def test_a_sentence_has_the_same_gaps_in_both_languages(key: str) -> None:
    assert _gaps(EN[key]) == _gaps(CY[key])


def test_welsh_says_what_every_measure_means() -> None:
    assert set(CY.group("meaning")) == set(measures.load())


def test_welsh_is_not_english() -> None:
    same = {key for key in EN.sentences if EN[key] == CY[key] and len(EN[key].split()) > 3}
    assert same == set()


def test_every_theme_has_words() -> None:
    assert {one.theme for one in measures.load().values() if one.theme} <= set(EN.group("theme"))


def test_a_sentence_has_its_gaps_filled() -> None:
    assert EN.say("glance.authorities", n=10) == "10 authorities"
    assert EN.say("glance.authorities", n=1) == "one authority"
    assert EN.say("quality.problems", n=1200) == "**1,200 problems** were found in the files."


def test_words_that_are_not_there_are_an_error() -> None:
    with pytest.raises(WordsError, match=r"no words for glance\.nothing"):
        EN.say("glance.nothing")
    with pytest.raises(WordsError, match="language fr"):
        words.load("fr")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [(1234.56, "1,234.6"), (-0.04, "0.0"), (-2.0, "−2.0"), (None, "–"), (math.nan, "–"), (0.25, "0.2")],
)
def test_a_number_is_written_with_a_real_minus_and_no_minus_nought(value: float | None, said: str) -> None:
    assert EN.number(value) == said


@pytest.mark.parametrize(("value", "said"), [(1.0, "+1.0"), (-1.0, "−1.0"), (0.01, "0.0"), (None, "–")])
def test_a_difference_shows_its_sign(value: float | None, said: str) -> None:
    assert EN.signed(value) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.5, "50%"), (0.0, "0%"), (1.0, "100%"), (0.999, ">99%"), (0.001, "<1%"), (None, "–"), (math.nan, "–")],
)
def test_a_percentage_is_never_certain_when_it_is_not(share: float | None, said: str) -> None:
    assert EN.percent(share) == said


def test_ranges_dates_and_lists_follow_the_language() -> None:
    day = datetime.date(2026, 11, 21)
    assert (EN.between(1, 2), CY.between(1, 2)) == ("1.0 to 2.0", "1.0 i 2.0")
    assert (EN.date(day), CY.date(day)) == ("21 November 2026", "21 Tachwedd 2026")
    assert (EN.listed(["2018", "2019", "2023"]), CY.listed(["2019"])) == ("2018, 2019 and 2023", "2019")


def test_words_are_one_language() -> None:
    assert Words("en", {"a.b": "x"}).group("a") == {"b": "x"}


def test_a_system_elsewhere_is_not_told_of_england() -> None:
    assert EN.beside("England") is EN
    for spoken, nation, own in ((EN, "Cymru", "England"), (CY, "Cymru", "Lloegr")):
        said = spoken.beside(nation)
        assert said["place.nation"] == "Cymru"
        assert not [key for key, text in said.sentences.items() if own in text and "glance" in key]
        assert "2020" not in said["glance.years"]
