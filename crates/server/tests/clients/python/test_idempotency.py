"""Idempotency-Key, as users of the SDK set it: through the request options."""

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError


def once(unique):
    return {"additional_headers": {"Idempotency-Key": unique}}


def test_the_same_request_has_the_same_answer(client, wire, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique])
    client.ats.candidates.create(model=model, remote_user_id=None, request_options=once(unique))
    first = wire.last
    client.ats.candidates.create(model=model, remote_user_id=None, request_options=once(unique))
    wire.answer(ats.CandidateResponse, 201)
    assert wire.last.raw == first.raw
    assert len(client.ats.candidates.list(tags=unique).results) == 1


def test_another_request_under_the_key_is_400(client, wire, unique):
    model = ats.CandidateRequest(first_name="Ada", tags=[unique])
    client.ats.candidates.create(model=model, remote_user_id=None, request_options=once(unique))
    with pytest.raises(ApiError):
        client.ats.candidates.create(
            model=ats.CandidateRequest(first_name="Byron", tags=[unique]),
            remote_user_id=None,
            request_options=once(unique),
        )
    assert wire.last.status == 400
    assert [c.first_name for c in client.ats.candidates.list(tags=unique).results] == ["Ada"]


def test_every_write_honours_it(client, wire, person, job, unique):
    made = person()
    note = ats.ActivityRequest(activity_type="NOTE", visibility="PUBLIC", body="x", candidate=made.id)
    for create, model in (
        (client.ats.applications.create, ats.ApplicationRequest(candidate=made.id, job=job.id)),
        (client.ats.attachments.create, ats.AttachmentRequest(candidate=made.id, file_url="https://files.example/cv.pdf")),
        (client.ats.activities.create, note),
    ):
        key = once(f"{unique}-{type(model).__name__}")
        create(model=model, remote_user_id=None, request_options=key)
        first = wire.last
        create(model=model, remote_user_id=None, request_options=key)
        assert (wire.last.status, wire.last.raw) == (201, first.raw)
    again = client.ats.candidates.retrieve(made.id)
    assert len(again.applications) == 1 and len(again.attachments) == 1


def test_a_refusal_may_be_mended_under_the_same_key(client, wire, unique):
    wrong = ats.CandidateRequest(tags=[unique], urls=[ats.UrlRequest(value="x", url_type="MYSPACE")])
    with pytest.raises(ApiError):
        client.ats.candidates.create(model=wrong, remote_user_id=None, request_options=once(unique))
    wire.refusal()
    right = ats.CandidateRequest(tags=[unique])
    client.ats.candidates.create(model=right, remote_user_id=None, request_options=once(unique))
    wire.answer(ats.CandidateResponse, 201)
