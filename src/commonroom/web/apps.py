"""The one Django application of the site."""

from django.apps import AppConfig


class Commonroom(AppConfig):
    """All models of all words, under one label and one history of migrations."""

    name = "commonroom.web"
    label = "commonroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what the sign-in library changes."""
        from commonroom.web.accounts import signals

        signals.connect()
