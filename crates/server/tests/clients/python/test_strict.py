"""The checker itself: one that finds nothing would make every other test here worthless."""

import typing

import merge.resources.ats as ats
import pytest

from strict import faults

PHONE = {
    "created_at": "2026-01-02T03:04:05.678901Z",
    "modified_at": None,
    "value": "+44 20 7946 0000",
    "phone_number_type": "MOBILE",
    "remote_was_deleted": False,
}


def test_what_is_right_has_no_fault():
    assert faults(PHONE, ats.PhoneNumber) == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("phone_number_type", "mobile"),
        ("phone_number_type", 5),
        ("remote_was_deleted", "false"),
        ("remote_was_deleted", 0),
        ("value", 442079460000),
        ("created_at", "2026-01-02T03:04:05"),
        ("created_at", "2026-01-02"),
        ("created_at", 1767323045),
    ],
)
def test_a_wrong_value_is_found(field, wrong):
    assert len(faults({**PHONE, field: wrong}, ats.PhoneNumber)) == 1


def test_a_missing_key_and_an_extra_one_are_found():
    short = {k: v for k, v in PHONE.items() if k != "value"}
    assert faults(short, ats.PhoneNumber) == ["$: no value, which PhoneNumber has"]
    assert faults({**PHONE, "ext": 1}, ats.PhoneNumber) == ["$: ext, which PhoneNumber does not have"]


def test_faults_are_found_in_depth():
    page = {"next": None, "previous": None, "results": [{"name": 1}]}
    found = faults(page, ats.PaginatedTagList)
    assert "$.results[0].name: 1: Input should be a valid string" in found
    assert "$.results[0]: no remote_id, which Tag has" in found


def test_a_list_is_not_null_and_a_reference_is_an_id():
    page = {"next": None, "previous": None, "results": None}
    assert faults(page, ats.PaginatedTagList) == ["$.results: null, not a list"]
    references = ats.Application.model_fields["job"].annotation
    assert faults("4b9e4b3c-8a3b-4e0f-9d6e-0f8f0e0f8f0e", references) == []
    assert faults("job-1", references) == ["$: 'job-1' is not a uuid"]


def test_null_is_a_fault_where_a_value_is_required():
    assert faults(None, str) != []
    assert faults(None, typing.Optional[str]) == []
