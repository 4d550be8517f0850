"""Linked accounts, keys, scopes, sync, webhooks and the audit trail."""

import datetime as dt

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

from page import submit, texts
from support import CURRENT


@pytest.fixture
def linked(client, server, wire, unique):
    """A linked account of its own, made as an end user makes one; answers its id and a client for it."""
    link = client.ats.link_token.create(
        end_user_email_address=f"{unique}@example.com",
        end_user_organization_name=f"Engines {unique}",
        end_user_origin_id=unique,
        categories=["ats"],
        should_create_magic_link_url=True,
    )
    made(wire, ats.LinkToken)
    assert link.magic_link_url.startswith(server.url)
    done = submit(wire.http, link.magic_link_url)
    assert done.status_code == 200, done.text[:500]
    account = client.ats.account_token.retrieve(texts(done)["public-token"])
    wire.answer(ats.AccountToken)
    assert account.account_token != server.token
    return account.id, server.client(account_token=account.account_token)


def made(wire, model):
    """As `wire.answer`, where nothing says whether what was made is answered with 200 or 201."""
    assert wire.last.status in (200, 201), wire.last
    return wire.answer(model, wire.last.status)


def accounts(client, wire, **filters):
    page = client.ats.linked_accounts.list(page_size=100, **filters)
    wire.answer(ats.PaginatedAccountDetailsAndActionsList)
    return [a.id for a in page.results]


# --- linking ----------------------------------------------------------------------------------------------------


def test_a_linked_account_reads_what_its_organization_has(linked, person, wire, unique):
    _, own = linked
    ada = person()
    assert [c.id for c in own.ats.candidates.list(tags=unique).results] == [ada.id]
    wire.answer(ats.PaginatedCandidateList)
    own.ats.candidates.create(model=ats.CandidateRequest(tags=[unique]), remote_user_id=None)
    wire.answer(ats.CandidateResponse, 201)


def test_a_linked_account_says_whose_it_is(linked, wire, unique):
    id, own = linked
    details = own.ats.account_details.retrieve()
    wire.answer(ats.AccountDetails)
    assert (details.id, details.category, details.status) == (id, "ats", "COMPLETE")
    assert details.end_user_email_address == f"{unique}@example.com"
    assert (details.end_user_organization_name, details.end_user_origin_id) == (f"Engines {unique}", unique)


def test_a_magic_link_links_once(client, wire, unique):
    link = client.ats.link_token.create(
        end_user_email_address=f"{unique}@example.com",
        end_user_organization_name="Engines",
        end_user_origin_id=unique,
        categories=["ats"],
    )
    made(wire, ats.LinkToken)
    submit(wire.http, link.magic_link_url)
    before = accounts(client, wire, end_user_origin_id=unique)
    assert len(before) == 1
    again = wire.http.get(link.magic_link_url)
    if again.status_code == 200 and "<form" in again.text:
        submit(wire.http, link.magic_link_url)
    assert accounts(client, wire, end_user_origin_id=unique) == before


def test_a_link_token_wants_all_four(server, wire, unique):
    whole = {
        "end_user_email_address": f"{unique}@example.com",
        "end_user_organization_name": "Engines",
        "end_user_origin_id": unique,
        "categories": ["ats"],
    }
    for missing in whole:
        body = {k: v for k, v in whole.items() if k != missing}
        assert server.raw("POST", "link-token", json=body).status == 400
        assert missing in str(wire.last.body)


def test_an_unknown_public_token_is_404(client, wire):
    with pytest.raises(ApiError):
        client.ats.account_token.retrieve("no-such-token")
    wire.detail(404)


def test_linked_accounts_by_every_filter(linked, client, wire, unique):
    id, _ = linked
    everyone = accounts(client, wire)
    assert id in everyone and len(everyone) >= 2
    for mine in (
        {"end_user_origin_id": unique},
        {"end_user_email_address": f"{unique}@example.com"},
        {"end_user_organization_name": f"Engines {unique}"},
        {"id": id},
        {"ids": id},
        {"end_user_origin_ids": unique},
    ):
        assert accounts(client, wire, **mine) == [id], mine
    assert id in accounts(client, wire, category="ats", status="COMPLETE", include_duplicates=True)
    for nobodys in ({"category": "hris"}, {"status": "RELINK_NEEDED"}, {"integration_name": "none of ours"}):
        assert accounts(client, wire, **nobodys) == []
    client.ats.linked_accounts.list(page_size=1)
    first = wire.answer(ats.PaginatedAccountDetailsAndActionsList)
    assert len(first["results"]) == 1 and first["next"]


def test_a_deleted_account_opens_nothing(linked, client, wire):
    id, own = linked
    own.ats.delete_account.delete()
    assert wire.last.status == 200
    with pytest.raises(ApiError):
        own.ats.candidates.list()
    assert wire.detail(401) == "Invalid account token."
    assert id not in accounts(client, wire)
    client.ats.candidates.list(page_size=1)
    wire.answer(ats.PaginatedCandidateList)


if CURRENT:

    def test_a_new_account_token_replaces_the_old_one(linked, server, wire):
        id, own = linked
        fresh = own.ats.account_token.regenerate_create()
        made(wire, ats.RegenerateAccountToken)
        assert fresh.linked_account_id == id
        server.client(account_token=fresh.account_token).ats.candidates.list(page_size=1)
        wire.answer(ats.PaginatedCandidateList)
        with pytest.raises(ApiError):
            own.ats.candidates.list()
        assert wire.detail(401) == "Invalid account token."


# --- what an account can do -------------------------------------------------------------------------------------


def test_account_details(client, wire):
    client.ats.account_details.retrieve()
    details = wire.answer(ats.AccountDetails)
    assert details["category"] == "ats" and details["status"] == "COMPLETE" and details["id"]


def test_available_actions_name_what_can_be_written(client, wire):
    client.ats.available_actions.retrieve()
    actions = wire.answer(ats.AvailableActions)
    operations = {o["model_name"]: o for o in actions["available_model_operations"]}
    assert {"Candidate", "Application", "Attachment", "Activity", "Job"} <= operations.keys()
    assert all(o["available_operations"] for o in operations.values())
    assert len(operations["Candidate"]["available_operations"]) > len(operations["Job"]["available_operations"])
    assert set(operations["Candidate"]["required_post_parameters"]) <= set(operations["Candidate"]["supported_fields"])
    # What may be read; what may be written is told by meta/post.
    assert set(operations["Candidate"]["supported_fields"]) <= set(ats.Candidate.model_fields)


def test_sync_status_lists_each_model_once(client, wire):
    client.ats.sync_status.list(page_size=100)
    page = wire.answer(ats.PaginatedSyncStatusList)
    names = [s["model_name"] for s in page["results"]]
    assert "Candidate" in names and len(set(names)) == len(names)
    candidate = page["results"][names.index("Candidate")]
    assert (candidate["model_id"], candidate["status"]) == ("ats.Candidate", "DONE")
    client.ats.sync_status.list(page_size=1)
    first = wire.answer(ats.PaginatedSyncStatusList)
    client.ats.sync_status.list(page_size=1, cursor=first["next"])
    second = wire.answer(ats.PaginatedSyncStatusList)
    assert [p["results"][0]["model_name"] for p in (first, second)] == names[:2]


def test_a_resync_answers_a_bare_list(client, wire):
    client.ats.force_resync.sync_status_resync_create()
    statuses = wire.answer(list[ats.SyncStatus])
    assert "Candidate" in [s["model_name"] for s in statuses]


def test_scopes_are_kept(linked, client, wire, unique):
    client.ats.scopes.default_scopes_retrieve()
    default = wire.answer(ats.CommonModelScopeApi)
    assert "Candidate" in [m["model_name"] for m in default["common_models"]]

    _, own = linked
    own.ats.scopes.linked_account_scopes_retrieve()
    before = wire.answer(ats.CommonModelScopeApi)
    candidate = next(m for m in before["common_models"] if m["model_name"] == "Candidate")
    assert candidate["model_permissions"]["WRITE"]["is_enabled"] is True

    readable = ats.IndividualCommonModelScopeDeserializerRequest(
        model_name="Candidate",
        model_permissions={
            "READ": ats.ModelPermissionDeserializerRequest(is_enabled=True),
            "WRITE": ats.ModelPermissionDeserializerRequest(is_enabled=False),
        },
    )
    own.ats.scopes.linked_account_scopes_create(common_models=[readable])
    made(wire, ats.CommonModelScopeApi)
    own.ats.scopes.linked_account_scopes_retrieve()
    after = wire.answer(ats.CommonModelScopeApi)
    candidate = next(m for m in after["common_models"] if m["model_name"] == "Candidate")
    assert candidate["model_permissions"]["WRITE"]["is_enabled"] is False

    with pytest.raises(ApiError):
        own.ats.candidates.create(model=ats.CandidateRequest(tags=[unique]), remote_user_id=None)
    assert {problem for _, problem in refusal_without_pointer(wire)} == {"DISABLED_MODEL_WRITE"}
    own.ats.candidates.list(page_size=1)
    wire.answer(ats.PaginatedCandidateList)
    client.ats.candidates.create(model=ats.CandidateRequest(tags=[unique]), remote_user_id=None)
    wire.answer(ats.CandidateResponse, 201)


def refusal_without_pointer(wire):
    """As `wire.refusal`, of a refusal that is of no field and may point nowhere."""
    assert wire.last.status == 400, wire.last
    body = wire.last.body
    assert body["model"] is None and isinstance(body["warnings"], list), wire.last
    return {(str(e.get("source")), e["problem_type"]) for e in body["errors"]}


def test_webhook_receivers_are_kept(linked, wire):
    _, own = linked
    own.ats.webhook_receivers.list()
    assert wire.answer(list[ats.WebhookReceiver]) == []
    own.ats.webhook_receivers.create(event="Candidate.changed", is_active=True, key="s3cret-of-mine")
    receiver = made(wire, ats.WebhookReceiver)
    assert (receiver["event"], receiver["is_active"]) == ("Candidate.changed", True)
    own.ats.webhook_receivers.create(event="Candidate.added", is_active=False)
    own.ats.webhook_receivers.list()
    kept = {(r["event"], r["is_active"]) for r in wire.answer(list[ats.WebhookReceiver])}
    assert kept == {("Candidate.changed", True), ("Candidate.added", False)}


# --- the organization -------------------------------------------------------------------------------------------


def test_a_generated_key_works_and_a_regenerated_one_replaces_it(client, server, wire, unique):
    first = client.ats.generate_key.create(name=unique)
    made(wire, ats.RemoteKey)
    assert first.name == unique
    works(server, wire, first.key)
    second = client.ats.regenerate_key.create(name=unique)
    made(wire, ats.RemoteKey)
    assert second.name == unique and second.key != first.key
    works(server, wire, second.key)
    with pytest.raises(ApiError):
        server.client(api_key=first.key).ats.candidates.list()
    assert wire.detail(401) == "Invalid token."
    works(server, wire, server.key)


def works(server, wire, key):
    server.client(api_key=key).ats.candidates.list(page_size=1)
    wire.answer(ats.PaginatedCandidateList)


def test_a_key_wants_a_name_and_an_unknown_one_is_not_regenerated(server, client, wire, unique):
    for path in ("generate-key", "regenerate-key"):
        assert server.raw("POST", path, json={}).status == 400
    with pytest.raises(ApiError):
        client.ats.regenerate_key.create(name=unique)
    assert wire.last.status in (400, 404)


def test_the_audit_trail_shows_what_happened(client, wire, person):
    before = dt.datetime.now(dt.timezone.utc) - dt.timedelta(seconds=5)
    person()
    client.ats.audit_trail.list(start_date=before.isoformat(), page_size=100)
    events = wire.answer(ats.PaginatedAuditLogEventList)["results"]
    assert events
    kind = events[0]["event_type"]
    client.ats.audit_trail.list(event_type=kind, page_size=5)
    same = wire.answer(ats.PaginatedAuditLogEventList)["results"]
    assert same and {e["event_type"] for e in same} == {kind}
    for nothing in (
        {"start_date": "2999-01-01T00:00:00Z"},
        {"end_date": "2000-01-01T00:00:00Z"},
        {"event_type": "INVITED_USER_TO_NOTHING"},
        {"user_email": "nobody@example.com"},
    ):
        client.ats.audit_trail.list(**nothing)
        assert wire.answer(ats.PaginatedAuditLogEventList)["results"] == [], nothing
    client.ats.audit_trail.list(page_size=1)
    first = wire.answer(ats.PaginatedAuditLogEventList)
    client.ats.audit_trail.list(page_size=1, cursor=first["next"])
    assert wire.answer(ats.PaginatedAuditLogEventList)["results"][0]["id"] != first["results"][0]["id"]


def test_issues_by_their_filters(client, wire, linked):
    id, _ = linked
    nothing = {"next": None, "previous": None, "results": []}
    future = dt.datetime(2999, 1, 1, tzinfo=dt.timezone.utc)
    client.ats.issues.list(
        status="ONGOING", include_muted="false", linked_account_id=id,
        first_incident_time_after=future, last_incident_time_after=future,
    )  # fmt: skip
    assert wire.answer(ats.PaginatedIssueList) == nothing
    client.ats.issues.list(integration_name="none of ours", end_user_organization_name="nobody's")
    assert wire.answer(ats.PaginatedIssueList) == nothing
    client.ats.issues.list(start_date="2999-01-01T00:00:00Z", end_date="2999-01-02T00:00:00Z")
    assert wire.answer(ats.PaginatedIssueList) == nothing
