"""Work of the post that is done in the background."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from commonroom.web.post import delivery


@task(priority=10)
def deliver(key: int) -> None:
    """Send one letter, and come back to it when the mail server could not take it."""
    again = delivery.deliver(key, now=timezone.now())
    if again is not None:
        deliver.using(run_after=again).enqueue(key)
