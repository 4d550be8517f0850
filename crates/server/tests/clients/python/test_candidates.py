"""Create, retrieve, PATCH, meta and ignore."""

import datetime as dt
import uuid

import httpx
import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

from page import submit
from support import CURRENT, VERSION, several


def test_this_is_one_of_the_pinned_lines():
    assert VERSION in ("4.2.1", "2.6.4")


def test_every_field_is_kept_and_read_back(client, wire, unique, job):
    seen = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    made = client.ats.candidates.create(
        model=ats.CandidateRequest(
            first_name="Ada",
            last_name="Lovelace",
            company="Analytical Engines",
            title="Programmer",
            last_interaction_at=seen,
            is_private=True,
            can_email=False,
            locations=["London", "Ockham Park"],
            phone_numbers=[ats.PhoneNumberRequest(value="+442079460000", phone_number_type="MOBILE")],
            email_addresses=[
                ats.EmailAddressRequest(value=f"{unique}@example.com", email_address_type="PERSONAL"),
                ats.EmailAddressRequest(value=f"{unique}@work.example", email_address_type="WORK"),
            ],
            urls=[ats.UrlRequest(value="https://ada.example/blog", url_type="BLOG")],
            tags=[unique, "High-Priority"],
            applications=[ats.Application(job=job.id)],
            attachments=[
                ats.Attachment(file_name="cv.pdf", file_url="https://files.example/cv.pdf", attachment_type="RESUME")
            ],
        ),
        remote_user_id="recruiter-1",
    )
    body = wire.answer(ats.CandidateResponse, 201)
    assert body["warnings"] == [] and body["errors"] == [] and "logs" not in body
    assert wire.last.sent["remote_user_id"] == "recruiter-1"

    read = client.ats.candidates.retrieve(made.model.id)
    raw = wire.answer(ats.Candidate)
    assert raw == body["model"]
    assert (read.first_name, read.last_name, read.company, read.title) == (
        "Ada", "Lovelace", "Analytical Engines", "Programmer",
    )  # fmt: skip
    assert read.last_interaction_at == seen
    assert (read.is_private, read.can_email, read.remote_was_deleted) == (True, False, False)
    assert read.locations == ["London", "Ockham Park"]
    assert [(p.value, p.phone_number_type) for p in read.phone_numbers] == [("+442079460000", "MOBILE")]
    assert [(e.value, e.email_address_type) for e in read.email_addresses] == [
        (f"{unique}@example.com", "PERSONAL"),
        (f"{unique}@work.example", "WORK"),
    ]
    assert [(u.value, u.url_type) for u in read.urls] == [("https://ada.example/blog", "BLOG")]
    assert sorted(read.tags) == sorted([unique, "High-Priority"])
    assert len(read.applications) == 1 and len(read.attachments) == 1
    assert raw["remote_data"] is None


def test_null_is_accepted_for_every_optional_field(client, wire):
    nothing = dict.fromkeys(ats.CandidateRequest.model_fields)
    client.ats.candidates.create(model=ats.CandidateRequest(**nothing), remote_user_id=None)
    assert wire.last.sent == {"model": nothing, "remote_user_id": None}
    body = wire.answer(ats.CandidateResponse, 201)
    assert body["warnings"] == [], "a null says nothing that could be unsupported"
    assert body["model"]["first_name"] is None and body["model"]["phone_numbers"] == []


def test_null_is_accepted_in_the_items_of_lists(server, wire):
    item = {"value": None, "integration_params": None, "linked_account_params": None}
    model = {
        "phone_numbers": [{**item, "phone_number_type": None}],
        "email_addresses": [{**item, "email_address_type": None}],
        "urls": [{**item, "url_type": None}],
        "locations": [None],
    }
    server.raw("POST", "candidates", json={"model": model})
    wire.answer(ats.CandidateResponse, 201)


def test_a_nested_attachment_and_application_are_this_candidates(client, wire, job, person):
    made = person(applications=[ats.Application(job=job.id)], attachments=[ats.Attachment(file_name="cv.pdf")])
    application = client.ats.applications.retrieve(made.applications[0])
    wire.answer(ats.Application)
    assert (application.candidate, application.job) == (made.id, job.id)
    attachment = client.ats.attachments.retrieve(made.attachments[0])
    wire.answer(ats.Attachment)
    assert (attachment.candidate, attachment.file_name) == (made.id, "cv.pdf")


def test_debug_mode_shows_one_log_that_has_a_page(client, server, wire, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique])
    made = client.ats.candidates.create(model=model, remote_user_id=None, is_debug_mode=True)
    assert wire.last.query["is_debug_mode"] == "true"
    body = wire.answer(ats.CandidateResponse, 201)
    assert len(body["logs"]) == 1
    log = made.logs[0]
    assert log.log_summary.method in ("POST", "PUT", "PATCH") and log.log_summary.status_code in (200, 201)
    assert log.dashboard_view.startswith(server.url)
    assert_page_for_members_only(server, log.dashboard_view)

    client.ats.candidates.partial_update(
        made.model.id, model=ats.PatchedCandidateRequest(title="Countess"), remote_user_id=None, is_debug_mode=True
    )
    assert len(wire.answer(ats.CandidateResponse)["logs"]) == 1


def assert_page_for_members_only(server, address):
    with httpx.Client(timeout=120) as browser:
        stranger = browser.get(address)
        assert "/merge/" not in stranger.text, "a request is shown to nobody who is not signed in"
        submit(browser, server.desk["url"], email=server.desk["email"], password=server.desk["password"])
        page = browser.get(address)
        assert page.status_code == 200, page
        assert "candidates" in page.text and "POST" in page.text
        assert server.key not in page.text and server.token not in page.text


def test_run_async_changes_nothing(client, wire, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique])
    made = client.ats.candidates.create(model=model, remote_user_id=None, run_async=True)
    assert wire.last.query["run_async"] == "true"
    body = wire.answer(ats.CandidateResponse, 201)
    client.ats.candidates.retrieve(made.model.id)
    assert wire.answer(ats.Candidate) == body["model"]


def test_expand_shows_the_objects_that_are_named(client, wire, person, job):
    made = person(applications=[ats.Application(job=job.id)], attachments=[ats.Attachment(file_name="cv.pdf")])
    one = client.ats.candidates.retrieve(made.id, expand="applications")
    wire.answer(ats.Candidate)
    assert isinstance(one.applications[0], ats.Application) and isinstance(one.attachments[0], str)
    assert one.applications[0].candidate == made.id
    both = client.ats.candidates.retrieve(made.id, expand=several("applications", "attachments"))
    wire.answer(ats.Candidate)
    assert wire.last.query.get_list("expand") == ["applications,attachments"]
    assert isinstance(both.applications[0], ats.Application) and isinstance(both.attachments[0], ats.Attachment)


def test_expand_may_be_repeated(server, wire, person, job):
    made = person(applications=[ats.Application(job=job.id)], attachments=[ats.Attachment(file_name="cv.pdf")])
    server.raw("GET", f"candidates/{made.id}", params=[("expand", "applications"), ("expand", "attachments")])
    raw = wire.answer(ats.Candidate)
    assert isinstance(raw["applications"][0], dict) and isinstance(raw["attachments"][0], dict)


def test_remote_data_is_what_was_sent_and_comes_when_asked_for(client, wire, person, unique):
    made = person("Augusta", company=f"{unique} & Co")
    client.ats.candidates.retrieve(made.id, include_remote_data=True)
    assert wire.last.query["include_remote_data"] == "true"
    remote = wire.answer(ats.Candidate)["remote_data"]
    assert remote and f"{unique} & Co" in str(remote)
    client.ats.candidates.retrieve(made.id)
    assert wire.answer(ats.Candidate)["remote_data"] is None


def test_an_unknown_candidate_is_404(client, wire):
    for call in (
        lambda: client.ats.candidates.retrieve(str(uuid.uuid4())),
        lambda: client.ats.candidates.retrieve("no-uuid"),
        lambda: client.ats.candidates.partial_update(
            str(uuid.uuid4()), model=ats.PatchedCandidateRequest(title="x"), remote_user_id=None
        ),
        lambda: client.ats.candidates.meta_patch_retrieve(str(uuid.uuid4())),
        lambda: ignore(client, str(uuid.uuid4()), "OTHER"),
    ):
        with pytest.raises(ApiError):
            call()
        assert wire.detail(404) == "Not found."


# --- PATCH ------------------------------------------------------------------------------------------------------


def test_patch_changes_what_is_there_and_nothing_else(client, wire, person, unique):
    made = person(
        company="Analytical Engines",
        title="Programmer",
        locations=["London"],
        phone_numbers=[ats.PhoneNumberRequest(value="+442079460000", phone_number_type="HOME")],
        email_addresses=[ats.EmailAddressRequest(value=f"{unique}@example.com", email_address_type="PERSONAL")],
    )
    client.ats.candidates.retrieve(made.id)
    before = wire.answer(ats.Candidate)
    client.ats.candidates.partial_update(
        made.id, model=ats.PatchedCandidateRequest(title="Countess"), remote_user_id=None
    )
    assert wire.last.sent == {"model": {"title": "Countess"}, "remote_user_id": None}
    after = wire.answer(ats.CandidateResponse)["model"]
    assert after["modified_at"] > before["modified_at"]
    changed = {name for name in before if timeless(before[name]) != timeless(after[name])}
    assert changed - {"modified_at", "remote_updated_at"} == {"title"} and after["title"] == "Countess"
    client.ats.candidates.retrieve(made.id)
    assert wire.answer(ats.Candidate) == after


def timeless(value):
    """Without `modified_at`: that of a phone number is the candidate's (the dialect's README says so)."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        return {k: v for k, v in value.items() if k != "modified_at"}
    return value


def test_an_explicit_none_clears(client, wire, person):
    filled = {
        "company": "Analytical Engines",
        "title": "Programmer",
        "locations": ["London"],
        "phone_numbers": [ats.PhoneNumberRequest(value="+442079460000", phone_number_type="HOME")],
        "urls": [ats.UrlRequest(value="https://ada.example", url_type="PERSONAL")],
        "is_private": True,
        "last_interaction_at": dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc),
    }
    made = person(**filled)
    gone = dict.fromkeys([*filled, "first_name", "tags"])
    client.ats.candidates.partial_update(made.id, model=ats.PatchedCandidateRequest(**gone), remote_user_id=None)
    assert wire.last.sent["model"] == gone
    after = wire.answer(ats.CandidateResponse)["model"]
    assert {name: after[name] or None for name in gone} == gone
    assert after["last_name"] == "Lovelace", "a key that was not sent does not change"


def test_patch_replaces_a_list_whole(client, wire, person, unique):
    made = person(
        locations=["London", "Ockham"],
        phone_numbers=[ats.PhoneNumberRequest(value="+442079460000", phone_number_type="HOME")],
    )
    model = ats.PatchedCandidateRequest(
        tags=[f"{unique}-b"],
        locations=["Marylebone"],
        phone_numbers=[ats.PhoneNumberRequest(value="+442079460001", phone_number_type="WORK")],
    )
    client.ats.candidates.partial_update(made.id, model=model, remote_user_id=None)
    after = wire.answer(ats.CandidateResponse)["model"]
    assert (after["tags"], after["locations"]) == ([f"{unique}-b"], ["Marylebone"])
    assert [(p["value"], p["phone_number_type"]) for p in after["phone_numbers"]] == [("+442079460001", "WORK")]


def test_a_refused_patch_changes_nothing(client, wire, person):
    made = person(title="Programmer")
    client.ats.candidates.retrieve(made.id)
    before = wire.last.body
    model = ats.PatchedCandidateRequest(
        title="Countess", urls=[ats.UrlRequest(value="https://ada.example", url_type="MYSPACE")]
    )
    with pytest.raises(ApiError):
        client.ats.candidates.partial_update(made.id, model=model, remote_user_id=None)
    assert wire.refusal() == {("/model/urls/0/url_type", "INVALID_FIELD_CHOICE")}
    client.ats.candidates.retrieve(made.id)
    assert wire.last.body == before


def test_an_unknown_field_of_a_patch_is_a_warning(server, wire, person):
    made = person()
    server.raw("PATCH", f"candidates/{made.id}", json={"model": {"age": 36, "title": "Countess"}})
    body = wire.answer(ats.CandidateResponse)
    assert [(w["source"]["pointer"], w["problem_type"]) for w in body["warnings"]] == [
        ("/model/age", "UNRECOGNIZED_FIELD")
    ]
    assert body["model"]["title"] == "Countess"


# --- meta -------------------------------------------------------------------------------------------------------


def test_meta_names_every_field_that_a_write_takes(client, wire, person):
    made = person()
    client.ats.candidates.meta_post_retrieve()
    posted = wire.answer(ats.MetaResponse)
    client.ats.candidates.meta_patch_retrieve(made.id)
    patched = wire.answer(ats.MetaResponse)
    for meta, request in ((posted, ats.CandidateRequest), (patched, ats.PatchedCandidateRequest)):
        schema = meta["request_schema"]
        assert schema["type"] == "object" and "model" in schema["required"]
        assert "remote_user_id" in schema["properties"]
        model = schema["properties"]["model"]
        # These stand there when the account needs them, and templates when there are some.
        optional = {"integration_params", "linked_account_params", "remote_template_id"}
        fields = set(model["properties"]) - optional
        assert fields == set(request.model_fields) - optional
        types = model["properties"]["phone_numbers"]["items"]["properties"]["phone_number_type"]
        assert {c["value"] for c in types["enum_information"]} == {e.value for e in ats.PhoneNumberTypeEnum}
        assert set(model.get("required", [])) <= set(model["properties"])
        assert meta["status"] == {"linked_account_status": "COMPLETE", "can_make_request": True}
        assert meta["has_conditional_fields"] is meta["has_conditional_params"]


def test_meta_does_not_lie_about_what_is_required(client, server, wire):
    client.ats.candidates.meta_post_retrieve()
    model = wire.answer(ats.MetaResponse)["request_schema"]["properties"]["model"]
    required = set(model.get("required", []))
    server.raw("POST", "candidates", json={"model": {}})
    if required:
        missing = {(f"/model/{name}", "MISSING_REQUIRED_FIELD") for name in required}
        assert wire.refusal() == missing
    else:
        wire.answer(ats.CandidateResponse, 201)


# --- ignore -----------------------------------------------------------------------------------------------------


def test_an_ignored_candidate_is_a_shell(client, wire, person, unique):
    made, other = person("Ada"), person("Byron")
    ignore(client, made.id, "GDPR", message="by mail")
    assert wire.last.status == 200
    assert wire.last.sent == {"reason": "GDPR", "message": "by mail"}
    with pytest.raises(ApiError):
        client.ats.candidates.retrieve(made.id)
    assert wire.detail(404) == "Not found."
    listed = client.ats.candidates.list(tags=unique).results
    assert [c.id for c in listed] == [other.id]

    shell = client.ats.candidates.retrieve(made.id, include_shell_data=True)
    wire.answer(ats.Candidate)
    assert shell.id == made.id
    assert (shell.first_name, shell.last_name) == (None, None) and not shell.tags and not shell.email_addresses


def test_a_shell_is_listed_when_asked_for(client, wire, person):
    made = person()
    ignore(client, made.id, "GENERAL_CUSTOMER_REQUEST")
    just_before = made.created_at - dt.timedelta(milliseconds=1)
    without = client.ats.candidates.list(created_after=just_before, page_size=100)
    wire.answer(ats.PaginatedCandidateList)
    shells = client.ats.candidates.list(created_after=just_before, page_size=100, include_shell_data=True)
    wire.answer(ats.PaginatedCandidateList)
    assert made.id not in [c.id for c in without.results]
    assert made.id in [c.id for c in shells.results]


def test_ignoring_wants_a_reason_that_merge_knows(server, wire, person):
    made = person()
    for body in ({}, {"reason": None}, {"reason": "BORED"}):
        assert server.raw("POST", f"candidates/ignore/{made.id}", json=body).status == 400
    server.raw("GET", f"candidates/{made.id}")
    wire.answer(ats.Candidate)


def ignore(client, id, reason, **message):
    if CURRENT:
        request = ats.IgnoreCommonModelRequest(reason=reason, **message)
        client.ats.candidates.ignore_create(id, request=request)
    else:
        client.ats.candidates.ignore_create(id, reason=reason, **message)


# --- what the SDKs do around it ---------------------------------------------------------------------------------


def test_the_raw_answer_has_its_status_and_headers(client, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique])
    raw = client.ats.candidates.with_raw_response.create(model=model, remote_user_id=None)
    assert raw.headers["content-type"] == "application/json"
    assert raw.data.model.first_name == "Ada"


def test_without_api_in_the_base_it_works_as_well(server, wire, person):
    made = person()
    base = server.base.removesuffix("/api")
    assert base != server.base
    server.client(base_url=base).ats.candidates.retrieve(made.id)
    wire.answer(ats.Candidate)
