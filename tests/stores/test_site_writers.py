"""Two hundred people write at once, through a real server: nothing lost, nothing doubled, nobody refused."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlencode

from stores.sites import Site, wait

PAIRS, HEADS = 20, 5
PEOPLE = 2 * PAIRS * HEADS
CAST = f"""
import json
from stores import site_writers
print(json.dumps(site_writers.cast({PAIRS}, {HEADS})))
"""
#: CSRF: the cookie and the form hold the same secret, as a browser's do.
FORGERY = secrets.token_hex(16)


@contextmanager
def server(site: Site) -> Iterator[int]:
    """Two processes of four threads, as they are served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    where = ("-c", "python:commonroom.web.management.answering", "-b", f"127.0.0.1:{port}")
    gunicorn = (sys.executable, "-m", "gunicorn", *where, "--workers=2", "--threads=4")
    with site.running(*gunicorn, program=()):
        wait(lambda: get(port, "/health") == 503)
        yield port


def get(port: int, path: str) -> int:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status
    except OSError:
        return 0


class Person(threading.Thread):
    """Somebody who sends what they wrote, one form after another, and keeps what was answered."""

    def __init__(self, port: int, told: dict[str, Any], begin: threading.Barrier) -> None:
        super().__init__()
        self.port, self.told, self.begin = port, told, begin
        self.answers: list[str] = []
        self.keys = [str(uuid.uuid4()) for _ in range(2)]

    def run(self) -> None:
        self.begin.wait()
        told, room = self.told, f"/partnerships/{self.told['room']}/notes/new/"
        # The first note is sent twice: its answer was lost on the way.
        for key in (self.keys[0], *self.keys):
            self.send(room, key=key, text=f"Note {key}", date="2026-09-07", visibility="both")
        self.send("/offers/new/", school=told["school"], says="offer", theme=told["theme"], phase="secondary")
        self.send(f"/asks/{told['ask']}/answer/", answer="no", reason="We are few.")

    def send(self, path: str, **form: str) -> None:
        headers = {
            "Cookie": f"sessionid={self.told['session']}; csrftoken={FORGERY}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
                connection.request("POST", path, urlencode({"csrfmiddlewaretoken": FORGERY, **form}), headers)
                answer = connection.getresponse()
                answer.read()
            self.answers.append(f"{answer.status} {answer.getheader('Location', '//').split('/')[1]}")
        except OSError as error:
            self.answers.append(repr(error))


def test_nothing_is_lost_and_nothing_doubled(site: Site) -> None:
    cast = json.loads(site.python(CAST).splitlines()[-1])
    assert len(cast) == PEOPLE
    with server(site) as port:
        begin = threading.Barrier(PEOPLE)
        people = [Person(port, told, begin) for told in cast]
        for person in people:
            person.start()
        for person in people:
            person.join()
    answers = Counter(answer for person in people for answer in person.answers)
    assert answers == {"303 partnerships": 3 * PEOPLE, "303 offers": PEOPLE, "303 asks": PEOPLE}, site.logs()[
        -3000:
    ]
    assert site.count("commonroom_note") == 2 * PEOPLE
    keys = {uuid.UUID(str(key)) for (key,) in site.ask("SELECT key FROM commonroom_note")}
    assert keys == {uuid.UUID(key) for person in people for key in person.keys}
    assert site.count("commonroom_offer") == PEOPLE
    assert site.count("commonroom_ask", "state = 'no'") == PEOPLE
    entries = dict(site.ask("SELECT action, count(*) FROM commonroom_entry GROUP BY action"))
    assert entries["note.write"] == 2 * PEOPLE
    assert entries["offer.write"] == entries["ask.answer"] == PEOPLE
    assert "locked" not in site.logs()
    assert "Traceback" not in site.logs()
