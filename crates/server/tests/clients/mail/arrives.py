"""Mail to a mail server that is not ours, read by a mail reader that is not ours."""

import contextlib
import email
import email.policy
import email.utils
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from aiosmtpd.controller import Controller

PATIENCE = 120


class Mailbox:
    """Keeps what comes; refuses one recipient for good, and puts another off, however often it comes."""

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "450 4.2.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((envelope, message))
        return "250 2.0.0 taken"


class AnyPort(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self):
        # It calls itself once it listens.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def muster(port):
    """A demo that mails to this port; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        log = open(pathlib.Path(folder, "err"), "w+")
        words = ["demo", "--json", "--data", f"{folder}/data", "--listen", "127.0.0.1:0"]
        words += ["--smtp", f"smtp://127.0.0.1:{port}", "--smtp-tls", "none", "--mail-from", "jobs@bücher.example"]
        server = subprocess.Popen([os.environ["MUSTER_BIN"], *words], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)
            log.seek(0)
            sys.stderr.write(log.read())


def caller(demo):
    def call(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {demo['native']['api_key']}", "Content-Type": "application/json"}
        request = urllib.request.Request(demo["native"]["base_url"] + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    return call


def until(what, look):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def an_invite_is_read_as_it_was_written(call, mailbox):
    call("PUT", "/mail-settings", {"from_name": "Müller, Söhne & Co.", "reply_to": "leute@bücher.example"})
    job = call("GET", "/jobs")["data"][0]
    message = "Grüße <b>aus</b> " + "sehr " * 300 + "ferner Stadt\n.\n\n{{ link }}"
    person = {"email": "jörg@bücher.example", "name": "Jörg Ünal", "job": job["id"], "language": "de", "message": message}
    began = int(time.time())
    invite = call("POST", "/invites", person)
    envelope, mail = until("the mail", lambda: mailbox.taken and mailbox.taken[-1])
    assert envelope.mail_from == "jobs@xn--bcher-kva.example"
    assert envelope.rcpt_tos == ["jörg@xn--bcher-kva.example"]
    name, address = email.utils.parseaddr(str(mail["From"]))
    assert (name, address) == ("Müller, Söhne & Co.", "jobs@xn--bcher-kva.example"), mail["From"]
    assert mail["Subject"] == f"Ihre Einladung zur Bewerbung: {job['title']}"
    assert mail["Reply-To"] == "leute@xn--bcher-kva.example"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Content-Language"] == "de"
    assert mail["Message-ID"] == f"<{invite['mail']['id']}@xn--bcher-kva.example>"
    assert began <= mail["Date"].datetime.timestamp() <= time.time(), mail["Date"]
    assert not mail.defects and not any(part.defects for part in mail.walk())
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert message in text.replace("\r\n", "\n") and invite["link"] in text
    assert f'href="{invite["link"]}"' in html and "&lt;b&gt;aus" in html
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998
    with urllib.request.urlopen(invite["link"], timeout=PATIENCE) as page:
        assert page.status == 200


def what_the_server_says_is_shown(call, mailbox):
    job = call("GET", "/jobs")["data"][0]["id"]
    invites = {who: call("POST", "/invites", {"email": f"{who}@x.org", "job": job}) for who in ("nobody", "later")}

    def mail_of(who):
        return call("GET", f"/invites/{invites[who]['id']}")["mail"]

    refused = until("a refusal", lambda: (m := mail_of("nobody"))["state"] == "refused" and m)
    assert "550 5.1.1 no such mailbox" in refused["problem"], refused
    put_off = until("a delay", lambda: (m := mail_of("later"))["problem"] and m)
    assert put_off["state"] == "queued" and "450 4.2.1 come again" in put_off["problem"], put_off
    tried = call("GET", f"/deliveries/{put_off['id']}")
    # On a slow machine there may have been a second one.
    assert {t["outcome"] for t in tried["tries"]} == {"put_off"} and tried["unsure"] == 0


def main():
    mailbox, failed = Mailbox(), 0
    tests = [an_invite_is_read_as_it_was_written, what_the_server_says_is_shown]
    controller = AnyPort(mailbox, hostname="127.0.0.1", port=0, ready_timeout=PATIENCE, enable_SMTPUTF8=True)
    controller.start()
    try:
        with muster(controller.port) as demo:
            for test in tests:
                name = re.sub("_", " ", test.__name__)
                try:
                    test(caller(demo), mailbox)
                    print(f"   ok: {name}")
                except Exception as error:  # each is told of
                    failed += 1
                    print(f"   FAILED: {name}: {error!r}")
    finally:
        controller.stop()
    print(f"test result: {'FAILED' if failed else 'ok'}. {len(tests) - failed} passed; {failed} failed; mail")
    sys.exit(failed > 0)


main()
