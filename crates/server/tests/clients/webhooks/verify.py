"""What Standard Webhooks' Python library says of our webhooks. Beside a server: scripts/throwaway-muster."""

import http.server
import json
import os
import threading
import time
import unittest
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

NATIVE = json.loads(os.environ["MUSTER_DEMO"])["native"]
PATIENCE = 120


def call(method, path, body=None):
    request = urllib.request.Request(
        NATIVE["base_url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {NATIVE['api_key']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        text = answer.read()
        return json.loads(text) if text else None


class Receiver:
    """Keeps what comes; while it is down it answers 503."""

    def __init__(self):
        self.came, self.is_down = [], False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if receiver.is_down:
                    self.send_response(503)
                else:
                    receiver.came.append((dict(self.headers.items()), body))
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks"

    def wait_for(self, n):
        until = time.monotonic() + PATIENCE
        while len(self.came) < n:
            if time.monotonic() > until:
                raise AssertionError(f"{len(self.came)} of {n} calls came")
            time.sleep(0.05)
        return self.came


class Verifying(unittest.TestCase):
    number = 0

    def setUp(self):
        self.receiver = Receiver()
        self.made = call("POST", "/subscriptions", {"url": self.receiver.url, "kinds": ["candidate.created"], "shows": "record"})
        self.path = f"/subscriptions/{self.made['id']}"

    def tearDown(self):
        call("DELETE", self.path)
        self.receiver.server.shutdown()
        self.receiver.server.server_close()

    def person(self):
        Verifying.number += 1
        name = f"Zoë Ünïcode \u2028 {Verifying.number}"
        return call("POST", "/candidates", {"name": name, "emails": [f"py{Verifying.number}@example.com"]})

    def refused(self, webhook, body, headers):
        with self.assertRaises(WebhookVerificationError):
            webhook.verify(body, headers)

    def test_a_call_is_verified_and_a_changed_one_is_not(self):
        made = self.person()
        headers, body = self.receiver.wait_for(1)[0]
        webhook = Webhook(self.made["secret"])
        told = webhook.verify(body, headers)
        self.assertEqual(told["data"]["record"]["candidate"]["id"], made["candidate"]["id"])
        lower = {name.lower(): value for name, value in headers.items()}
        self.refused(webhook, body.replace(b"candidate", b"candidatE", 1), lower)
        self.refused(webhook, body, {**lower, "webhook-id": "another"})
        late = str(int(lower["webhook-timestamp"]) - 1)
        self.refused(webhook, body, {**lower, "webhook-timestamp": late})
        self.refused(Webhook("whsec_" + "A" * 44), body, lower)

    def test_the_old_secret_is_good_until_it_is_retired(self):
        new = call("POST", f"{self.path}/rotate-secret", {"overlap_hours": 1})
        newest = None
        self.person()
        headers, body = self.receiver.wait_for(1)[0]
        for secret in (self.made["secret"], new["secret"]):
            Webhook(secret).verify(body, headers)
        newest = call("POST", f"{self.path}/rotate-secret", {"overlap_hours": 0})
        self.person()
        headers, body = self.receiver.wait_for(2)[1]
        Webhook(newest["secret"]).verify(body, headers)
        for secret in (self.made["secret"], new["secret"]):
            self.refused(Webhook(secret), body, headers)

    def test_who_was_down_is_told_everything_and_can_verify_it(self):
        self.receiver.is_down = True
        people = {self.person()["candidate"]["id"] for _ in range(4)}
        until = time.monotonic() + PATIENCE
        while call("GET", self.path)["state"] != "failing":
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        self.receiver.is_down = False
        came = self.receiver.wait_for(4)
        webhook = Webhook(self.made["secret"])
        told = [webhook.verify(body, headers)["data"]["event"]["candidate"] for headers, body in came]
        self.assertEqual(sorted(told), sorted(people))


if __name__ == "__main__":
    unittest.main(verbosity=2)
