"""Charts: still pictures, what they are drawn from, and the program that lets a reader explore them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

import commonroom
from commonroom.web import drawing, evidence
from commonroom.web.schools import labels
from commonroom.web.schools.serving import FOREVER, kept, public

#: Pictures that are kept; those beyond are drawn again when somebody asks.
KEPT = 4000
TYPES = {"svg": "image/svg+xml", "narrow.svg": "image/svg+xml", "json": "application/json"}
Key = tuple[str, ...]


@public
def trend(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Draw a measure of a school by year."""
    key = (number, request.GET.get("phase", ""), request.GET.get("measure", ""))
    return draw(request, "trend", key, form)


@public
def position(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Draw where a school stands among schools alike, by definition of alike."""
    return draw(request, "position", (number, request.GET.get("phase", "")), form)


def draw(request: HttpRequest, kind: str, key: Key, form: str) -> HttpResponse:
    """Return a picture, or what it is drawn from; drawn once for a version of the evidence.

    Arguments: the `kind` of picture and its `key`, as `Shown.picture` takes them; the `form`: svg, svg for
    a narrow screen, or json.
    """
    if form not in TYPES:
        raise Http404(_("There is no such picture."))
    language = labels.language(request.GET.get("language"))
    shown = evidence.shown()

    def make() -> bytes:
        picture = shown.picture(kind, key, language=language)
        if picture is None:
            raise Http404(_("There is no such picture."))
        if form == "json":
            return _pack(picture.specification())
        return _pack(picture.svg(drawing.still, narrow=form == "narrow.svg"))

    name = "|".join([commonroom.__version__, shown.facts["version"], kind, *key, language, form, "packed"])
    return kept(_answer(request, once(name, make), TYPES[form]), request)


def once(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what was made under a name before, or make it and keep it in the work folder."""
    cache, name = _cache(), hashlib.sha256(name.encode()).hexdigest()
    known: bytes | None = cache.get(name)
    if known is not None:
        return known
    made = make()
    cache.set(name, made)
    return made


@lru_cache(maxsize=1)
def _cache() -> FileBasedCache:
    return FileBasedCache(str(settings.WORK / "drawn"), {"TIMEOUT": None, "OPTIONS": {"MAX_ENTRIES": KEPT}})


def program(request: HttpRequest, version: str) -> HttpResponse:
    """Return the program that draws charts in the reader's browser, packed when the browser can unpack it."""
    if version != commonroom.__version__:
        raise Http404(_("There is no such program."))
    answer = _answer(request, once(f"program|{version}", _program), "text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return answer


def _program() -> bytes:
    from commonroom import charts

    return _pack(charts.html_bundle())


def _pack(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def _answer(request: HttpRequest, packed: bytes, content_type: str) -> HttpResponse:
    """What was packed, as it is for a browser that can unpack it: nothing of it is secret or a reader's."""
    answer = HttpResponse(content_type=content_type)
    patch_vary_headers(answer, ("Accept-Encoding",))
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.content = packed
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer.content = gzip.decompress(packed)
    return answer
