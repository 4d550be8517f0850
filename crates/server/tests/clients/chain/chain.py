"""Merge's SDK → a Muster → (Comeet's API) → another Muster → Eightfold's API: what all three can express is equal.

What they can express of what Merge's body holds (docs/dialects/matrix.md has each pair):

| Merge | Comeet | Eightfold |
|---|---|---|
| first_name, last_name | first_name, last_name | firstName, lastName |
| email_addresses, the first | email | emails |
| phone_numbers, a mobile one and another | mobile_phone, phone | phones |
| urls | linkedin_url, links | urls |
| attachments: RESUME | resume | resumeContent |
| attachments: OTHER, COVER_LETTER | files | attachments, with the name and the content |
| applications: job | position_uid | applications: jobs, status |

Comeet has no place for company, title, locations, tags and further addresses; they stand in its note, which Eightfold shows. It has
none either for what a kind of address or file is called, when something last happened, and who may be written to: these Merge can
say and Comeet cannot.
"""

import base64
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse
import urllib.request

import merge.resources.ats as ats
from merge.client import Merge

PATIENCE = 120
RESUME = b"%PDF-1.7\n" + b"Analytical engines, from the beginning. " * 500 + b"\n%%EOF\n"
LETTER = b"%PDF-1.7\nDear all\n%%EOF\n"


class Files(http.server.BaseHTTPRequestHandler):
    """Where the caller keeps files; Merge's API names them by address."""

    def do_GET(self):
        content = {"/ada.pdf": RESUME, "/letter.pdf": LETTER}[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server:
    def __init__(self, demo):
        self.demo = demo

    def native(self, method, path, body=None):
        of = self.demo["native"]
        return self.call(of["base_url"] + path, f"Bearer {of['api_key']}", method, body)

    def eightfold(self, path):
        of = self.demo["eightfold"]
        return self.call(of["base_url"] + path, f"Basic {of['api_key']}")

    @staticmethod
    def call(url, credentials, method="GET", body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": credentials, "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=PATIENCE) as answer:
            return json.load(answer)


def until(what, look):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


def join(first, second):
    """The first carries to the second by Comeet's API, whatever is submitted there."""
    there = second.demo["comeet"]
    made = first.native("POST", "/destinations", {
        "connector": "comeet",
        "name": "The second Muster",
        "settings": {"api_key": there["api_key"], "secret": there["secret"], "base_url": there["base_url"]},
        "default_job": there["position_uid"],
    })  # fmt: skip
    assert there["secret"] not in json.dumps(made), "a secret is answered"
    first.native("POST", "/rules", {"destination": made["id"], "events": ["application.submitted"]})
    return made["id"]


def write(first, files):
    of = first.demo["merge"]
    client = Merge(base_url=of["base_url"], api_key=of["api_key"], account_token=of["account_token"])
    job = client.ats.jobs.list().results[0]
    answer = client.ats.candidates.create(
        model=ats.CandidateRequest(
            first_name="Augusta Ada",
            last_name="King Lovelace",
            company="Analytical Engines",
            title="Programmer",
            locations=["Ockham Park"],
            email_addresses=[
                ats.EmailAddressRequest(value="ada.chain@example.com", email_address_type="PERSONAL"),
                ats.EmailAddressRequest(value="ada.chain@work.example", email_address_type="WORK"),
            ],
            phone_numbers=[
                ats.PhoneNumberRequest(value="+44 20 7946 0958", phone_number_type="HOME"),
                ats.PhoneNumberRequest(value="+44 7700 900123", phone_number_type="MOBILE"),
            ],
            urls=[
                ats.UrlRequest(value="https://www.linkedin.com/in/ada-chain", url_type="SOCIAL_MEDIA"),
                ats.UrlRequest(value="https://ada.example/notes?g=1", url_type="PORTFOLIO"),
            ],
            tags=["founder"],
            applications=[ats.Application(job=job.id)],
            attachments=[
                ats.Attachment(file_name="Ada.pdf", file_url=f"{files}/ada.pdf", attachment_type="RESUME"),
                ats.Attachment(file_name="Letter.pdf", file_url=f"{files}/letter.pdf", attachment_type="COVER_LETTER"),
            ],
        ),
        remote_user_id="recruiter-1",
    )
    return client.ats.candidates.retrieve(answer.model.id)


def carried(first, destination, candidate):
    """Once what was named by address is here, everything has gone out."""
    def fetched():
        person = first.native("GET", f"/candidates/{candidate}")
        return len(person["attachments"]) == 2 and all(a["sha256"] for a in person["attachments"])

    def done():
        lines = first.native("GET", f"/deliveries?channel=destination&destination={destination}")["data"]
        bad = [line for line in lines if line["state"] not in ("queued", "sent")]
        assert not bad, bad
        return lines and all(line["state"] == "sent" for line in lines)

    until("the files are fetched", fetched)
    until("the person is carried", done)
    # What was fetched later than it was carried goes in a further delivery.
    first.native("POST", f"/destinations/{destination}/send", {"candidate": candidate})
    until("everything is carried", done)


def read(second):
    system = second.demo["eightfold"]["system_id"]
    asked = urllib.parse.urlencode({"filterQuery": "emails:ada.chain@example.com"})
    found = second.eightfold(f"/ats-systems/{system}/ats-candidates?{asked}")["data"]
    assert len(found) == 1, f"the person is there {len(found)} times"
    name = urllib.parse.quote(found[0]["candidateId"])
    return second.eightfold(f"/ats-systems/{system}/ats-candidates/{name}?include=applications,notes,tags,resume")


def what_all_three_can_express_is_equal(first, second, files):
    destination = join(first, second)
    merge = write(first, files)
    carried(first, destination, merge.id)
    there = read(second)

    assert (there["firstName"], there["lastName"]) == (merge.first_name, merge.last_name), there
    assert there["emails"] == merge.email_addresses[0].value, there["emails"]
    assert sorted(there["phones"].split(",")) == sorted(p.value for p in merge.phone_numbers), there["phones"]
    assert sorted(there["urls"]) == sorted(u.value for u in merge.urls), there["urls"]

    assert base64.b64decode(there["resumeContent"]["content"]) == RESUME
    others = [a for a in there["attachments"] if a["fileName"] == "Letter.pdf"]
    assert [base64.b64decode(a["attachmentContent"]) for a in others] == [LETTER], there["attachments"]

    applications = there["applications"]
    assert len(applications) == 1 and applications[0]["status"] == "active", applications
    # The first job is the one that both demos are given.
    position = second.native("GET", "/jobs")["data"][0]["id"]
    assert [str(job["atsJobId"]) for job in applications[0]["jobs"]] == [position], applications

    # What Comeet has no place for is not lost on the way.
    notes = " ".join(n["body"] for n in there["notes"])
    for word in ["Analytical Engines", "Programmer", "Ockham Park", "founder", "ada.chain@work.example"]:
        assert word in notes, (word, there["notes"])


def a_second_carrying_makes_nobody_twice(first, second, _files):
    candidate = first.native("GET", "/candidates?email=ada.chain%40example.com")["data"][0]["id"]
    destination = first.native("GET", "/destinations")["data"][0]["id"]
    before = read(second)
    first.native("POST", f"/destinations/{destination}/send", {"candidate": candidate})
    carried(first, destination, candidate)
    after = read(second)
    for member in ["applications", "attachments", "notes", "emails", "phones", "urls"]:
        assert before[member] == after[member], (member, before[member], after[member])


def main():
    servers = [Server(json.loads(os.environ[name])) for name in ("MUSTER_FIRST", "MUSTER_DEMO")]
    assert servers[0].demo["url"] != servers[1].demo["url"]
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    files, failed = f"http://127.0.0.1:{origin.server_port}", 0
    tests = [what_all_three_can_express_is_equal, a_second_carrying_makes_nobody_twice]
    for test in tests:
        name = test.__name__.replace("_", " ")
        try:
            test(*servers, files)
            print(f"   ok: {name}")
        except Exception as error:  # each is told of
            failed += 1
            words = error.read().decode() if hasattr(error, "read") else getattr(error, "body", "")
            print(f"   FAILED: {name}: {error!r} {words}")
    origin.shutdown()
    print(f"test result: {'FAILED' if failed else 'ok'}. {len(tests) - failed} passed; {failed} failed; chain")
    sys.exit(failed > 0)


main()
