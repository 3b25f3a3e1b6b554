"""Settings of the site, from those of the program (docs/reference/settings.md)."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from commonroom import settings as program
from commonroom.web import databases, mail

HERE = Path(__file__).parent
WORK = Path(program.WORK.value).absolute()
EVIDENCE = Path(program.EVIDENCE.value).absolute()
#: Where the published pages of the evidence are (commonroom.pipeline.publishing).
PAGES = WORK / "pages"
DEBUG = False
#: Whether this is the site of the demo, with its door for made-up people.
EXAMPLE = program.EXAMPLE.value == "1"


def _secret() -> str:
    """Return the secret that signs sessions: the one that is set, or one made once and kept."""
    if program.SECRET.value:
        return program.SECRET.value
    file = WORK / "secret"
    if not file.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        # Written beside, and whole when it is put in place: of two at once, the first one's is kept.
        beside = WORK / f".secret.{os.getpid()}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(beside, file)
        beside.unlink()
    return file.read_text(encoding="utf-8")


SECRET_KEY = _secret()
ORIGIN = urlsplit(program.ORIGIN.value)
SECURE = ORIGIN.scheme == "https"
ALLOWED_HOSTS = [host for host in {ORIGIN.hostname, "127.0.0.1", "localhost"} if host]
CSRF_TRUSTED_ORIGINS = [program.ORIGIN.value]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "django_linear_migrations",
    "ninja",
    "commonroom.web",
]
MIDDLEWARE = [
    "commonroom.web.middleware.Requests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "commonroom.web.accounts.sessions.Ends",
    "commonroom.web.accounts.sessions.SecondStep",
    "commonroom.web.keeping.Kept",
    "commonroom.web.language.Remembered",
    "commonroom.web.middleware.Sentences",
]
ROOT_URLCONF = "commonroom.web.urls"
WSGI_APPLICATION = "commonroom.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "commonroom.web.context.site",
            ],
        },
    }
]
DATABASES = {"default": databases.choose(program.DATABASE.value, WORK)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "commonroom.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
#: A link to a new password is asked for by who is there to follow it.
PASSWORD_RESET_TIMEOUT = 2 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/me/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "commonroom.web.accounts.adapters.People"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "commonroom.web.accounts.signing.SignIn",
    "change_password": "commonroom.web.accounts.signing.Change",
    "set_password": "commonroom.web.accounts.signing.First",
    "reset_password": "commonroom.web.accounts.signing.Forgotten",
    "reset_password_from_key": "commonroom.web.accounts.signing.Anew",
    "reauthenticate": "commonroom.web.accounts.signing.Again",
    "add_email": "commonroom.web.accounts.signing.Address",
}
MFA_FORMS = {
    "authenticate": "commonroom.web.accounts.signing.Code",
    "reauthenticate": "commonroom.web.accounts.signing.CodeAgain",
    "activate_totp": "commonroom.web.accounts.signing.App",
    "add_webauthn": "commonroom.web.accounts.signing.Passkey",
    "edit_webauthn": "commonroom.web.accounts.signing.PasskeyName",
}
#: Nobody is here whose address was not proven by a letter, so a new one that waits does no harm.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = ORIGIN.scheme
#: Five wrong passwords for one address, or twenty from one place of the network, and none is looked at for
#: a while: of whatever worker of the site, for what was tried is kept in the database.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/15m/key", "login": "60/m/ip"}
MFA_ADAPTER = "commonroom.web.accounts.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Commonroom"
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "commonroom.web.accounts.adapters.Providers"
#: The provider is the operator's own choice, and only addresses that it says it has verified count.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
#: Where the form of that button may lead; a browser looks at where it is sent on to.
PROVIDER = [f"{part.scheme}://{part.netloc}" for part in [urlsplit(program.OIDC.value)] if part.netloc]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "provider",
                "name": program.OIDC_NAME.value,
                "client_id": program.OIDC_CLIENT.value,
                "secret": program.OIDC_SECRET.value,
                "settings": {"server_url": program.OIDC.value},
            }
            for _place in PROVIDER
        ],
    }
}
#: Behind a proxy the last address that it notes is whoever asks; without one, nothing is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = NINJA_NUM_PROXIES = 1 if SECURE else 0

#: What all workers keep for a while. A cache in memory would count wrong passwords for each worker apart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "commonroom_kept",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("cy", "Cymraeg")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = "commonroom.web.formats"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = WORK / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(WORK / "files")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
#: Files that people send are never in the folder that is served as static.
MEDIA_ROOT = WORK / "files"
FILE_UPLOAD_HANDLERS = [
    "commonroom.web.files.receiving.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_CONFIG = mail.choose(program.MAIL.value, WORK / "mail")
globals().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = program.SENDER.value

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# A browser takes a cookie with such a name from this very site alone, and no neighbour can set one.
HOST_ONLY = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{HOST_ONLY}sessionid", f"{HOST_ONLY}csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 7 * 24 * 3600
SECURE_SSL_REDIRECT = SECURE
#: Asked by programs beside it, and not by way of the proxy.
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *PROVIDER],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "commonroom.web.logs.Line",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["lines"], "level": "INFO"},
}

#: Where every process of the server counts its requests.
COUNTS = WORK / "counts"
METRICS_TOKEN = program.METRICS_TOKEN.value

#: What a theme, a role or a state is called stands in code of its word; only the site's own name is here.
SITE_NAME = _("Commonroom")
