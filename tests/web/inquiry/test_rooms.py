"""The room: who comes in, what it shows, and how the partnership goes on."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db
PARTS = ("", "cycles/", "notes/", "files/", "visits/", "actions/", "decisions/", "reviews/", "timeline/", "impact/")
WRITING = ("cycles/new/", "notes/new/", "files/new/", "visits/new/", "actions/new/", "decisions/new/")
LEADING = ("aim/", "supporters/", "begin/", "close/", "reviews/new/")


@pytest.mark.parametrize("part", [*PARTS, *WRITING, *LEADING])
def test_heads_of_both_schools_open_every_page(part, partnership, head, other_head, browse):
    for person in (head, other_head):
        assert browse(person).get(f"/partnerships/{partnership.pk}/{part}").status_code == 200


@pytest.mark.parametrize("part", [*PARTS, *WRITING, *LEADING])
def test_strangers_learn_nothing_and_officers_see_the_summary_alone(
    part, partnership, stranger, officer, browse
):
    path = f"/partnerships/{partnership.pk}/{part}"
    assert browse(stranger).get(path).status_code == 404
    assert browse(officer).get(path).status_code == (200 if part == "" else 403)
    assert browse(None).get(path).status_code == 302
