"""What a server such as gunicorn runs: `commonroom.web.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonroom.web.settings")

application = get_wsgi_application()
