"""Filters, cursors and what a list includes."""

import datetime as dt
import time

import merge.resources.ats as ats
import pytest
from merge.core.api_error import ApiError

from support import several


@pytest.fixture
def three(person, unique):
    """Three people under one tag, the second of whom carries another one besides."""
    return [
        person("Ada", email_addresses=[email(f"{unique}.ada@example.com")]),
        person("Byron", tags=[unique, f"{unique}-poet"], email_addresses=[email(f"{unique}.byron@example.com")]),
        person("Charles", last_name="Babbage", email_addresses=[email(f"{unique}.charles@example.com")]),
    ]


def email(value):
    return ats.EmailAddressRequest(value=value, email_address_type="PERSONAL")


@pytest.fixture
def names(client, wire, unique):
    """The first names of those under the tag whom a list with these parameters has."""

    def names(**filters):
        page = client.ats.candidates.list(**{"tags": unique, **filters})
        wire.answer(ats.PaginatedCandidateList)
        return [c.first_name for c in page.results]

    return names


def test_oldest_first(three, names):
    assert names() == ["Ada", "Byron", "Charles"]


def test_by_any_of_several_addresses_without_regard_to_case(three, names, unique):
    assert names(email_addresses=f"{unique}.ada@example.com") == ["Ada"]
    assert names(email_addresses=f"{unique}.CHARLES@example.com,{unique}.ada@Example.com") == ["Ada", "Charles"]
    assert names(email_addresses=f"{unique}.nobody@example.com") == []


def test_by_name(three, names):
    assert names(first_name="Byron") == ["Byron"]
    assert names(last_name="Lovelace") == ["Ada", "Byron"]
    assert names(first_name="Ada", last_name="Babbage") == []


def test_by_any_of_several_tags(three, names, unique):
    assert names(tags=f"{unique}-poet") == ["Byron"]
    assert names(tags=f"{unique}-poet,{unique}") == ["Ada", "Byron", "Charles"]
    assert names(tags=f"{unique}-none") == []


def test_by_remote_id(three, names, unique):
    assert names(remote_id=unique) == []


def test_created_after_and_before_are_strict(three, names):
    ada, byron, charles = (c.created_at for c in three)
    assert names(created_after=ada) == ["Byron", "Charles"]
    assert names(created_before=charles) == ["Ada", "Byron"]
    assert names(created_after=ada, created_before=charles) == ["Byron"]
    tick = dt.timedelta(microseconds=1)
    assert names(created_after=byron - tick, created_before=byron + tick) == ["Byron"]


def test_a_time_may_have_an_offset(three, names, wire):
    kolkata = dt.timezone(dt.timedelta(hours=5, minutes=30))
    assert names(created_after=three[0].created_at.astimezone(kolkata)) == ["Byron", "Charles"]
    assert wire.last.query["created_after"].endswith("+05:30")


def test_a_naive_time_is_the_callers_own(three, names, wire, monkeypatch):
    monkeypatch.setenv("TZ", "XST+7")  # seven hours west of Greenwich
    time.tzset()
    try:
        local = three[0].created_at.astimezone().replace(tzinfo=None)
        assert names(created_after=local) == ["Byron", "Charles"]
        assert wire.last.query["created_after"].endswith("-07:00")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_milliseconds_are_enough(three, names, server, wire, unique):
    later = (three[2].created_at + dt.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    server.raw("GET", "candidates", params={"tags": unique, "created_before": later})
    assert len(wire.answer(ats.PaginatedCandidateList)["results"]) == 3


def test_modified_after_finds_what_was_changed(three, names, client):
    last = max(c.modified_at for c in three)
    assert names(modified_after=last) == []
    client.ats.candidates.partial_update(
        three[1].id, model=ats.PatchedCandidateRequest(title="Lord"), remote_user_id=None
    )
    assert names(modified_after=last) == ["Byron"]
    assert names(modified_before=last + dt.timedelta(microseconds=1)) == ["Ada", "Charles"]


def test_the_cursor_leads_there_and_back(three, client, wire, unique):
    def page(cursor=None):
        client.ats.candidates.list(tags=unique, page_size=1, cursor=cursor)
        return wire.answer(ats.PaginatedCandidateList)

    def name(page):
        return [c["first_name"] for c in page["results"]]

    first = page()
    assert name(first) == ["Ada"] and first["previous"] is None
    second = page(first["next"])
    assert name(second) == ["Byron"]
    third = page(second["next"])
    assert name(third) == ["Charles"] and third["next"] is None
    back = page(third["previous"])
    assert name(back) == ["Byron"]
    start = page(back["previous"])
    assert name(start) == ["Ada"] and start["previous"] is None
    assert name(page(start["next"])) == ["Byron"]


def test_going_on_until_next_is_none_finds_everybody_once(three, client, unique):
    found, cursor = [], None
    while True:
        page = client.ats.candidates.list(tags=unique, page_size=2, cursor=cursor)
        found += [c.id for c in page.results]
        cursor = page.next
        if cursor is None:
            break
    assert found == [c.id for c in three]


def test_page_size_is_30_and_at_most_100(client, wire, unique, server):
    for n in range(101):
        body = {"model": {"first_name": f"n{n}", "tags": [unique]}}
        assert server.raw("POST", "candidates", json=body).status == 201
    for asked, given in ((None, 30), (100, 100), (500, 100)):
        client.ats.candidates.list(tags=unique, page_size=asked)
        page = wire.answer(ats.PaginatedCandidateList)
        assert len(page["results"]) == given and page["next"]


def test_an_unusable_cursor_or_time_is_refused(client, server, wire):
    with pytest.raises(ApiError):
        client.ats.candidates.list(cursor="no cursor of ours")
    assert wire.detail(400)
    server.raw("GET", "candidates", params={"created_after": "yesterday"})
    assert wire.detail(400)


def test_expand_in_a_list(client, wire, person, job, unique):
    person(applications=[ats.Application(job=job.id)], attachments=[ats.Attachment(file_name="cv.pdf")])
    one = client.ats.candidates.list(tags=unique, expand="attachments").results[0]
    wire.answer(ats.PaginatedCandidateList)
    assert isinstance(one.applications[0], str) and isinstance(one.attachments[0], ats.Attachment)
    both = client.ats.candidates.list(tags=unique, expand=several("applications", "attachments")).results[0]
    wire.answer(ats.PaginatedCandidateList)
    assert isinstance(both.applications[0], ats.Application) and isinstance(both.attachments[0], ats.Attachment)


def test_remote_data_in_a_list(three, client, wire, unique):
    client.ats.candidates.list(tags=unique, include_remote_data=True)
    assert all(c["remote_data"] for c in wire.answer(ats.PaginatedCandidateList)["results"])
    client.ats.candidates.list(tags=unique, include_remote_data=False)
    assert all(c["remote_data"] is None for c in wire.answer(ats.PaginatedCandidateList)["results"])


def test_deleted_and_shell_records_may_be_asked_for(three, names, wire):
    assert names(include_deleted_data=True, include_shell_data=True) == ["Ada", "Byron", "Charles"]
    assert wire.last.query["include_deleted_data"] == "true"


def test_an_unknown_parameter_is_ignored(three, server, wire, unique):
    server.raw("GET", "candidates", params={"tags": unique, "show_enum_origins": "x", "shoe_size": "5"})
    assert len(wire.answer(ats.PaginatedCandidateList)["results"]) == 3
