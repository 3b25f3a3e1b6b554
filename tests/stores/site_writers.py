"""People who write without a rest: what belongs together is written in one transaction."""

from __future__ import annotations

import datetime
import threading

from django.db import connection

from commonroom.web.audit.changes import change
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School

#: Of each process.
WRITERS = 5


@change
def agree(receiver: School, provider: School) -> None:
    day = datetime.date(2026, 9, 7)
    made = Partnership.objects.create(receiver=receiver, provider=provider, theme="reading", agreed=day)
    Moment.objects.create(partnership=made, date=day, kind="agreed", title="Agreed")


def write() -> None:
    """Write until the process ends."""
    receiver, provider = School.objects.all()[:2]

    def go_on() -> None:
        while True:
            agree(receiver, provider)

    threads = [threading.Thread(target=go_on) for _ in range(WRITERS)]
    connection.close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
