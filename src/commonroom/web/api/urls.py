"""Where programs ask."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from commonroom.web.accounts.api import router as accounts
from commonroom.web.api import assembly
from commonroom.web.families.api import router as families
from commonroom.web.impact.api import router as impact
from commonroom.web.inquiry.api import router as rooms
from commonroom.web.inquiry.events.api import router as events
from commonroom.web.jobs.api import router as jobs
from commonroom.web.narrative.api import router as narrative
from commonroom.web.narrative.feeds.api import router as feeds
from commonroom.web.partnerships.api import router as partnerships
from commonroom.web.schools.api import router as schools

api = assembly.build()
for router in (accounts, jobs, schools, families, partnerships, rooms, events, impact, narrative, feeds):
    api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("api/<path:rest>", assembly.missing, name="api-missing"),
]
