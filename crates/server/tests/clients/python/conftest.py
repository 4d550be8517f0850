"""One running server (scripts/throwaway-muster), many tests: each makes what it looks at, under names of its own."""

import json
import os
import uuid

import merge.resources.ats as ats
import pytest
from merge.client import Merge

from wire import Wire

class Server:
    """Where the server is, and clients for it."""

    def __init__(self):
        demo = json.loads(os.environ["MUSTER_DEMO"])
        self.url, self.desk = demo["url"], demo["desk"]
        self.base, self.key, self.token = (demo["merge"][k] for k in ("base_url", "api_key", "account_token"))
        self.wire = Wire()

    def client(self, **other):
        given = {"base_url": self.base, "api_key": self.key, "account_token": self.token}
        return Merge(**{**given, **other}, httpx_client=self.wire.http)

    def raw(self, method, path, *, key=None, token=None, **more):
        """What no SDK would send."""
        headers = {"Authorization": f"Bearer {key or self.key}", "X-Account-Token": token or self.token}
        headers.update(more.pop("headers", {}))
        headers = {name: value for name, value in headers.items() if value is not None}
        self.wire.http.request(method, f"{self.base}/ats/v1/{path}", headers=headers, **more)
        return self.wire.last


@pytest.fixture
def server():
    server = Server()
    yield server
    server.wire.http.close()


@pytest.fixture
def wire(server):
    return server.wire


@pytest.fixture
def client(server):
    return server.client()


@pytest.fixture
def unique():
    """A word that no other test uses."""
    return "t" + uuid.uuid4().hex[:16]


@pytest.fixture
def person(client, unique):
    """Makes a candidate who carries the tag `unique`; answers the SDK's Candidate."""

    def make(first_name="Ada", **more):
        model = ats.CandidateRequest(**{"first_name": first_name, "last_name": "Lovelace", "tags": [unique], **more})
        return client.ats.candidates.create(model=model, remote_user_id=None).model

    return make


@pytest.fixture
def job(client):
    """The demo's job that has a form."""
    return next(j for j in client.ats.jobs.list().results if j.name == "Engine Programmer")


@pytest.fixture
def stages(client, job):
    """That job's stages, first one first."""
    stages = client.ats.job_interview_stages.list(job_id=job.id).results
    assert len(stages) >= 2
    return sorted(stages, key=lambda s: s.stage_order)


@pytest.fixture
def member(client):
    """The demo organization's owner."""
    return client.ats.users.list(email="anna@example.com").results[0]
