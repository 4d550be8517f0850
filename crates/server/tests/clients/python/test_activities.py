"""Notes and mails on a candidate."""

import uuid

import merge.resources.ats as ats
import pytest


def test_a_note_is_kept_and_read_back(client, wire, person, member):
    made = person()
    model = ats.ActivityRequest(
        user=member.id,
        activity_type="NOTE",
        subject="On the engine",
        body="It weaves algebraic patterns.",
        visibility="PRIVATE",
        candidate=made.id,
    )
    answer = client.ats.activities.create(model=model, remote_user_id=member.id)
    body = wire.answer(ats.ActivityResponse, 201)
    assert body["warnings"] == [] and body["errors"] == []
    note = answer.model
    assert (note.user, note.candidate, note.activity_type, note.visibility) == (member.id, made.id, "NOTE", "PRIVATE")
    assert (note.subject, note.body) == ("On the engine", "It weaves algebraic patterns.")
    client.ats.activities.retrieve(note.id)
    assert wire.answer(ats.Activity) == body["model"]


@pytest.mark.parametrize("kind", ["NOTE", "EMAIL", "OTHER"])
@pytest.mark.parametrize("visibility", ["ADMIN_ONLY", "PUBLIC", "PRIVATE"])
def test_every_kind_and_visibility(client, wire, person, kind, visibility):
    model = ats.ActivityRequest(activity_type=kind, visibility=visibility, body="x", candidate=person().id)
    client.ats.activities.create(model=model, remote_user_id=None)
    made = wire.answer(ats.ActivityResponse, 201)["model"]
    assert (made["activity_type"], made["visibility"]) == (kind, visibility)


def test_lists_by_user_and_expanded(client, wire, person, member):
    made = person()
    for user in (member.id, None):
        model = ats.ActivityRequest(
            user=user, activity_type="NOTE", visibility="PUBLIC", body="x", candidate=made.id
        )
        client.ats.activities.create(model=model, remote_user_id=None)

    def users(**filters):
        client.ats.activities.list(created_after=made.created_at, **filters)
        return [a["user"] for a in wire.answer(ats.PaginatedActivityList)["results"]]

    assert users() == [member.id, None]
    assert users(user_id=member.id) == [member.id]
    assert users(user_id=str(uuid.uuid4())) == []
    assert users(user_id=member.id, expand="user")[0]["email"] == member.email
    assert users(page_size=1) == [member.id]
    assert users(remote_id="none") == []


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"activity_type": "CALL"}, ("/model/activity_type", "INVALID_FIELD_CHOICE")),
        ({"visibility": "SECRET"}, ("/model/visibility", "INVALID_FIELD_CHOICE")),
        ({"subject": 5}, ("/model/subject", "INCORRECT_FIELD_TYPE")),
        ({"candidate": None}, ("/model/candidate", "MISSING_REQUIRED_FIELD")),
    ],
)
def test_what_is_wrong_is_refused(server, wire, person, wrong, problem):
    right = {"activity_type": "NOTE", "visibility": "PUBLIC", "body": "x", "candidate": person().id}
    server.raw("POST", "activities", json={"model": {**right, **wrong}})
    assert wire.refusal() == {problem}


def test_an_activity_of_an_unknown_user_or_candidate_is_refused(server, wire, person):
    right = {"activity_type": "NOTE", "visibility": "PUBLIC", "body": "x", "candidate": person().id}
    for field in ("user", "candidate"):
        server.raw("POST", "activities", json={"model": {**right, field: str(uuid.uuid4())}})
        assert f"/model/{field}" in {at for at, _ in wire.refusal()}


def test_debug_mode_shows_one_log(client, wire, person):
    model = ats.ActivityRequest(activity_type="NOTE", visibility="PUBLIC", body="x", candidate=person().id)
    client.ats.activities.create(model=model, remote_user_id=None, is_debug_mode=True, run_async=True)
    assert len(wire.answer(ats.ActivityResponse, 201)["logs"]) == 1


def test_meta_names_every_field(client, wire):
    client.ats.activities.meta_post_retrieve()
    model = wire.answer(ats.MetaResponse)["request_schema"]["properties"]["model"]
    optional = {"integration_params", "linked_account_params"}
    assert set(model["properties"]) - optional == set(ats.ActivityRequest.model_fields) - optional
    assert "candidate" in model["required"]
