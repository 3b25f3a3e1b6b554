"""Letters: from templates, safe whatever people typed, sent once, tried again, never to the made up."""

from __future__ import annotations

import datetime
import email
import smtplib
from email import policy
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from commonroom.errors import SaidToPeople
from commonroom.web.post import actions, delivery, plain, tasks, writing
from commonroom.web.post.models import Letter

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


def letters_in(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def templates(tmp_path, settings):
    """A letter of a word of its own, in a folder of templates beside those of the site."""
    letters_in(
        tmp_path,
        {
            "commonroom/tests/letters/hello.subject.txt": "Hello from {{ school }}\n",
            "commonroom/tests/letters/hello.txt": (
                "# {{ school }} & co\n\nIt was {{ count }} on {{ day|date:'j F Y' }}.\n\n"
                "{% for one in list %}- {{ one.name }}\n{% endfor %}\n\n\n\n"
                "{{ message }}\nAfter it.\n\n{{ origin }}/asks/1/?a=1&b=2\n"
            ),
        },
    )
    described = [dict(settings.TEMPLATES[0])]
    described[0]["DIRS"] = [tmp_path, *described[0]["DIRS"]]
    settings.TEMPLATES = described


CONTEXT = {
    "school": "St. <b>Mary's</b>",
    "count": 3,
    "day": datetime.date(2026, 11, 2),
    "list": [{"name": "One"}, {"name": "Two"}],
    "message": plain.Passage("Dear all,\r\n# no heading\n\nhttp://evil.example/ and <script>"),
}


def send(to, **context):
    return actions.send(to=to, kind="tests.hello", context={**CONTEXT, **context})


@pytest.mark.usefixtures("templates")
def test_a_letter_has_text_and_the_same_as_html(head):
    letter = send(head)
    assert letter.subject == "Hello from St. <b>Mary's</b>"
    assert letter.text.startswith(
        "# St. <b>Mary's</b> & co\n\nIt was 3 on 2 November 2026.\n\n- One\n- Two\n\n> Dear all,"
    )
    assert "\n> # no heading\n>\n> http://evil.example/ and <script>\nAfter it.\n" in letter.text
    html = letter.html
    assert '<html lang="en">' in html
    assert "<h2>St. &lt;b&gt;Mary&#x27;s&lt;/b&gt; &amp; co</h2>" in html
    assert "<ul>\n<li>One</li>\n<li>Two</li>\n</ul>" in html
    assert (
        "<blockquote><p>Dear all,<br>\n# no heading<br>\n<br>\nhttp://evil.example/ and &lt;script&gt;</p>"
        in html
    )
    ours = writing.absolute("/asks/1/?a=1&amp;b=2")
    assert f'<a href="{ours}">{ours}</a>' in html
    assert 'evil.example/"' not in html
    assert "<b>" not in html
    assert "<script>" not in html


@pytest.mark.usefixtures("templates")
def test_a_letter_speaks_the_language_of_whom_it_goes_to(head):
    head.language = "cy"
    letter = send(head)
    assert letter.language == "cy"
    assert '<html lang="cy">' in letter.html
    assert "2 Tachwedd 2026" in letter.text


@pytest.mark.usefixtures("templates")
def test_a_letter_to_an_address_speaks_the_language_that_is_said_or_shown():
    kept = actions.send(to="a@example.org", kind="tests.hello", context=CONTEXT, language="cy")
    assert kept.language == "cy"
    assert send("a@example.org").language == "en"
    assert (
        actions.send(to="a@example.org", kind="tests.hello", context=CONTEXT, language="fr").language == "en"
    )


@pytest.mark.usefixtures("templates")
def test_no_name_brings_a_header_into_a_letter(head):
    school = "Ash\r\nBcc: all@example.org\r\n\r\nfield\u2028School\u202e\x00\x0b"
    letter = actions.send(
        to=head,
        kind="tests.hello",
        context={**CONTEXT, "school": school},
        headers={"X-Kind\r\nBcc": "a\r\nBcc: b@example.org"},
    )
    assert letter.subject == "Hello from Ash Bcc: all@example.org field School"
    delivery.deliver_due(now=timezone.now() + MINUTE)
    (sent,) = mail.outbox
    assert sent.recipients() == [head.email]
    read = email.message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == letter.subject
    assert "\u202e" not in letter.text + letter.html


@pytest.mark.parametrize(
    "address", ["a@example.org\nBcc: b@example.org", "nobody", "", "a@example.org, b@example.org"]
)
@pytest.mark.usefixtures("templates")
def test_what_is_no_address_is_refused_in_one_sentence(address):
    with pytest.raises(SaidToPeople, match="no e-mail address"):
        send(address)
    assert not Letter.objects.exists()


@pytest.mark.usefixtures("templates")
def test_a_long_subject_is_cut_and_written_text_goes_as_it_is(head):
    assert len(send(head, school="x" * 500).subject) == writing.SUBJECT
    letter = actions.send_written(
        to=head, kind="accounts.code", subject="Your\ncode", text="It is 1 < 2.\n- one\ntwo"
    )
    assert letter.subject == "Your code"
    assert "<p>It is 1 &lt; 2.</p>\n<ul>\n<li>one</li>\n</ul>\n<p>two</p>" in letter.html


@pytest.mark.usefixtures("templates")
def test_a_letter_is_kept_with_the_change_or_not_at_all(head):
    with transaction.atomic():
        send(head)
        transaction.set_rollback(True)
    assert not Letter.objects.exists()
    assert not DBTaskResult.objects.exists()
    letter = send(head)
    (job,) = DBTaskResult.objects.all()
    assert job.args_kwargs == {"args": [letter.pk], "kwargs": {}}
    assert mail.outbox == []


@pytest.mark.usefixtures("templates")
def test_a_letter_is_sent_once_and_what_it_said_is_forgotten(head):
    letter = send(head)
    tasks.deliver.call(letter.pk)
    tasks.deliver.call(letter.pk)
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == f"<{letter.mark}@{settings.ORIGIN.hostname}>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.alternatives[0].mimetype == "text/html"
    letter.refresh_from_db()
    assert (letter.state, letter.text, letter.html, letter.subject) == ("sent", "", "", "")
    assert letter.sent is not None
    assert str(letter) == "tests.hello (sent)"
    assert DBTaskResult.objects.count() == 1


@pytest.fixture
def failing(monkeypatch):
    """A mail server that fails as it is told."""

    def fail(error):
        def send_messages(self, messages):
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send_messages)

    return fail


def refused(code, answer):
    return smtplib.SMTPRecipientsRefused({"a@example.org": (code, answer)})


@pytest.mark.usefixtures("templates")
def test_what_the_server_cannot_take_is_tried_again_and_given_up_at_last(head, failing, caplog):
    failing(smtplib.SMTPServerDisconnected("password was s3cret"))
    letter = send(head)
    now = timezone.now()
    tasks.deliver.call(letter.pk)
    job = DBTaskResult.objects.order_by("-enqueued_at").first()
    assert DBTaskResult.objects.count() == 2
    assert job.run_after > now + MINUTE / 2
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.fault) == ("waiting", 1, "SMTPServerDisconnected")
    assert delivery.deliver(letter.pk, now=now) == letter.due
    while (again := delivery.deliver(letter.pk, now=letter.due)) is not None:
        letter.refresh_from_db()
        assert letter.due == again
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.text) == ("given_up", len(delivery.PATIENCE) + 1, "")
    assert "s3cret" not in caplog.text + letter.fault


@pytest.mark.parametrize(
    ("error", "state", "fault"),
    [
        (
            smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such person")}),
            "given_up",
            "SMTPRecipientsRefused 550",
        ),
        (
            smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"later")}),
            "waiting",
            "SMTPRecipientsRefused 450",
        ),
        (smtplib.SMTPDataError(451, b"later"), "waiting", "SMTPDataError 451"),
        (ConnectionRefusedError("no"), "waiting", "ConnectionRefusedError"),
        (ValueError("a header"), "given_up", "ValueError"),
    ],
)
@pytest.mark.usefixtures("templates")
def test_only_what_may_come_right_is_tried_again(head, failing, error, state, fault):
    failing(error)
    letter = send(head)
    delivery.deliver(letter.pk, now=letter.due)
    letter.refresh_from_db()
    assert (letter.state, letter.fault) == (state, fault)


@pytest.mark.usefixtures("templates")
def test_a_letter_whose_sender_was_killed_is_sent_by_the_next(head):
    letter = send(head)
    Letter.objects.update(state="sending", due=letter.due + delivery.LOST)
    assert delivery.deliver(letter.pk, now=letter.due) == letter.due + delivery.LOST
    assert mail.outbox == []
    assert delivery.deliver_due(now=letter.due + delivery.LOST) == 1
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("templates")
def test_nobody_who_is_made_up_is_written_to_by_a_mail_server(head):
    head.made_up = True
    head.save()
    delivery.deliver(send(head).pk, now=timezone.now())
    delivery.deliver(send(head.email).pk, now=timezone.now())
    assert mail.outbox == []
    assert list(Letter.objects.values_list("state", "text")) == [("kept", "")] * 2


@pytest.mark.usefixtures("templates")
def test_the_folder_takes_letters_to_the_made_up(head, settings, tmp_path):
    settings.EMAIL_BACKEND = delivery.FOLDER
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    head.made_up = True
    head.save()
    send(head)
    assert delivery.deliver_due(now=timezone.now()) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert "Subject: Hello from St. <b>Mary's</b>" in file.read_text()


@pytest.mark.usefixtures("templates")
def test_old_letters_are_forgotten_and_waiting_ones_are_not(head):
    first, second = send(head), send(head)
    delivery.deliver(first.pk, now=timezone.now())
    later = timezone.now() + delivery.REMEMBERED + MINUTE
    assert delivery.forget(now=timezone.now()) == 0
    assert delivery.forget(now=later) == 1
    assert list(Letter.objects.all()) == [second]


def test_values_that_are_no_text_stay_what_they_are():
    day = datetime.date(2026, 1, 2)
    said = {"a": [None, 1, 2.5, True, day, {"b": "x\ny"}]}
    assert plain.clean(said) == {"a": [None, 1, 2.5, True, day, {"b": "x y"}]}
