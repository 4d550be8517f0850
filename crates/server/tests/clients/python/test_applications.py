"""Applications: create, list, expand, move."""

import datetime as dt
import uuid

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

from support import several

EVERYTHING = (
    "candidate",
    "credited_to",
    "current_stage",
    "job",
    "offers",
    "reject_reason",
    "screening_question_answers",
    "screening_question_answers.question",
)


def test_an_application_of_a_known_candidate(client, wire, person, job, member):
    made = person()
    applied = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.timezone.utc)
    model = ats.ApplicationRequest(
        candidate=made.id, job=job.id, source="Referral", applied_at=applied, credited_to=member.id
    )
    answer = client.ats.applications.create(model=model, remote_user_id=None)
    body = wire.answer(ats.ApplicationResponse, 201)
    assert body["errors"] == [] and "logs" not in body
    application = answer.model
    assert (application.candidate, application.job, application.source) == (made.id, job.id, "Referral")
    assert application.credited_to == member.id and application.applied_at == applied
    assert application.rejected_at is None and application.offers == []
    client.ats.applications.retrieve(application.id)
    assert wire.answer(ats.Application) == body["model"]
    assert client.ats.candidates.retrieve(made.id).applications == [application.id]


def test_an_application_brings_its_candidate_along(client, wire, job, unique):
    candidate = ats.Candidate(
        first_name="Ada",
        last_name="Lovelace",
        tags=[unique],
        email_addresses=[ats.EmailAddress(value=f"{unique}@example.com", email_address_type="PERSONAL")],
    )
    model = ats.ApplicationRequest(candidate=candidate, job=job.id)
    answer = client.ats.applications.create(model=model, remote_user_id=None, is_debug_mode=True)
    assert len(wire.answer(ats.ApplicationResponse, 201)["logs"]) == 1
    found = client.ats.candidates.list(tags=unique).results
    assert [c.email_addresses[0].value for c in found] == [f"{unique}@example.com"]
    assert found[0].applications == [answer.model.id]
    one = client.ats.applications.retrieve(answer.model.id, expand="candidate")
    wire.answer(ats.Application)
    assert (one.candidate.id, one.candidate.first_name) == (found[0].id, "Ada")


def test_null_is_accepted_for_every_field_that_nothing_needs(client, wire, person, job):
    nothing = dict.fromkeys(ats.ApplicationRequest.model_fields)
    model = ats.ApplicationRequest(**{**nothing, "candidate": person().id, "job": job.id})
    client.ats.applications.create(model=model, remote_user_id=None, run_async=True)
    assert wire.last.sent["model"]["offers"] is None
    assert wire.answer(ats.ApplicationResponse, 201)["warnings"] == []


def test_an_application_of_nobody_or_for_no_job_is_refused(server, wire, person, job):
    made = person()
    for model, pointer in (
        ({"job": job.id}, "/model/candidate"),
        ({"candidate": made.id}, "/model/job"),
        ({"candidate": str(uuid.uuid4()), "job": job.id}, "/model/candidate"),
        ({"candidate": made.id, "job": str(uuid.uuid4())}, "/model/job"),
        ({"candidate": made.id, "job": job.id, "current_stage": str(uuid.uuid4())}, "/model/current_stage"),
    ):
        server.raw("POST", "applications", json={"model": model})
        assert pointer in {at for at, _ in wire.refusal()}
    server.raw("GET", f"candidates/{made.id}")
    assert wire.last.body["applications"] == []


def test_a_change_of_stage_is_kept(client, wire, person, job, stages):
    application = person(applications=[ats.Application(job=job.id)]).applications[0]
    for stage in (stages[1], stages[0]):
        client.ats.applications.change_stage_create(application, job_interview_stage=stage.id, remote_user_id="r")
        assert wire.last.sent == {"job_interview_stage": stage.id, "remote_user_id": "r"}
        assert wire.answer(ats.ApplicationResponse, 201)["model"]["current_stage"] == stage.id
        assert client.ats.applications.retrieve(application).current_stage == stage.id
    client.ats.applications.change_stage_create(application, job_interview_stage=stages[1].id, is_debug_mode=True)
    assert len(wire.answer(ats.ApplicationResponse, 201)["logs"]) == 1


def test_a_stage_that_is_not_this_jobs_is_refused(client, wire, person, job):
    application = person(applications=[ats.Application(job=job.id)]).applications[0]
    before = client.ats.applications.retrieve(application).current_stage
    other = next(j for j in client.ats.jobs.list().results if j.id != job.id)
    foreign = client.ats.job_interview_stages.list(job_id=other.id).results[0].id
    for stage in (str(uuid.uuid4()), foreign):
        with pytest.raises(ApiError):
            client.ats.applications.change_stage_create(application, job_interview_stage=stage)
        wire.refusal()
    assert client.ats.applications.retrieve(application).current_stage == before
    with pytest.raises(ApiError):
        client.ats.applications.change_stage_create(str(uuid.uuid4()), job_interview_stage=foreign)
    assert wire.detail(404) == "Not found."


def test_every_filter_finds_it_and_finds_nothing_else(client, wire, person, job, stages, member, unique):
    made, other = person(), person()
    model = ats.ApplicationRequest(candidate=made.id, job=job.id, source=unique, credited_to=member.id)
    mine = client.ats.applications.create(model=model, remote_user_id=None).model
    model = ats.ApplicationRequest(candidate=other.id, job=job.id)
    theirs = client.ats.applications.create(model=model, remote_user_id=None).model

    def ids(**filters):
        page = client.ats.applications.list(page_size=100, **filters)
        wire.answer(ats.PaginatedApplicationList)
        return [a.id for a in page.results]

    assert ids(candidate_id=made.id) == [mine.id]
    assert ids(source=unique) == [mine.id]
    around = {"created_after": made.created_at}
    assert ids(job_id=job.id, **around) == [mine.id, theirs.id]
    assert ids(job_id=str(uuid.uuid4()), **around) == []
    assert ids(credited_to_id=member.id, **around) == [mine.id]
    assert ids(current_stage_id=mine.current_stage or stages[0].id, candidate_id=made.id) == (
        [mine.id] if mine.current_stage else []
    )
    assert ids(current_stage_id=str(uuid.uuid4()), **around) == []
    assert ids(reject_reason_id=str(uuid.uuid4()), **around) == []
    assert ids(remote_id=unique) == []
    assert ids(created_after=mine.created_at, created_before=theirs.created_at) == []
    assert ids(modified_after=mine.modified_at, candidate_id=made.id) == []
    everything = {"include_deleted_data": True, "include_shell_data": True, "include_remote_data": True}
    assert ids(candidate_id=made.id, **everything) == [mine.id]


def test_expand_everything(client, wire, person, job, member, stages):
    made = person()
    model = ats.ApplicationRequest(
        candidate=made.id, job=job.id, credited_to=member.id, current_stage=stages[1].id
    )
    mine = client.ats.applications.create(model=model, remote_user_id=None).model
    whole = several(*EVERYTHING) if isinstance(several("x"), list) else "candidate,credited_to,current_stage,job"
    for one in (
        client.ats.applications.retrieve(mine.id, expand=whole),
        client.ats.applications.list(candidate_id=made.id, expand=whole).results[0],
    ):
        wire.answer(ats.PaginatedApplicationList if "results" in wire.last.body else ats.Application)
        assert (one.candidate.id, one.job.id, one.credited_to.id) == (made.id, job.id, member.id)
        assert one.current_stage.id == stages[1].id and one.current_stage.name == stages[1].name


def test_meta_names_every_field(client, wire):
    client.ats.applications.meta_post_retrieve(application_remote_template_id="none")
    model = wire.answer(ats.MetaResponse)["request_schema"]["properties"]["model"]
    # Those of an integration stand there when it needs them; and there are no offers in Muster.
    optional = {"integration_params", "linked_account_params", "remote_template_id", "offers"}
    assert set(model["properties"]) - optional == set(ats.ApplicationRequest.model_fields) - optional
    assert {"candidate", "job"} <= set(model["required"])
