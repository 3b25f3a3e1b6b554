"""The schools most like a school, who of them does better, and the standing families."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import get_resolver

from commonroom.narrative.pages import forms
from commonroom.web import evidence
from commonroom.web.families import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]

ALIKE = "/schools/143260/alike/"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def listed(said: str) -> list[str]:
    """Names of the schools of the long table, in its order."""
    return re.findall(r'<th scope="row"><a href="/schools/\d+/[^"]*">([^<]*)</a>', said.split('id="all"')[1])


def test_the_fifty_most_like_a_school_stand_most_alike_first(client: Client) -> None:
    said = text(client, ALIKE)
    found = evidence.shown().alike("143260", "secondary")
    assert found is not None
    assert listed(said) == [one["name"] for one in found["members"]]
    assert "very like" in said
    assert "Names it back" in said
    assert "Minutes by road, about" in said


def test_by_name_they_stand_by_name_and_no_other_order_can_be_had(client: Client) -> None:
    by_name = listed(text(client, f"{ALIKE}?sort=name"))
    assert by_name == sorted(by_name, key=str.casefold)
    by_likeness = listed(text(client, ALIKE))
    for wish in ("attainment", "improvement", "-attainment", "position", "quadrant", "value"):
        assert listed(text(client, f"{ALIKE}?sort={wish}")) == by_likeness
    assert page.ORDERS == ("likeness", "name")


def test_no_address_of_the_site_takes_an_order_by_results() -> None:
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    assert not [name for name in names if re.search(r"rank|league|top|best", name)]


def test_another_definition_of_alike_gives_other_schools(client: Client) -> None:
    other = text(client, f"{ALIKE}?preset=families-2011")
    assert listed(other) != listed(text(client, ALIKE))
    assert '<option value="families-2011" selected>' in other
    assert client.get(f"{ALIKE}?preset=no-such").status_code == 404


def test_where_the_fifty_are_elsewhere_the_standing_family_is_named(client: Client) -> None:
    said = text(client, f"{ALIKE}?theme=attainment")
    assert "None of these schools is in Greater Manchester" in said
    assert re.search(r'href="/families/secondary/F\d+/\?from=143260&theme=attainment"', said)


def somebody_strong() -> tuple[str, str, str]:
    """A standing family of primary schools with a strong member: code, number of the member, theme."""
    shown = evidence.shown()
    for one in shown.system()["families"]:
        found = shown.family(one["phase"], one["code"])
        assert found is not None
        for member in found["members"]:
            if one["phase"] == "primary" and member["strengths"]:
                return one["code"], member["number"], member["strengths"][0]["theme"]
    raise AssertionError("nobody is strong in anything")


def test_who_does_better_is_named_with_how_sure_that_is_and_can_be_asked(client: Client) -> None:
    code, number, theme = somebody_strong()
    said = text(client, f"/families/primary/{code}/?theme={theme}")
    part = said.split('id="better"')[1].split('id="map"')[0]
    assert f'href="/asks/new/?of={number}&about={theme}"' in part
    assert "better by" in part
    assert "How sure: " in part
    assert "It is never said that one named school is better than another." in part


def test_a_theme_in_which_nobody_is_named_says_that_the_figures_cannot_tell(client: Client) -> None:
    shown = evidence.shown()
    said = page.counted([], [{"in_system": True}, {"in_system": False}], "Reading", "Oldham")  # type: ignore[list-item]
    assert said == (
        "Of the one of these schools that is in Oldham, none is named for Reading:"
        " the published figures cannot tell."
    )
    assert page.themes(shown.facts, "secondary")


def test_a_standing_family_stands_by_name_with_its_map_and_the_table_behind(client: Client) -> None:
    said = text(client, "/families/secondary/F011/?from=143260")
    names = listed(said)
    assert "Parrs Wood High School" in names
    assert names == sorted(names, key=str.casefold)
    assert '<figure class="picture" data-chart="/families/secondary/F011/map.json' in said
    assert "The figures of the map" in said
    assert "Mean distance between two of them" in said


def test_an_honorary_member_is_marked(client: Client) -> None:
    shown = evidence.shown()
    row = next(one for one in shown.system()["families"] if one["honorary"])
    said = text(client, f"/families/{row['phase']}/{row['code']}/")
    assert "(honorary member)" in said
    assert "does not count in its size" in said


def test_standing_families_are_listed_by_their_names(client: Client) -> None:
    said = text(client, "/families/secondary/")
    codes = re.findall(r'href="/families/secondary/(F\d+)/"', said)
    assert codes == sorted(codes)
    assert len(codes) == 16
    assert client.get("/families/nursery/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/schools/999/alike/",
        "/schools/100002/alike/",
        "/schools/143260/alike/?phase=primary",
        "/families/secondary/X999/",
        "/families/other/F011/",
        "/families/secondary/X999/members.csv",
        "/families/secondary/X999/map.svg",
    ],
)
def test_what_is_not_there_is_a_page_that_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_earlier_number_leads_to_the_school(client: Client) -> None:
    answer = client.get("/schools/105556/alike/")
    assert answer.status_code == 301
    assert answer.headers["Location"] == ALIKE
    asked = client.get("/schools/105556/alike/?theme=attainment&sort=name")
    assert asked.headers["Location"] == f"{ALIKE}?theme=attainment&sort=name"


def test_a_family_seen_from_a_member_tells_the_roads_from_it_and_marks_it(client: Client) -> None:
    plain, seen = "/families/secondary/F011/", "/families/secondary/F011/?from=143260"
    assert "Minutes by road" not in text(client, plain)
    said = text(client, seen)
    assert "Minutes by road, about" in said
    assert "members.csv?from=143260" in said
    assert "Kilometres, in a straight line, and minutes are from Parrs Wood High School." in said
    assert 'href="?from=143260&theme=' in said
    assert "?from=143260&language=en" in said
    roads = client.get("/families/secondary/F011/members.csv?from=143260").content.decode()
    assert roads != client.get("/families/secondary/F011/members.csv").content.decode()
    drawn = client.get("/families/secondary/F011/map.json?from=143260").content
    assert drawn != client.get("/families/secondary/F011/map.json").content


def test_a_family_seen_from_elsewhere_is_seen_from_nowhere(client: Client) -> None:
    drawn = client.get("/families/secondary/F011/map.json?from=elsewhere")
    assert drawn.content == client.get("/families/secondary/F011/map.json").content
    assert 'name="from"' not in text(client, "/families/secondary/F011/?from=elsewhere")


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/schools/143260/alike.csv?phase=secondary", "place,school,name,authority"),
        ("/families/secondary/F011/members.csv", "family,school,name,authority"),
    ],
)
def test_lists_can_be_taken_away(client: Client, path: str, head: str) -> None:
    lines = client.get(path).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith(head)
    assert any(line.startswith("Source,") for line in lines)


@pytest.mark.parametrize(
    "path", ["/schools/143260/alike.svg?phase=secondary", "/families/secondary/F011/map.svg"]
)
def test_the_map_is_a_picture(client: Client, path: str) -> None:
    assert client.get(path).content.startswith(b"<svg")


def member(**others: object) -> forms.Member:
    """A school of a family with little known of it."""
    made = {
        "number": "1", "name": "A", "authority": None, "in_system": True, "map": None, "strengths": [],
        "distance": None, "likeness": "none", "mutual": None, "km": None, "minutes": None, "travel": None,
        "honorary": False,
    }  # fmt: skip
    return {**made, **others}  # type: ignore[return-value,typeddict-item]


def test_minutes_that_are_only_the_usual_ones_there_say_so() -> None:
    rows = page.rows(
        [member(minutes=40, travel="authority"), member(minutes=40, travel="distance"), member()],
        evidence.shown().facts,
        order="likeness",
    )
    assert [row.minutes for row in rows] == ["40 (usual there)", "40", "–"]


def test_a_family_of_which_no_distances_are_known_says_nothing_of_them() -> None:
    assert page.near({"within": None, "optimum": None}) == ""  # type: ignore[typeddict-item]


def test_a_school_without_a_map_has_no_picture_of_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonroom.pipeline.shown.Shown.picture", lambda *_one, **_more: None)
    assert 'id="map"' not in text(client, ALIKE)
