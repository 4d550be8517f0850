"""Attachments, whose files are fetched by our server while nobody waits."""

import http.server
import socket
import threading
import uuid

import merge.resources.ats as ats
import pytest

from support import eventually

# Nobody answers there; the attachment is an attachment all the same.
NOWHERE = "https://files.example/cv.pdf"
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 64


@pytest.fixture
def files():
    """A file on loopback: its address, and how often it was asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_):
            pass

    asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/cv.pdf", asked
        server.shutdown()


def test_a_file_is_fetched_and_served_from_here(client, server, wire, person, files):
    address, asked = files
    made = person()
    model = ats.AttachmentRequest(
        candidate=made.id, file_name="cv.pdf", file_url=address, attachment_type="RESUME"
    )
    answer = client.ats.attachments.create(model=model, remote_user_id=None)
    body = wire.answer(ats.AttachmentResponse, 201)
    assert body["warnings"] == [] and body["errors"] == []
    assert (answer.model.candidate, answer.model.attachment_type) == (made.id, "RESUME")

    def here():
        """the attachment's file_url points here"""
        one = client.ats.attachments.retrieve(answer.model.id)
        wire.answer(ats.Attachment)
        return one.file_url.startswith(server.url) and one.file_url

    got = wire.http.get(
        eventually(here), headers={"Authorization": f"Bearer {server.key}", "X-Account-Token": server.token}
    )
    assert (got.status_code, got.content) == (200, CONTENT)
    assert asked and not any("authorization" in {k.lower() for k in headers} for headers in asked)
    assert client.ats.candidates.retrieve(made.id).attachments == [answer.model.id]


def test_a_nested_attachments_file_is_fetched_too(client, server, person, files):
    made = person(attachments=[ats.Attachment(file_name="cv.pdf", file_url=files[0], attachment_type="RESUME")])

    def here():
        """the attachment's file_url points here"""
        return client.ats.attachments.retrieve(made.attachments[0]).file_url.startswith(server.url)

    eventually(here)


def test_a_file_that_cannot_be_fetched_is_an_issue(client, wire, person, unique):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    name = f"{unique}.pdf"
    model = ats.AttachmentRequest(
        candidate=person().id, file_name=name, file_url=f"http://127.0.0.1:{port}/{name}"
    )
    made = client.ats.attachments.create(model=model, remote_user_id=None).model
    wire.answer(ats.AttachmentResponse, 201)

    def shown():
        """there is an issue that names the attachment"""
        client.ats.issues.list(page_size=100, include_muted="true")
        issues = wire.answer(ats.PaginatedIssueList)["results"]
        return [i for i in issues if made.id in str(i) or name in str(i)]

    issue = eventually(shown)[0]
    assert issue["status"] == "ONGOING" and issue["is_muted"] is False
    client.ats.issues.retrieve(issue["id"])
    assert wire.answer(ats.Issue)["error_description"] == issue["error_description"]
    assert issue["id"] in [i.id for i in client.ats.issues.list(status="ONGOING", page_size=100).results]
    assert issue["id"] not in [i.id for i in client.ats.issues.list(status="RESOLVED", page_size=100).results]


def test_lists_by_candidate_and_expanded(client, wire, person, unique):
    made, other = person(), person()
    for candidate, name in ((made, "a.pdf"), (made, "b.pdf"), (other, "c.pdf")):
        model = ats.AttachmentRequest(candidate=candidate.id, file_name=name, file_url=NOWHERE)
        client.ats.attachments.create(model=model, remote_user_id=None)

    def names(**filters):
        page = client.ats.attachments.list(**filters)
        wire.answer(ats.PaginatedAttachmentList)
        return [a.file_name for a in page.results]

    assert names(candidate_id=made.id) == ["a.pdf", "b.pdf"]
    assert names(candidate_id=str(uuid.uuid4())) == []
    assert names(created_after=other.created_at) == ["a.pdf", "b.pdf", "c.pdf"]
    assert names(candidate_id=made.id, remote_id=unique) == []
    assert names(candidate_id=made.id, page_size=1) == ["a.pdf"]
    client.ats.attachments.list(candidate_id=other.id, expand="candidate")
    shown = wire.last.body["results"][0]["candidate"]
    assert isinstance(shown, dict) and shown["id"] == other.id


def test_an_attachment_of_nobody_is_refused(server, wire):
    server.raw("POST", "attachments", json={"model": {"file_url": NOWHERE}})
    assert wire.refusal() == {("/model/candidate", "MISSING_REQUIRED_FIELD")}
    server.raw("POST", "attachments", json={"model": {"file_url": NOWHERE, "candidate": str(uuid.uuid4())}})
    assert [at for at, _ in wire.refusal()] == ["/model/candidate"]


def test_an_attachment_without_an_address_is_refused(server, wire, person):
    server.raw("POST", "attachments", json={"model": {"candidate": person().id, "file_name": "cv.pdf"}})
    assert wire.refusal() == {("/model/file_url", "MISSING_REQUIRED_FIELD")}


def test_a_wrong_type_of_attachment_is_refused(server, wire, person):
    model = {"file_url": NOWHERE, "candidate": person().id, "attachment_type": "PHOTO"}
    server.raw("POST", "attachments", json={"model": model})
    assert wire.refusal() == {("/model/attachment_type", "INVALID_FIELD_CHOICE")}


def test_null_debug_and_async(client, wire, person):
    nothing = dict.fromkeys(ats.AttachmentRequest.model_fields)
    model = ats.AttachmentRequest(**{**nothing, "candidate": person().id, "file_url": NOWHERE})
    client.ats.attachments.create(model=model, remote_user_id=None, is_debug_mode=True, run_async=True)
    assert len(wire.answer(ats.AttachmentResponse, 201)["logs"]) == 1


def test_meta_names_every_field(client, wire):
    client.ats.attachments.meta_post_retrieve()
    model = wire.answer(ats.MetaResponse)["request_schema"]["properties"]["model"]
    optional = {"integration_params", "linked_account_params"}
    assert set(model["properties"]) - optional == set(ats.AttachmentRequest.model_fields) - optional
    types = {c["value"] for c in model["properties"]["attachment_type"]["enum_information"]}
    assert types == {e.value for e in ats.AttachmentTypeEnum}
    assert set(model["required"]) == {"candidate", "file_url"}
