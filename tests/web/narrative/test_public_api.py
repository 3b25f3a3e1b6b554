"""What programs may ask without signing in: the same documents, lists and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status, answer.content[:300]
    return json.loads(answer.content)


def test_the_facts_name_what_stands_in_documents(client: Client) -> None:
    facts = get(client, "facts")
    assert facts["system"]["cy"] == "Manceinion Fwyaf"
    assert facts["limit"] == 6


def test_a_school_is_found_and_read(client: Client) -> None:
    found = get(client, "schools?q=parrs wood")
    assert found[0]["number"] == "143260"
    assert len(get(client, "schools?q=oldham&limit=5")) == 5
    school = get(client, "schools/105556")
    assert school["number"] == "143260"
    assert school["register_source"].startswith("DfE")
    assert school["phases"][0]["phase"] == "secondary"
    assert get(client, "schools/143260/figures")["rows"][0]["phase"] == "secondary"
    get(client, "schools/999", 404)
    get(client, "schools/999/figures", 404)
    get(client, "schools?q=a&limit=5000", 422)


def test_families_are_read(client: Client) -> None:
    alike = get(client, "schools/143260/alike?phase=secondary")
    assert len(alike["members"]) == 50
    family = get(client, "families/secondary/F011?school=143260")
    assert [one["number"] for one in family["members"] if one["km"] is None] == ["143260"]
    get(client, "families/secondary/X999", 404)
    get(client, "schools/999/alike", 404)


def test_schools_stand_by_likeness_or_by_name_and_never_by_results(client: Client) -> None:
    distances = [one["distance"] for one in get(client, "schools/143260/alike")["members"]]
    assert distances == sorted(distances)
    for path, key in (("families/secondary/F011", "members"), ("system/schools?limit=300", "schools")):
        names = [one["name"].casefold() for one in get(client, path)[key]]
        assert names == sorted(names)
        for wish in ("sort=attainment", "order=-value", "ordering=improvement"):
            again = get(client, f"{path}{'&' if '?' in path else '?'}{wish}")[key]
            assert [one["name"].casefold() for one in again] == names


def test_the_system_and_its_lists_are_read(client: Client) -> None:
    assert get(client, "system")["label"]["en"] == "Greater Manchester"
    some = get(client, "system/schools?authority=352&phase=secondary&limit=3&offset=1")
    assert len(some["schools"]) == 3
    assert some["count"] > 3
    assert {one["authority"] for one in some["schools"]} == {"Manchester"}
    assert get(client, "system/lists/floor")["rows"]
    get(client, "system/lists/ranking", 422)
    get(client, "system/schools?authority=999", 404)
