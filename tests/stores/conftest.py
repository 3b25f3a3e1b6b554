"""Sites on both databases, for the tests that run them as processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import postgres
from conftest import missing
from stores.sites import Site, Sites


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Sites of one kind of database."""
    folder = tmp_path_factory.mktemp("sites")
    if request.param == "sqlite":
        yield Sites(folder)
        return
    programs = postgres.find()
    if programs is None:
        missing("PostgreSQL is not installed (the site is tested on SQLite alone).")
    with postgres.serve(programs) as address:
        yield Sites(folder, address)


@pytest.fixture
def site(sites: Sites) -> Site:
    """A new, empty site."""
    return sites.new()
