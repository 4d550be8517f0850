"""Every list of the category, and what is read one by one."""

import datetime as dt
import uuid

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

from support import CURRENT, several

# Each list of records: its resource, its page and its model (Tag has no id, so there is nothing to retrieve).
LISTS = {
    "activities": (ats.PaginatedActivityList, ats.Activity),
    "applications": (ats.PaginatedApplicationList, ats.Application),
    "attachments": (ats.PaginatedAttachmentList, ats.Attachment),
    "candidates": (ats.PaginatedCandidateList, ats.Candidate),
    "departments": (ats.PaginatedDepartmentList, ats.Department),
    "eeocs": (ats.PaginatedEeocList, ats.Eeoc),
    "interviews": (ats.PaginatedScheduledInterviewList, ats.ScheduledInterview),
    "job_interview_stages": (ats.PaginatedJobInterviewStageList, ats.JobInterviewStage),
    "job_postings": (ats.PaginatedJobPostingList, ats.JobPosting),
    "jobs": (ats.PaginatedJobList, ats.Job),
    "offers": (ats.PaginatedOfferList, ats.Offer),
    "offices": (ats.PaginatedOfficeList, ats.Office),
    "reject_reasons": (ats.PaginatedRejectReasonList, ats.RejectReason),
    "scorecards": (ats.PaginatedScorecardList, ats.Scorecard),
    "tags": (ats.PaginatedTagList, None),
    "users": (ats.PaginatedRemoteUserList, ats.RemoteUser),
}
# What the demo organization, or the fixture below, surely has.
FILLED = {
    "activities", "applications", "attachments", "candidates", "job_interview_stages", "jobs", "tags", "users",
}  # fmt: skip
# Nouns that Muster does not have: their lists are truly empty.
EMPTY = {"interviews", "offers", "scorecards"}

lists = pytest.mark.parametrize("name", LISTS)


@pytest.fixture(autouse=True)
def something(server, person, job):
    """A candidate with an application, an attachment and a note, so that the lists of these are not empty."""
    made = person(applications=[ats.Application(job=job.id)], attachments=[ats.Attachment(file_name="cv.pdf")])
    note = {"activity_type": "NOTE", "visibility": "PUBLIC", "body": "x", "candidate": made.id}
    server.raw("POST", "activities", json={"model": note})
    return made


@lists
def test_a_list_and_each_of_it(client, wire, name):
    resource, (page, model) = getattr(client.ats, name), LISTS[name]
    resource.list(page_size=5)
    results = wire.answer(page)["results"]
    assert bool(results) or name not in FILLED
    assert not results or name not in EMPTY
    for result in results if model else []:
        resource.retrieve(result["id"])
        assert wire.answer(model) == result


@lists
def test_the_common_filters_are_understood(client, wire, name):
    resource, (page, _) = getattr(client.ats, name), LISTS[name]
    tomorrow = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=1)
    everything = {
        "include_deleted_data": True, "include_remote_data": True, "include_shell_data": True,
        "created_before": tomorrow, "modified_before": tomorrow,
    }  # fmt: skip
    resource.list(**everything)
    assert wire.answer(page)["results"] or name not in FILLED
    for nothing in ({"created_after": tomorrow}, {"modified_after": tomorrow}, {"remote_id": "none of ours"}):
        resource.list(**nothing)
        assert wire.answer(page) == {"next": None, "previous": None, "results": []}


@lists
def test_paging_finds_everything_once(client, wire, name):
    resource, (page, _) = getattr(client.ats, name), LISTS[name]
    now = dt.datetime.now(dt.timezone.utc)
    whole, cursor = [], None
    for _ in range(1000):
        resource.list(created_before=now, cursor=cursor, page_size=40)
        body = wire.answer(page)
        assert (body["previous"] is None) == (cursor is None) or not body["results"]
        whole += [r.get("id") or r["name"] for r in body["results"]]
        cursor = body["next"]
        if cursor is None:
            break
    assert len(set(whole)) == len(whole) and cursor is None
    with pytest.raises(ApiError):
        resource.list(cursor="no cursor of ours")
    assert wire.detail(400)


@pytest.mark.parametrize("name", [n for n in LISTS if n != "tags"])
def test_an_unknown_id_is_404(client, wire, name):
    for id in (str(uuid.uuid4()), "no-uuid"):
        with pytest.raises(ApiError):
            getattr(client.ats, name).retrieve(id)
        assert wire.detail(404) == "Not found."


def test_jobs_by_status_code_and_office(client, wire, job):
    def ids(**filters):
        page = client.ats.jobs.list(page_size=100, **filters)
        wire.answer(ats.PaginatedJobList)
        return [j.id for j in page.results]

    assert job.status == "OPEN" and job.id in ids(status="OPEN")
    assert job.id not in ids(status="ARCHIVED")
    assert ids(code="no such code") == [] and ids(offices=str(uuid.uuid4())) == []
    # The older line knows postings by their id alone.
    names = ["departments", "hiring_managers", "offices", "recruiters", *(["job_postings"] if CURRENT else [])]
    client.ats.jobs.retrieve(job.id, expand=several(*names))
    raw = wire.answer(ats.Job)
    for name in names:
        assert all(isinstance(item, dict) for item in raw[name])


def test_stages_are_in_order_and_show_their_job(client, wire, job, stages):
    orders = [s.stage_order for s in stages]
    assert orders == sorted(set(orders))
    one = client.ats.job_interview_stages.retrieve(stages[0].id, expand="job")
    wire.answer(ats.JobInterviewStage)
    assert (one.job.id, one.job.name) == (job.id, job.name)
    assert client.ats.job_interview_stages.list(job_id=str(uuid.uuid4())).results == []


def test_a_jobs_form_is_its_screening_questions(client, wire, job):
    client.ats.jobs.screening_questions_list(job.id, page_size=100)
    questions = wire.answer(ats.PaginatedScreeningQuestionList)["results"]
    assert questions and all(q["job"] == job.id and q["title"] for q in questions)
    client.ats.jobs.screening_questions_list(job.id, expand=several("job", "options"))
    expanded = wire.answer(ats.PaginatedScreeningQuestionList)["results"]
    assert all(q["job"]["id"] == job.id for q in expanded)
    assert any(isinstance(o, dict) and o["label"] for q in expanded for o in q["options"])
    client.ats.jobs.screening_questions_list(job.id, page_size=1)
    first = wire.answer(ats.PaginatedScreeningQuestionList)
    client.ats.jobs.screening_questions_list(job.id, page_size=1, cursor=first["next"])
    assert wire.answer(ats.PaginatedScreeningQuestionList)["results"][0]["id"] == questions[1]["id"]
    with pytest.raises(ApiError):
        client.ats.jobs.screening_questions_list(str(uuid.uuid4()))
    wire.detail(404)


def test_postings_by_status(client, wire):
    for status in ats.JobPostingStatusEnum:
        client.ats.job_postings.list(status=status.value, expand="job")
        results = wire.answer(ats.PaginatedJobPostingList)["results"]
        assert all(p["status"] == status.value and isinstance(p["job"], dict) for p in results)


def test_users_are_the_members(client, wire, member):
    assert member.email == "anna@example.com" and member.disabled is False
    assert member.access_role in [role.value for role in ats.AccessRoleEnum]
    client.ats.users.list(email="ANNA@example.com")
    assert [u["id"] for u in wire.answer(ats.PaginatedRemoteUserList)["results"]] == [member.id]
    client.ats.users.list(email="nobody@example.com")
    assert wire.answer(ats.PaginatedRemoteUserList)["results"] == []


def test_tags_are_those_that_candidates_have(client, wire, unique):
    since = dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=1)
    names, cursor = [], None
    while True:
        page = client.ats.tags.list(created_after=since, page_size=100, cursor=cursor)
        wire.answer(ats.PaginatedTagList)
        names += [t.name for t in page.results]
        cursor = page.next
        if cursor is None:
            break
    assert names.count(unique) == 1


def test_eeocs_by_candidate(client, wire, something):
    client.ats.eeocs.list(candidate_id=something.id, expand="candidate")
    assert wire.answer(ats.PaginatedEeocList)["results"] == []


def test_the_empty_lists_take_their_own_filters(client, wire):
    some = str(uuid.uuid4())
    empty = {"next": None, "previous": None, "results": []}
    client.ats.interviews.list(application_id=some, job_id=some, job_interview_stage_id=some, organizer_id=some)
    assert wire.answer(ats.PaginatedScheduledInterviewList) == empty
    client.ats.offers.list(application_id=some, creator_id=some, expand="application")
    assert wire.answer(ats.PaginatedOfferList) == empty
    client.ats.scorecards.list(application_id=some, interview_id=some, interviewer_id=some, expand="interview")
    assert wire.answer(ats.PaginatedScorecardList) == empty


def test_what_is_not_supported_is_said_and_not_a_server_error(client, wire, something):
    interview = ats.ScheduledInterviewRequest(application=something.applications[0])
    call = ats.DataPassthroughRequest(method="GET", path="/candidates")
    mapping = {
        "target_field_name": "x", "target_field_description": "x", "remote_field_traversal_path": ["x"],
        "remote_method": "GET", "remote_url_path": "/x", "common_model_name": "Candidate",
    }  # fmt: skip
    for unsupported in (
        lambda: client.ats.interviews.create(model=interview, remote_user_id="x"),
        lambda: client.ats.passthrough.create(request=call),
        lambda: client.ats.async_passthrough.create(request=call),
        lambda: client.ats.field_mapping.field_mappings_retrieve(),
        lambda: client.ats.field_mapping.field_mappings_create(**mapping),
        lambda: client.ats.field_mapping.remote_fields_retrieve(),
        lambda: client.ats.field_mapping.target_fields_retrieve(),
    ):
        with pytest.raises(ApiError):
            unsupported()
        assert wire.last.status in (400, 404), wire.last
        said = str(wire.last.body).lower()
        assert any(word in said for word in ("not supported", "unsupported", "disabled_model_write")), wire.last


def test_what_was_never_there_is_404(client, wire):
    for absent in (
        lambda: client.ats.async_passthrough.retrieve(str(uuid.uuid4())),
        lambda: client.ats.field_mapping.field_mappings_partial_update(str(uuid.uuid4())),
        lambda: client.ats.field_mapping.field_mappings_destroy(str(uuid.uuid4())),
        lambda: client.ats.issues.retrieve(str(uuid.uuid4())),
    ):
        with pytest.raises(ApiError):
            absent()
        wire.detail(404)
