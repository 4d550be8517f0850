//! The body that changes a job.

use hiring::job::Status;
use hiring::problem::{FlawCode, Result};
use utoipa::ToSchema;
use uuid::Uuid;

use super::job::{NAME, TEXT};
use super::{days, refuse_unknown, text, uids};
use crate::body::Body;
use crate::check::{Check, Object};

/// What is to change of a job. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"status": "closed"}))]
pub(in crate::native) struct JobEdit {
    /// As people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// `open` and `on_hold` take applications.
    #[schema(value_type = Option<super::answer::JobStatus>)]
    pub status: Option<Status>,
    /// Your own sign for it; null takes it away.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub code: Option<Option<String>>,
    /// What it is about; null takes it away.
    #[schema(value_type = Option<String>, max_length = 100_000)]
    pub description: Option<Option<String>>,
    /// For how many days invites to it are valid from now on; null: as long as all, 14.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 365)]
    pub invite_days: Option<Option<i64>>,
    /// Departments, by id, in place of those it had.
    #[schema(max_items = 50)]
    pub departments: Option<Vec<Uuid>>,
    /// Offices, by id, in place of those it had.
    #[schema(max_items = 50)]
    pub offices: Option<Vec<Uuid>>,
    /// Members who recruit for it, by id, in place of those it had.
    #[schema(max_items = 50)]
    pub recruiters: Option<Vec<Uuid>>,
    /// Members who decide, by id, in place of those it had.
    #[schema(max_items = 50)]
    pub hiring_managers: Option<Vec<Uuid>>,
    /// Whether it has a public page.
    pub public: Option<bool>,
}

const MEMBERS: &[&str] = &[
    "title",
    "status",
    "code",
    "description",
    "invite_days",
    "departments",
    "offices",
    "recruiters",
    "hiring_managers",
    "public",
];

impl JobEdit {
    pub(in crate::native) fn parse(body: &Body) -> Result<JobEdit> {
        let mut check = Check::new(body);
        let root = check.root()?;
        if root.get("title").is_some() {
            check.require(&root, "title");
        }
        let words = [Status::Draft, Status::Open, Status::OnHold, Status::Closed].map(Status::word);
        let status = check.choice(&root, "status", &words);
        let parsed = JobEdit {
            title: text(&mut check, &root, "title", NAME),
            status: status.as_deref().and_then(Status::parse),
            code: clearable(&mut check, &root, "code", NAME),
            description: clearable(&mut check, &root, "description", TEXT),
            invite_days: root
                .has("invite_days")
                .then(|| days(&mut check, &root, "invite_days")),
            departments: uids(&mut check, &root, "departments"),
            offices: uids(&mut check, &root, "offices"),
            recruiters: uids(&mut check, &root, "recruiters"),
            hiring_managers: uids(&mut check, &root, "hiring_managers"),
            public: check.boolean(&root, "public"),
        };
        refuse_unknown(&mut check, &root, MEMBERS);
        if root.members.is_empty() {
            check.flaw("", FlawCode::Required, "nothing is to change");
        }
        check.done()?;
        Ok(parsed)
    }
}

/// Text that null or a blank takes away.
fn clearable<'v, 'b: 'v>(
    check: &mut Check<'b>,
    object: &Object<'v>,
    name: &str,
    limit: usize,
) -> Option<Option<String>> {
    object.has(name).then(|| text(check, object, name, limit))
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::{Value, json};

    fn parse(value: &Value) -> Result<JobEdit> {
        JobEdit::parse(&Body::read(Bytes::from(value.to_string()), |_| false).expect("a body"))
    }

    #[test]
    fn what_is_left_out_stays_and_null_takes_away() {
        let edit = parse(&json!({"status": "closed", "code": null, "offices": []})).unwrap();
        assert_eq!(edit.status, Some(Status::Closed));
        assert_eq!((edit.code, edit.description), (Some(None), None));
        assert_eq!((edit.offices, edit.departments), (Some(Vec::new()), None));
        assert_eq!(parse(&json!({"title": null})).unwrap().title, None);
    }

    #[test]
    fn faults_are_named() {
        for (sent, pointer, code) in [
            (json!({}), "", C::Required),
            (json!({"title": " "}), "/title", C::Required),
            (json!({"status": "OPEN"}), "/status", C::NotAChoice),
            (json!({"code": 1}), "/code", C::WrongType),
            (json!({"offices": "x"}), "/offices", C::WrongType),
            (json!({"stages": []}), "/stages", C::UnknownField),
        ] {
            assert_eq!(flaws(parse(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
