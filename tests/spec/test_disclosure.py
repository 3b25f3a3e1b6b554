"""What may be shown: each rule as two small tables, what is known and what is released.

The tables are read by `draw`: `-` is an empty cell. A withheld figure is empty.
"""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom import disclosure
from commonroom.disclosure import Columns, Rows, Rule, Same

GROUPS = Rows("group", "all", ("school",), ("disadvantaged", "other"))
VALUES = {"value": "cohort"}
COUNTED = VALUES | {"cohort": "cohort"}


def draw(text: str) -> pl.DataFrame:
    """Read a drawn table: a column in which every filled cell is a number becomes numbers."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = {}
    for name, *cells in zip(*rows, strict=True):
        series = pl.Series(name, [None if cell == "-" else cell for cell in cells], pl.String)
        numbers = series.cast(pl.Float64, strict=False)
        columns[name] = series if numbers.null_count() > series.null_count() else numbers
    return pl.DataFrame(columns)


def shows(known: str, released: str, rule: Rule) -> None:
    """Assert that releasing the table `known` gives the table `released`."""
    before = draw(known)
    expected = draw(released).cast(dict(before.schema))
    assert_frame_equal(disclosure.release(before, rule=rule).frame, expected)


def test_a_figure_about_fewer_than_six_pupils_is_withheld():
    shows(
        """
        school | value | cohort
        a      | 40.1  | 5
        b      | 45.2  | 6
        c      | -     | 0
        """,
        """
        school | value | cohort
        a      | -     | -
        b      | 45.2  | 6
        c      | -     | 0
        """,
        Rule(("school",), COUNTED),
    )


def test_a_survey_answer_of_fewer_than_five_is_withheld():
    shows(
        """
        school | trust | answers
        a      | 3.1   | 4
        b      | 4.2   | 5
        """,
        """
        school | trust | answers
        a      | -     | 4
        b      | 4.2   | 5
        """,
        Rule(("school",), {"trust": "answers"}, limit=disclosure.RESPONDENTS),
    )


def test_a_small_group_takes_the_other_group_with_it():
    shows(
        """
        school | group         | value | cohort
        a      | all           | 40    | 100
        a      | disadvantaged | 30    | 4
        a      | other         | 42    | 96
        b      | all           | 50    | 100
        b      | disadvantaged | 45    | 40
        b      | other         | 53    | 60
        """,
        """
        school | group         | value | cohort
        a      | all           | 40    | 100
        a      | disadvantaged | -     | -
        a      | other         | -     | -
        b      | all           | 50    | 100
        b      | disadvantaged | 45    | 40
        b      | other         | 53    | 60
        """,
        Rule(("school", "group"), COUNTED, (GROUPS,)),
    )


def test_a_group_is_withheld_when_those_outside_it_are_few():
    shows(
        """
        school | group         | value | cohort
        a      | all           | 40    | 20
        a      | disadvantaged | 39    | 17
        b      | all           | 40    | 20
        b      | disadvantaged | 39    | 14
        c      | all           | 40    | 20
        c      | disadvantaged | 40    | 20
        """,
        """
        school | group         | value | cohort
        a      | all           | 40    | 20
        a      | disadvantaged | -     | -
        b      | all           | 40    | 20
        b      | disadvantaged | 39    | 14
        c      | all           | 40    | 20
        c      | disadvantaged | 40    | 20
        """,
        Rule(("school", "group"), COUNTED, (GROUPS,)),
    )


def test_a_group_is_part_of_the_measure_its_name_begins_with():
    shows(
        """
        school | measure                  | group         | value | cohort
        a      | attainment8              | all           | 40    | 20
        a      | attainment8_disadvantaged | disadvantaged | 39    | 17
        """,
        """
        school | measure                  | group         | value | cohort
        a      | attainment8              | all           | 40    | 20
        a      | attainment8_disadvantaged | disadvantaged | -     | 17
        """,
        Rule(
            ("school", "measure"),
            VALUES,
            (Rows("group", "all", ("school", "measure"), ("disadvantaged", "other")),),
        ),
    )


def test_a_gap_gives_a_small_group_away_and_is_withheld():
    shows(
        """
        school | all | poor | rest | gap | pupils | n_poor | n_rest | n_gap
        a      | 40  | 30   | 42   | -12 | 100    | 4      | 96     | 4
        b      | 50  | 45   | 53   | -8  | 100    | 40     | 60     | 40
        c      | 50  | 49   | -    | 3   | 100    | 97     | -      | 6
        """,
        """
        school | all | poor | rest | gap | pupils | n_poor | n_rest | n_gap
        a      | 40  | -    | -    | -   | 100    | 4      | 96     | 4
        b      | 50  | 45   | 53   | -8  | 100    | 40     | 60     | 40
        c      | 50  | -    | -    | -   | 100    | 97     | -      | 6
        """,
        Rule(
            ("school",),
            {"all": "pupils", "poor": "n_poor", "rest": "n_rest", "gap": "n_gap"},
            (Columns("all", ("poor", "rest"), "gap"),),
        ),
    )


def test_a_small_school_takes_another_with_it_under_an_authority_total():
    shows(
        """
        school | authority | value | cohort
        all    | Bolton    | 45    | 204
        a      | Bolton    | 60    | 4
        b      | Bolton    | 44    | 80
        c      | Bolton    | 45    | 120
        all    | Bury      | 45    | 303
        d      | Bury      | 44    | 180
        e      | Bury      | 45    | 120
        """,
        """
        school | authority | value | cohort
        all    | Bolton    | 45    | 204
        a      | Bolton    | -     | 4
        b      | Bolton    | -     | 80
        c      | Bolton    | 45    | 120
        all    | Bury      | 45    | 303
        d      | Bury      | 44    | 180
        e      | Bury      | -     | 120
        """,
        Rule(("school", "authority"), VALUES, (Rows("school", "all", ("authority",)),)),
    )


def test_groups_and_schools_together_leave_no_way_round():
    """School a's small group hides its other group; the authority's totals must not undo that."""
    shows(
        """
        school | group         | value | cohort
        all    | all           | 45    | 300
        all    | disadvantaged | 40    | 84
        all    | other         | 47    | 216
        a      | all           | 45    | 100
        a      | disadvantaged | 20    | 4
        a      | other         | 46    | 96
        b      | all           | 46    | 100
        b      | disadvantaged | 41    | 30
        b      | other         | 48    | 70
        c      | all           | 44    | 100
        c      | disadvantaged | 40    | 50
        c      | other         | 48    | 50
        """,
        """
        school | group         | value | cohort
        all    | all           | 45    | 300
        all    | disadvantaged | 40    | 84
        all    | other         | 47    | 216
        a      | all           | 45    | 100
        a      | disadvantaged | -     | 4
        a      | other         | -     | 96
        b      | all           | 46    | 100
        b      | disadvantaged | -     | 30
        b      | other         | -     | 70
        c      | all           | 44    | 100
        c      | disadvantaged | 40    | 50
        c      | other         | 48    | 50
        """,
        Rule(
            ("school", "group"),
            VALUES,
            (GROUPS, Rows("school", "all", ("group",))),
        ),
    )


def test_a_number_of_pupils_withheld_once_is_withheld_under_every_measure():
    shows(
        """
        school | measure | group         | cohort
        a      | english | all           | 20
        a      | english | disadvantaged | 17
        a      | maths   | disadvantaged | 17
        """,
        """
        school | measure | group         | cohort
        a      | english | all           | 20
        a      | english | disadvantaged | -
        a      | maths   | disadvantaged | -
        """,
        Rule(
            ("school", "measure", "group"),
            {"cohort": "cohort"},
            (
                Rows("group", "all", ("school", "measure"), ("disadvantaged", "other")),
                Same("cohort", ("school", "group")),
            ),
        ),
    )


KNOWN = """
school | value | cohort
a      | 40    | -
b      | 41    | 5
c      | 42    | 90
"""


def test_an_official_figure_without_a_number_of_pupils_passes_and_is_counted():
    rule = Rule(("school",), VALUES, official=True)
    released = disclosure.release(draw(KNOWN), rule=rule)
    assert released.frame["value"].to_list() == [40, None, 42]
    assert released.note == (
        "Withheld: one figure: 1 (fewer than 6 pupils). For one figure the number of pupils is not"
        " published; the publisher's own suppression applies."
    )


def test_our_own_figure_without_a_number_of_pupils_is_withheld():
    released = disclosure.release(draw(KNOWN), rule=Rule(("school",), VALUES))
    assert released.frame["value"].to_list() == [None, None, 42]
    assert released.withheld.rows() == [
        ("a", "value", "number unknown"),
        ("b", "value", "fewer than 6 pupils"),
    ]


def test_a_number_that_follows_is_known():
    """90 of 93 pupils are disadvantaged, so the others are three, though nobody printed it."""
    shows(
        """
        school | group         | value | cohort
        a      | all           | 40    | 93
        a      | disadvantaged | 39    | 90
        a      | other         | 50    | -
        """,
        """
        school | group         | value | cohort
        a      | all           | 40    | 93
        a      | disadvantaged | -     | 90
        a      | other         | -     | -
        """,
        Rule(("school", "group"), VALUES, (GROUPS,), official=True),
    )


def test_a_frame_about_no_pupils_passes_whole():
    frame = draw("school | distance\n a | 1.5")
    assert disclosure.release(frame, rule=Rule(("school",))).frame.equals(frame)


@pytest.mark.parametrize("rule", [Rule(("pupil",)), Rule(("school",), {"score": "cohort"})])
def test_a_rule_that_does_not_fit_is_refused(rule):
    with pytest.raises(disclosure.DisclosureError, match="has no column"):
        disclosure.release(draw(KNOWN), rule=rule)


def test_outcomes_of_a_panel_are_protected_across_groups_and_measures():
    """Three other pupils in school a; five disadvantaged ones, and so few others to tell, in b."""
    shows(
        """
        school | year | phase     | measure                   | group         | value | cohort
        a      | 2019 | secondary | attainment8               | all           | 40    | 93
        a      | 2019 | secondary | attainment8_disadvantaged | disadvantaged | 39    | 90
        a      | 2019 | secondary | progress8                 | all           | 0.1   | 93
        a      | 2019 | secondary | progress8_disadvantaged   | disadvantaged | 0.2   | 90
        b      | 2019 | secondary | attainment8               | all           | 40    | 93
        b      | 2019 | secondary | attainment8_disadvantaged | disadvantaged | 39    | 5
        b      | 2023 | secondary | attainment8               | all           | 40    | -
        """,
        """
        school | year | phase     | measure                   | group         | value | cohort
        a      | 2019 | secondary | attainment8               | all           | 40    | 93
        a      | 2019 | secondary | attainment8_disadvantaged | disadvantaged | -     | -
        a      | 2019 | secondary | progress8                 | all           | 0.1   | 93
        a      | 2019 | secondary | progress8_disadvantaged   | disadvantaged | -     | -
        b      | 2019 | secondary | attainment8               | all           | 40    | 93
        b      | 2019 | secondary | attainment8_disadvantaged | disadvantaged | -     | -
        b      | 2023 | secondary | attainment8               | all           | 40    | -
        """,
        disclosure.OUTCOMES,
    )
