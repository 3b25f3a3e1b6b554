"""What holds of the whole program: its settings behind https, and a door that all its workers watch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

#: One worker of the site: tries passwords for an address, and prints what the page says.
WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "commonroom.web.settings"
import django
from commonroom.web import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
from django.test import Client
if sys.argv[1] == "found":
    from django.core.management import call_command
    from commonroom.web.accounts.models import Person
    call_command("migrate", run_syncdb=True, verbosity=0)
    Person.objects.create_user("kay@example.org", "a long enough password")
for password in sys.argv[2:]:
    page = Client().post("/people/login/", {"login": "kay@example.org", "password": password},
                         headers={"host": "127.0.0.1"})
    print("in" if page.status_code == 302 else "closed" if b"Too many tries" in page.content else "wrong")
"""


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("COMMONROOM", "DJANGO"))
    }
    environment = kept | {"COMMONROOM_WORK": str(folder)} | more
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_wrong_passwords_are_counted_by_all_workers_together(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    first = run(tmp_path, "-c", WORKER, "found", "a long enough password", *["wrong"] * 3)
    assert first.stdout.split() == ["in", *["wrong"] * 3], first.stderr
    second = run(tmp_path, "-c", WORKER, "join", "wrong", "wrong", "a long enough password")
    assert second.stdout.split() == ["wrong", "wrong", "closed"], second.stderr
    third = run(tmp_path, "-c", WORKER, "join", "a long enough password")
    assert third.stdout.split() == ["closed"], third.stderr


def test_the_settings_behind_https_leave_nothing_to_warn_of(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    words = ["-W", "error", "-m", "commonroom.web.manage", "check", "--deploy", "--fail-level", "WARNING"]
    checked = run(tmp_path, *words, COMMONROOM_ORIGIN="https://commonroom.example.org")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_behind_https_cookies_are_of_this_very_site_alone(tmp_path: Path) -> None:
    asked = (
        "from commonroom.web import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.NINJA_NUM_PROXIES)"
    )
    there = run(tmp_path, "-c", asked, COMMONROOM_ORIGIN="https://x.org").stdout
    assert there.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "1"]


def test_the_way_to_a_provider_is_open_to_a_form_and_to_nothing_else(tmp_path: Path) -> None:
    asked = (
        "from commonroom.web import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES'], "
        "s.SOCIALACCOUNT_PROVIDERS, s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    )
    there = run(
        tmp_path, "-c", asked,
        COMMONROOM_OIDC="https://login.example.org/realms/schools", COMMONROOM_ORIGIN="https://x.org",
    ).stdout  # fmt: skip
    assert "'form-action': [\"'self'\", 'https://login.example.org']" in there
    assert there.count("https://login.example.org'") == 1
    assert "'server_url': 'https://login.example.org/realms/schools'" in there
    assert there.split()[-1] == "1"
    without = run(tmp_path, "-c", asked).stdout
    assert "'form-action': [\"'self'\"]" in without
    assert without.split()[-1] == "0"
