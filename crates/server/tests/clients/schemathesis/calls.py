"""Calls made up from the OpenAPI document of one dialect, against the server that MUSTER_DEMO tells of.

    calls.py DIALECT [what schemathesis is told besides]

A dialect is an entry in DIALECTS: its credentials, what must be there before, what may not be called, and what still
has to answer afterwards. Its document lies at /<dialect>/openapi.json. What a path names is looked up in the lists that
the same document describes (`known`), so that calls meet real rows as well as made-up ones.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Callable

from openapi_spec_validator import OpenAPIV31SpecValidator

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "ignored_auth,unsupported_method"
)

# The same each time: from one seed, and no examples of earlier runs. Shrinking a failure to its smallest takes longer
# than finding it, and the call that failed is printed whole either way.
HOW = (
    "--phases examples,coverage,fuzzing,stateful --mode all --max-examples 25 --seed 1815 "
    "--generation-database none --no-shrink --continue-on-failure --workers 1 --request-timeout 120 "
    "--suppress-health-check all --warnings off"
).split()

METHODS = ("get", "put", "post", "delete", "patch")


# --- the dialects -------------------------------------------------------------------------------------------------


def bearer(key):
    return {"Authorization": f"Bearer {key['api_key']}"}


def merge_headers(key):
    return {**bearer(key), "X-Account-Token": key["account_token"]}


def xobin_headers(key):
    return {"apiKey": key["api_key"]}


def eightfold_headers(key):
    return {"Authorization": f"Basic {key['api_key']}"}


def comeet_headers(key):
    """The caller mints the token: HS256, `iss` the key, at most an hour to go."""

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    claims = {"iss": key["api_key"], "exp": int(time.time()) + 3000}
    signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    signature = hmac.digest(key["secret"].encode(), signed, hashlib.sha256)
    return {"Authorization": f"Bearer {(signed + b'.' + part(signature)).decode()}"}


def native_things(server):
    """What lists do not show: submissions, and files."""
    file = {"name": "cv.txt", "kind": "resume", "content": base64.b64encode(b"Ada").decode()}
    person = {"name": "Ada Lovelace", "emails": ["ada@example.com"], "job": server.key["job_id"]}
    made = server.make("/candidates", {**person, "answers": {"phone": "+44 20 7946 0001"}, "files": [file]})
    _, candidate = server.ask(f"/candidates/{made['candidate']['id']}")
    _, job = server.ask(f"/jobs/{server.key['job_id']}")
    invites = [
        server.make("/invites", {"email": f"invited{n}@example.com", "job": server.key["job_id"]}) for n in range(5)
    ]
    # Where nobody listens: what is made up here goes nowhere.
    far = {"base_url": "http://127.0.0.1:9", "api_key": "lever-key", "perform_as": "somebody"}
    far = server.make("/destinations", {"connector": "lever", "name": "Far", "settings": far, "default_job": "p-1"})
    server.make("/rules", {"destination": far["id"], "events": ["application.submitted"]})
    return {
        "/rules destination": [far["id"]],
        "/deliveries/{id}": [invite["mail"]["id"] for invite in invites],
        "/invites job": [server.key["job_id"]],
        "/mail-templates/{kind}/{language}": ["en", "de", "pt-br"],
        "/submissions/{id}": [made["submission"]],
        "/attachments/{id}": [candidate["attachments"][0]["id"]],
        "/candidates job": [server.key["job_id"]],
        "/applications/{id}/advance to_stage": [stage["id"] for stage in job["stages"]],
    }


def merge_things(server):
    """Somebody who applied, with a file and a note; jobs, stages and users the demo has."""
    _, jobs = server.ask("/ats/v1/jobs")
    _, stages = server.ask(f"/ats/v1/job-interview-stages?job_id={jobs['results'][0]['id']}")
    job, stage = jobs["results"][0]["id"], stages["results"][0]["id"]

    def make(path, **model):
        return server.make(f"/ats/v1/{path}", {"model": model})["model"]["id"]

    person = make("candidates", first_name="Ada", last_name="Lovelace")
    make("applications", candidate=person, job=job)
    make("attachments", candidate=person, file_name="cv.pdf", file_url="https://files.example/cv.pdf")
    make("activities", candidate=person, body="Plays the harp.")
    return {
        "/ats/v1/candidates/meta/patch/{id}": [person],
        "/ats/v1/candidates/ignore/{id}": [make("candidates", first_name="Ignored")],
        "/ats/v1/applications model.candidate": [person],
        "/ats/v1/applications model.job": [job],
        "/ats/v1/attachments model.candidate": [person],
        "/ats/v1/activities model.candidate": [person],
        "/ats/v1/applications/{id}/change-stage job_interview_stage": [stage],
    }


def xobin_things(server):
    """Applicants in every state; and the older calls' bodies name a track and an application by number."""
    track = server.key["track_id"]
    here = f"/tracks/{track}"
    _, about = server.ask(here)
    _, tracks = server.ask("/tracks")
    made = []
    for n in range(24):
        person = {"name": f"Ada {n}", "email": f"ada{n}@calls.example", "fields": {"phone": "+44 20 7946 0001"}}
        made.append(server.make(f"{here}/applicants", {**person, "invite_applicant": n == 0}))
    server.ask(f"{here}/applicants/{made[1]['application_id']}/hire", {}, "PATCH")
    server.ask(f"{here}/applicants/{made[2]['application_id']}/reject", {}, "PATCH")
    stages = [stage["stage_id"] for stage in about["stages"]]
    applications = [one["application_id"] for one in made]
    # Of one track: an application belongs to no other.
    names = {
        "/api/v2/tracks/{track_id}": [track],
        "/api/v2/tracks/{track_id}/applicants/{application_id}": applications,
        "/api/v2/tracks/candidate/reject/{candidate_id}": [one["candidate_id"] for one in made],
        "/api/v2/tracks/candidate/reject/{candidate_id} track_id": [track],
        "/api/v2/tracks/candidate/reject/{candidate_id} application_id": applications,
        "/api/v2/tracks/candidate/advance track_id": [track],
        "/api/v2/tracks/candidate/advance application_id": applications,
        "/api/v2/tracks/invite track_id": [track],
        # Whose form asks for nothing.
        "/api/v2/tracks/application job_name": [tracks["data"][1]["title"]],
    }
    for verb in ("move", "hire", "reject"):
        path = f"/api/v2/tracks/{{track_id}}/applicants/{{application_id}}/{verb}"
        # Where most of them still are.
        names[f"{path} source_stage_id"] = stages[:1]
    names["/api/v2/tracks/{track_id}/applicants/{application_id}/move destination_stage_id"] = stages
    return names


def eightfold_things(server):
    """Lists do not show transactions, and there is nobody yet."""
    core, name = "/api/v2/core", server.key["system_id"]
    system = f"/ats-systems/{name}"
    position = server.make(f"{system}/ats-positions", {"atsEntityId": "R-1", "title": "Analyst", "jobStages": ["Screen"]})
    scorecard = {"interviewName": "Tea", "overallRating": "yes"}
    application = {"jobs": [{"atsJobId": "R-1"}], "scorecards": [scorecard]}
    file = {"fileName": "cv.txt", "attachmentType": "resume", "attachmentContent": "Ada"}
    person = {"candidateId": "c-1", "firstName": "Ada", "emails": "ada@example.com", "lastActivityTs": 1}
    more = {"tags": ["first"], "applications": [application], "attachments": [file]}
    written = server.make(f"{system}/ats-candidates", {**person, **more})
    _, profiles = server.ask("/profiles")
    profile = profiles["data"][0]
    # DELETE takes some of them away, and the calls after it want somebody too.
    others = [f"c-{n}" for n in range(2, 40)]
    for other in others:
        one = {**person, "candidateId": other, "emails": f"{other}@example.com"}
        server.make(f"{system}/ats-candidates", one)
    server.make("/profile-notes", {"profileId": profile["id"], "note": "Came to tea."})
    stages = f"{core}/profiles/{{profileId}}/application/stages"
    return {
        f"{core}/ats-systems/{{systemId}}": [name],
        f"{core}/ats-systems/{{systemId}}/ats-candidates/{{candidateId}}": ["c-1", *others],
        f"{core}/ats-systems/{{systemId}}/ats-positions/{{atsPositionId}}": ["R-1"],
        # Two different ones in address and body are refused.
        f"{core}/ats-systems/{{systemId}}/ats-candidates systemId": [name],
        f"{core}/ats-systems/{{systemId}}/ats-candidates/{{candidateId}} systemId": [name],
        f"{core}/transactions/{{transactionId}}": [written["transactionId"]],
        f"{core}/position/{{positionId}}": [position["id"]],
        f"{core}/positions/{{positionId}}": [position["id"]],
        f"{core}/profiles/{{profileId}}/attachments/{{attachmentId}}": [profile["attachments"][0]["attachmentId"]],
        f"{core}/changelog/{{entityType}}": ["profile", "position", "profile-application"],
        f"{core}/profile-notes profileId": [profile["id"]],
        f"{stages} positionId": [position["id"]],
        f"{stages} stage": ["Screen"],
    }


def comeet_things(server):
    """A candidate, so that there are people and files; the position that creates name."""
    person = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}
    file = {"name": "cv.pdf", "file": "QWRh"}
    person = {**person, "position_uid": server.key["position_uid"], "resume": file}
    made = server.make("/candidates", person)
    return {
        "/persons/{uid}": [made["person_uid"]],
        "/candidates position_uid": [server.key["position_uid"]],
        # Not every name is a file's, and few texts are base64.
        "/candidates/{uid}/files name": ["task.docx", "photo.png"],
        "/candidates/{uid}/files file": ["QWRh"],
        "/candidates/{uid}/resume name": ["cv.pdf"],
        "/candidates/{uid}/resume file": ["QWRh"],
    }


@dataclasses.dataclass
class Dialect:
    """What one dialect's calls need."""

    # The headers that its credentials, as `muster key create` prints them, make.
    headers: Callable[[dict], dict]
    # Below the key's base address; must answer 200 when all is over: were the credentials lost on the way, every later
    # call would be refused, and nothing found.
    after: str
    # Makes what shall be there before; answers what no list shows: {"/files/{id}": [7]}, and for the members of bodies
    # {"/candidates job": [7]}.
    before: Callable = lambda server: {}
    # Paths that are left out, as one expression: of several, schemathesis follows the last alone.
    left_out: str = ""
    # Operations (by `operationId`) that judge their body by the same table as another one does. The coverage phase makes
    # a call for each member at each depth, and of those the other's are enough; all other phases call them too.
    same_body: tuple = ()


DIALECTS = {
    # Left out is what would take away the ground that the other calls stand on: after it the account or its token opens
    # nothing, or may write nothing. The SDKs' tests call each of them.
    "merge": Dialect(
        merge_headers,
        after="/ats/v1/account-details",
        before=merge_things,
        left_out="/(delete-account|account-token/regenerate|regenerate-key|linked-account-scopes)$",
    ),
    # Left out is what calls the other system and waits for it.
    "native": Dialect(
        bearer, after="/jobs", before=native_things, left_out="^/destinations/[^/]+/(test|send)$"
    ),
    "xobin": Dialect(xobin_headers, after="/tracks", before=xobin_things),
    "eightfold": Dialect(
        eightfold_headers,
        after="/ats-systems/{system_id}/ats-candidates",
        before=eightfold_things,
        # A person's body has some 2,400 such calls. POST of an ATS candidate makes them; the others would write them all
        # to one person, whose record is read whole each time.
        same_body=(
            "replace_ats_candidate", "amend_ats_candidate", "create_profile", "replace_profile", "amend_profile"
        ),
    ),
    "comeet": Dialect(comeet_headers, after="/candidates", before=comeet_things),
}


# --- one run ------------------------------------------------------------------------------------------------------


def main():
    name, *more = sys.argv[1:]
    if name not in DIALECTS:
        sys.exit(f"calls.py: {name} is none of: {', '.join(DIALECTS)}")
    server = Server(name)
    if server.document is None:
        print(f"there is no document at {server.where}")
        print(f"test result: FAILED. 0 passed; 1 failed; schemathesis {name}")
        sys.exit(1)
    with tempfile.TemporaryDirectory() as work:
        # Whatever it would keep for the next run goes here, and away: nothing is written into the checkout.
        os.chdir(work)
        passed, failed = call(server, more)
    failed += invalid(server.document)
    status, _ = server.ask(server.dialect.after.format(**server.key))
    if status != 200:
        print(f"{name}: {server.dialect.after} answers {status} after all that: the calls lost their own credentials")
        failed += 1
    well = failed == 0 and passed > 0
    print(f"test result: {'ok' if well else 'FAILED'}. {passed} passed; {failed} failed; schemathesis {name}")
    sys.exit(not well)


def invalid(document):
    """In how many places it is no OpenAPI 3.1; says where."""
    faults = list(OpenAPIV31SpecValidator(document).iter_errors())
    for fault in faults:
        print(f"not OpenAPI 3.1: /{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}")
    return len(faults)


def call(server, more):
    """Lets schemathesis loose; answers how many operations held and how many did not."""
    pathlib.Path("schemathesis.toml").write_text(settings(server))
    command = [os.path.join(os.path.dirname(sys.executable), "st"), "--no-color", "run", server.where]
    for header in server.headers.items():
        command += ["--header", ": ".join(header)]
    if server.dialect.left_out:
        command += ["--exclude-path-regex", server.dialect.left_out]
    command += ["--checks", CHECKS, *HOW, "--report", "json", "--report-json-path", "report.json", *more]
    sys.stdout.flush()
    status = subprocess.run(command).returncode
    report = json.loads(pathlib.Path("report.json").read_text())
    faulty = {operation for failure in report["failures"] for operation in failure["operations"]}
    failed = len(faulty) + report["operations"]["errored"] + len(report["errors"])
    if status != 0 and failed == 0:
        failed = 1
    tell_what_was_never_well(report)
    return report["operations"]["tested"] - len(faulty), failed


def tell_what_was_never_well(report):
    """An operation that refused everything was only tested for how it refuses."""
    for operation, phases in sorted(report["valid_rates"].items()):
        if not any(phase["accepted"] for phase in phases.values()):
            print(f"   never well: {operation}")


def settings(server):
    """Real ids for what the paths name, three times out of four."""
    lines, operations = [], []
    for place, values in known(server).items():
        name = re.sub(r"\W+", "_", place).strip("_")
        # Our documents have names of things as text, whether or not they are digits.
        values = [str(value) for value in values]
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}", ""]
        binding = f'{{ dictionary = "{name}", probability = 0.75 }}'
        prefix, _, member = place.partition(" ")
        if member:
            operations.append((prefix, f'"body.{member}" = {binding}'))
            continue
        parameter = prefix.rpartition("{")[2].rstrip("}")
        for path in server.document["paths"]:
            if (path + "/").startswith(prefix + "/"):
                operations.append((path, f'"path.{parameter}" = {binding}'))
    for path in dict(operations):
        lines += ["[[operations]]", f"include-path = {json.dumps(path)}", "[operations.parameters]"]
        lines += [line for of, line in operations if of == path] + [""]
    for name in server.dialect.same_body:
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(name)}", "phases.coverage.enabled = false", ""]
    return "\n".join(lines)


def known(server):
    """The ids of what is there, by the path that names it: {"/jobs/{id}": [1, 2]}."""
    found = server.dialect.before(server)
    paths = server.document["paths"]
    prefixes = {path[:end.end()] for path in paths for end in re.finditer(r"\}", path)}
    for prefix in sorted(prefixes, key=len):
        of, _, parameter = prefix.rpartition("/")
        if prefix in found or "get" not in paths.get(of, {}):
            continue
        filled = of
        # A list within something: that of the first one known.
        for outer, ids in found.items():
            if of.startswith(outer + "/") or of == outer:
                of_that = outer.rpartition("/")[2]
                filled = filled.replace(of_that, str(ids[0]), 1)
        status, answer = server.ask(server.base + filled)
        ids = ids_in(answer, parameter.strip("{}")) if status == 200 else []
        if ids:
            found[prefix] = ids
    return found


def ids_in(answer, parameter):
    """The ids of the first list of objects in an answer."""
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        names = [name for name in (parameter, "id", "uid") if name in answer[0]]
        return [item[names[0]] for item in answer if names]
    inner = answer.values() if isinstance(answer, dict) else ()
    return next((ids for value in inner if (ids := ids_in(value, parameter))), [])


class Server:
    """The server, with a key of its own that may call as often as it likes."""

    def __init__(self, name):
        demo = json.loads(os.environ["MUSTER_DEMO"])
        self.dialect = DIALECTS[name]
        self.url = demo["url"]
        made = subprocess.run(
            [os.environ["MUSTER_BIN"], "key", "create", "--org", "Analytical Engines", "--dialect", name, "--json",
             "--limit", "none", "--permissions", "read write eeo:read", "--data", os.environ["MUSTER_DEMO_DATA"], "--public-url", self.url],
            check=True, capture_output=True, text=True,
        )
        self.key = json.loads(made.stdout)
        self.headers = self.dialect.headers(self.key)
        self.where = f"{self.url}/{name}/openapi.json"
        status, self.document = self.ask(self.where)
        if status == 200:
            self.base = self.url + self.document["servers"][0]["url"]
        else:
            self.document = None

    def ask(self, path, body=None, method=None):
        """Status and JSON of the answer to one call: a path below the key's base address, or a whole address."""
        where = path if path.startswith(self.url) else self.key["base_url"] + path
        headers = {**self.headers, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(where, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def make(self, path, body):
        """What a create call answers; it must be well."""
        status, answer = self.ask(path, body)
        if status not in (200, 201):
            sys.exit(f"calls.py: POST {path} answers {status}: {answer}")
        return answer


main()
