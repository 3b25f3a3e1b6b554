"""Settings of the site under test: the site's own, with a work folder that is thrown away."""

import atexit
import os
import shutil
import tempfile

# No word of the machine's environment reaches the tests but the database they are asked to run on.
WORK_FOLDER = tempfile.mkdtemp(prefix="commonroom-tests-")
atexit.register(shutil.rmtree, WORK_FOLDER, ignore_errors=True)
os.environ["COMMONROOM_WORK"] = WORK_FOLDER
os.mkdir(f"{WORK_FOLDER}/static")
for name in ("COMMONROOM_ORIGIN", "COMMONROOM_MAIL", "COMMONROOM_OIDC", "COMMONROOM_SECRET"):
    os.environ.pop(name, None)

from commonroom.web.settings import *

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Pages that a browser asks for are answered by other threads: they share a file, not one connection.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"{WORK_FOLDER}/tests.sqlite3"}
# Spark's connection says when it is closed, which is after the tests and the stream that they log to.
LOGGING["loggers"] = {"py4j": {"level": "WARNING"}}
