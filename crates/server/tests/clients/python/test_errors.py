"""Who may not come in, and what is refused."""

import http.client
import socket
import urllib.parse
import uuid

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

NO_ACCOUNT = "Account Token must be passed in as an X-Account-Token header."


# --- 401 --------------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_401(server, wire):
    with pytest.raises(ApiError) as raised:
        server.client(api_key="mrg_wrong").ats.candidates.list()
    assert raised.value.status_code == 401
    wrong = wire.detail(401)
    for headers in ({"Authorization": None}, {"Authorization": server.key}, {"Authorization": f"Token {server.key}"}):
        server.raw("GET", "candidates", headers=headers)
        assert wire.detail(401)
    assert wrong == "Invalid token."


def test_a_missing_or_wrong_account_token_is_401(server, wire):
    with pytest.raises(ApiError):
        server.client(account_token=None).ats.candidates.list()
    assert wire.detail(401) == NO_ACCOUNT
    with pytest.raises(ApiError):
        server.client(account_token="mrg_acct_wrong").ats.candidates.list()
    assert wire.detail(401) == "Invalid account token."


def test_the_key_is_looked_at_first(server, wire):
    with pytest.raises(ApiError):
        server.client(api_key="mrg_wrong", account_token=None).ats.candidates.retrieve("nobody")
    assert wire.detail(401) == "Invalid token."


def test_the_account_token_before_the_path_and_the_body(server, wire):
    server.raw("GET", f"candidates/{uuid.uuid4()}", headers={"X-Account-Token": None})
    assert wire.detail(401) == NO_ACCOUNT
    server.raw("POST", "candidates", headers={"X-Account-Token": None}, content=b"{")
    assert wire.detail(401) == NO_ACCOUNT


def test_calls_of_the_organization_need_the_key_alone(server, wire):
    alone = server.client(account_token=None)
    alone.ats.linked_accounts.list()
    wire.answer(ats.PaginatedAccountDetailsAndActionsList)
    alone.ats.issues.list()
    wire.answer(ats.PaginatedIssueList)
    alone.ats.audit_trail.list()
    wire.answer(ats.PaginatedAuditLogEventList)
    alone.ats.scopes.default_scopes_retrieve()
    wire.answer(ats.CommonModelScopeApi)
    with pytest.raises(ApiError):
        server.client(api_key="mrg_wrong", account_token=None).ats.linked_accounts.list()
    assert wire.detail(401) == "Invalid token."


def test_calls_of_an_account_need_its_token(server, wire):
    alone = server.client(account_token=None).ats
    for call in (
        alone.account_details.retrieve,
        alone.sync_status.list,
        alone.scopes.linked_account_scopes_retrieve,
        alone.webhook_receivers.list,
        alone.force_resync.sync_status_resync_create,
        alone.delete_account.delete,
        alone.candidates.meta_post_retrieve,
    ):
        with pytest.raises(ApiError):
            call()
        assert wire.detail(401) == NO_ACCOUNT


# --- validation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "pointer"),
    [
        ({"phone_numbers": [{"value": "1", "phone_number_type": "FAX"}]}, "/model/phone_numbers/0/phone_number_type"),
        (
            {"email_addresses": [{"value": "a@b.example"}, {"value": "c@d.example", "email_address_type": "work"}]},
            "/model/email_addresses/1/email_address_type",
        ),
        ({"urls": [{"value": "https://a.example", "url_type": "MYSPACE"}]}, "/model/urls/0/url_type"),
        ({"attachments": [{"file_name": "a", "attachment_type": "PHOTO"}]}, "/model/attachments/0/attachment_type"),
    ],
)
def test_a_value_outside_the_enum_is_refused(server, wire, unique, model, pointer):
    server.raw("POST", "candidates", json={"model": {"tags": [unique], **model}})
    assert wire.refusal() == {(pointer, "INVALID_FIELD_CHOICE")}
    assert_nobody_was_made(server, wire, unique)


@pytest.mark.parametrize(
    ("model", "pointer"),
    [
        ({"first_name": 5}, "/model/first_name"),
        ({"first_name": {"en": "Ada"}}, "/model/first_name"),
        ({"is_private": "yes, please"}, "/model/is_private"),
        ({"locations": "London"}, "/model/locations"),
        ({"phone_numbers": "+442079460000"}, "/model/phone_numbers"),
        ({"phone_numbers": ["+442079460000"]}, "/model/phone_numbers/0"),
        ({"email_addresses": [{"value": ["a@b.example"]}]}, "/model/email_addresses/0/value"),
        ({"last_interaction_at": "yesterday"}, "/model/last_interaction_at"),
        ({"applications": {"job": "x"}}, "/model/applications"),
    ],
)
def test_a_wrong_type_is_refused(server, wire, unique, model, pointer):
    server.raw("POST", "candidates", json={"model": {"tags": [unique], **model}})
    assert wire.refusal() == {(pointer, "INCORRECT_FIELD_TYPE")}
    assert_nobody_was_made(server, wire, unique)


@pytest.mark.parametrize("path", ["candidates", "applications", "attachments", "activities"])
def test_a_body_without_a_model_is_refused(server, wire, path):
    for body in ({}, {"model": None}, {"remote_user_id": "x"}):
        server.raw("POST", path, json=body)
        assert wire.refusal() == {("/model", "MISSING_REQUIRED_FIELD")}


def test_the_words_of_a_missing_field(server, wire):
    server.raw("POST", "applications", json={"model": {}})
    body = wire.last.body
    assert ("/model/candidate", "MISSING_REQUIRED_FIELD") in wire.refusal()
    error = next(e for e in body["errors"] if e["source"]["pointer"] == "/model/candidate")
    assert (error["title"], error["detail"]) == (
        "Missing Required Field",
        "candidate is a required field on model.",
    )


def test_an_unknown_field_is_a_warning_and_nothing_more(client, wire, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique], age=36)
    client.ats.candidates.create(model=model, remote_user_id=None)
    assert wire.last.sent["model"]["age"] == 36
    body = wire.answer(ats.CandidateResponse, 201)
    assert body["warnings"] == [
        {
            "source": {"pointer": "/model/age"},
            "title": "Unrecognized Field",
            "detail": "An unrecognized field, age, was passed in with request data.",
            "problem_type": "UNRECOGNIZED_FIELD",
        }
    ]
    assert len(client.ats.candidates.list(tags=unique).results) == 1


def test_an_unknown_field_deep_inside_is_a_warning_too(server, wire, unique):
    model = {"tags": [unique], "phone_numbers": [{"value": "1", "extension": "2"}]}
    server.raw("POST", "candidates", json={"model": model})
    warnings = wire.answer(ats.CandidateResponse, 201)["warnings"]
    assert [(w["source"]["pointer"], w["problem_type"]) for w in warnings] == [
        ("/model/phone_numbers/0/extension", "UNRECOGNIZED_FIELD")
    ]


def test_a_field_that_is_only_read_is_a_warning(server, wire, unique):
    server.raw("POST", "candidates", json={"model": {"tags": [unique], "id": str(uuid.uuid4()), "remote_id": "7"}})
    warnings = wire.answer(ats.CandidateResponse, 201)["warnings"]
    assert {(w["source"]["pointer"], w["problem_type"]) for w in warnings} == {
        ("/model/id", "UNSUPPORTED_FIELD"),
        ("/model/remote_id", "UNSUPPORTED_FIELD"),
    }


def test_warnings_and_errors_come_together(server, wire, unique):
    model = {"tags": [unique], "age": 36, "first_name": 5, "urls": [{"value": "x", "url_type": "MYSPACE"}]}
    server.raw("POST", "candidates", params={"is_debug_mode": "true"}, json={"model": model})
    assert wire.refusal() == {
        ("/model/first_name", "INCORRECT_FIELD_TYPE"),
        ("/model/urls/0/url_type", "INVALID_FIELD_CHOICE"),
    }
    assert [w["problem_type"] for w in wire.last.body["warnings"]] == ["UNRECOGNIZED_FIELD"]
    assert len(wire.last.body["logs"]) == 1
    assert_nobody_was_made(server, wire, unique)


def test_ids_and_objects_do_not_mix(server, wire, person, job):
    made = person(applications=[ats.Application(job=job.id)])
    model = {"applications": [made.applications[0], {"job": job.id}]}
    server.raw("POST", "candidates", json={"model": model})
    assert {at.startswith("/model/applications") for at, _ in wire.refusal()} == {True}


def test_the_sdk_raises_what_was_refused(client, wire, unique):
    model = ats.CandidateRequest(
        tags=[unique], urls=[ats.UrlRequest(value="https://a.example", url_type="MYSPACE")]
    )
    with pytest.raises(ApiError) as raised:
        client.ats.candidates.create(model=model, remote_user_id=None)
    assert raised.value.status_code == 400
    assert raised.value.body["errors"][0]["problem_type"] == "INVALID_FIELD_CHOICE"
    assert len(wire.exchanges) == 1, "an SDK repeats 408, 409, 429 and 5xx; a refusal is none of these"


def assert_nobody_was_made(server, wire, unique):
    server.raw("GET", "candidates", params={"tags": unique})
    assert wire.answer(ats.PaginatedCandidateList)["results"] == []


# --- what is no request at all ----------------------------------------------------------------------------------


def test_unreadable_json_is_400(server, wire):
    for content in (b"{", b"", b"\xff", b'{"model": {}} {}'):
        server.raw("POST", "candidates", content=content, headers={"Content-Type": "application/json"})
        assert wire.detail(400).startswith("JSON parse error - ")


def test_a_body_that_is_no_object_is_400(server, wire):
    for content in (b"[]", b'"x"', b"null", b"5"):
        server.raw("POST", "candidates", content=content, headers={"Content-Type": "application/json"})
        assert wire.last.status == 400 and wire.last.body


def test_an_unknown_path_is_404_and_an_unknown_method_405(server, wire):
    server.raw("GET", "horses")
    assert wire.detail(404) == "Not found."
    server.raw("DELETE", "candidates")
    assert wire.detail(405)
    server.raw("POST", "jobs", json={"model": {}})
    assert wire.detail(405), "there is no POST /jobs"


def test_a_refusal_says_whether_the_connection_goes_on(server):
    """The SDKs keep their connections. One that is closed behind a refusal without a word takes the next call along,
    and a lost connection is not among what they repeat. So: either `Connection: close`, or the connection goes on.
    The body comes late here, as it does whenever a client sends it in a packet of its own."""
    at = urllib.parse.urlsplit(server.base)
    account = f"Authorization: Bearer {server.key}\r\nX-Account-Token: {server.token}\r\n"
    for path, authorization in (("horses", account), ("candidates", "Authorization: Bearer mrg_wrong\r\n")):
        with socket.create_connection((at.hostname, at.port), timeout=120) as connection:
            head = f"POST {at.path}/ats/v1/{path} HTTP/1.1\r\nHost: {at.netloc}\r\n{authorization}"
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n".encode())
            refusal = http.client.HTTPResponse(connection, method="POST")
            refusal.begin()
            refusal.read()
            assert refusal.status in (401, 404)
            if refusal.getheader("connection", "").lower() == "close":
                continue
            head = f"GET {at.path}/ats/v1/candidates?page_size=1 HTTP/1.1\r\nHost: {at.netloc}\r\n{account}"
            connection.sendall(f"{{}}{head}\r\n".encode())
            after = http.client.HTTPResponse(connection, method="GET")
            after.begin()
            assert after.status == 200
