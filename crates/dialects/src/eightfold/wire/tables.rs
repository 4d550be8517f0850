//! The vendor's schema as tables: every documented member of the body and of its nested objects, and what it holds.
//!
//! Validation (`shape.rs`) and both directions of the mapping (`map/`) walk these tables, so a name stands once.
//! Names and types: the dialect's page, §3. Nothing here decides anything.

use self::Kind::*;

/// What a member holds. Null is accepted everywhere (the page's "T | null").
#[derive(Debug, Clone, Copy)]
pub(in crate::eightfold) enum Kind {
    /// A string.
    Text,
    /// True or false.
    Bool,
    /// A whole number of 32 bits; moments are unix seconds.
    Int,
    /// Any number.
    Number,
    /// One e-mail address, or a blank.
    Email,
    /// E-mail addresses, comma-separated in one string.
    Emails,
    /// `YYYY-MM-DD`, or a blank.
    Date,
    /// A moment whose type the catalogue leaves open: a string or whole seconds.
    Moment,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of strings.
    Texts,
    /// An object with the caller's own keys.
    Free,
    /// An object.
    One(&'static [Member]),
    /// A list of objects.
    Many(&'static [Member]),
}

/// A documented member: its name and what it holds.
pub(in crate::eightfold) type Member = (&'static str, Kind);

/// Where a member of the body lives in the canonical record (`hiring::record::FIELDS`).
#[derive(Debug, Clone, Copy)]
pub(in crate::eightfold) enum Home {
    /// In this field; the members of nested objects in snake_case.
    Same(&'static str),
    /// A comma-separated string here, contact points (`{"value"}`) there.
    Joined(&'static str),
    /// A list of strings here, contact points there.
    Points(&'static str),
    /// One string here, the first of a list of strings there.
    First(&'static str),
    /// One string here, an object with `text` there.
    Wrapped(&'static str),
    /// Unix seconds here, an RFC 3339 string there.
    Seconds(&'static str),
    /// It names the record (system and id) and says nothing of the person.
    Key,
}

/// A documented member of the body.
#[derive(Debug, Clone, Copy)]
pub(in crate::eightfold) struct Field {
    /// As the vendor spells it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Where it is kept.
    pub home: Home,
}

const fn field(name: &'static str, kind: Kind, home: Home) -> Field {
    Field { name, kind, home }
}

const fn same(name: &'static str, kind: Kind, ours: &'static str) -> Field {
    field(name, kind, Home::Same(ours))
}

/// The body, in the order of the vendor's page; the last two are newer than that.
pub(in crate::eightfold) const BODY: &[Field] = &[
    same("locationCountry", Text, "location_country"),
    same("contactConsent", Choice(CONSENT), "contact_consent"),
    same("isAnonymized", Bool, "is_anonymized"),
    same("scheduledInterviews", Many(INTERVIEW), "interviews"),
    same("skills", Texts, "skills"),
    field("location", Text, Home::First("locations")),
    field("address", Text, Home::Wrapped("address")),
    same("firstName", Text, "first_name"),
    same("detailTags", Many(DETAIL_TAG), "detail_tags"),
    field("emails", Emails, Home::Joined("emails")),
    same("attachments", Many(ATTACHMENT), "foreign_attachments"),
    same("resumeContent", One(CONTENT), "resume_content"),
    same("visaStatuses", Texts, "visa_statuses"),
    same("education", Many(EDUCATION), "education"),
    same("isInternal", Bool, "is_internal"),
    same("customInfo", Free, "custom"),
    same("courseAttendance", Many(COURSE), "courses"),
    field("systemId", Text, Home::Key),
    field("candidateId", Text, Home::Key),
    field("urls", Texts, Home::Points("urls")),
    same("title", Text, "title"),
    same("displayTags", Texts, "display_tags"),
    same("tags", Texts, "tags"),
    same("veteranStatus", Bool, "veteran_status"),
    same("highestEducationLevel", Text, "highest_education_level"),
    same("certifications", Many(CERTIFICATION), "certifications"),
    field("lastActivityTs", Int, Home::Seconds("last_interaction_at")),
    same("summary", Text, "summary"),
    same("photoContent", One(CONTENT), "photo_content"),
    same("applications", Many(APPLICATION), "foreign_applications"),
    same("disabilityStatus", Bool, "disability_status"),
    field("phones", Text, Home::Joined("phones")),
    same("experience", Many(EXPERIENCE), "experience"),
    same("races", Texts, "races"),
    same("dateOfBirth", Date, "date_of_birth"),
    same("project", Many(PROJECT), "projects"),
    same("notes", Many(NOTE), "notes"),
    same("gender", Text, "gender"),
    same("questions", Many(QUESTION), "questions"),
    same("skillDetails", Many(SKILL_DETAIL), "skill_details"),
    same("lastName", Text, "last_name"),
    same("disabilityStatusStr", Text, "disability_status_text"),
    same("veteranStatusStr", Text, "veteran_status_text"),
];

const CONSENT: &[&str] = &["applied_only", "all", "country_only"];

const CONTENT: &[Member] = &[("content", Text), ("extension", Text), ("isBase64", Bool)];

const EDUCATION: &[Member] = &[
    ("school", Text),
    ("degree", Text),
    ("major", Text),
    ("description", Text),
    ("location", Text),
    ("startTs", Int),
    ("endTs", Int),
    ("isCurrent", Bool),
    ("isGraduated", Bool),
    ("nameAlias", Text),
    ("schoolExternalId", Text),
    ("degreeExternalId", Text),
    ("majorExternalId", Text),
    ("verificationStatus", Text),
    ("verificationBy", Email),
    ("verificationTs", Int),
    ("attachmentIds", Texts),
];

const EXPERIENCE: &[Member] = &[
    ("company", Text),
    ("title", Text),
    ("department", Text),
    ("industry", Text),
    ("description", Text),
    ("location", Text),
    ("startTs", Int),
    ("endTs", Int),
    ("isCurrent", Bool),
    ("isInternal", Bool),
];

pub(in crate::eightfold) const ATTACHMENT: &[Member] = &[
    ("attachmentId", Text),
    (
        "attachmentType",
        Choice(&["resume", "others", "photo", "cover_letter"]),
    ),
    ("fileName", Text),
    ("attachmentContent", Text),
    ("isBase64", Bool),
    ("lastModifiedTs", Int),
    ("applicationMetadata", Many(&[("applicationId", Text)])),
];

const NOTE: &[Member] = &[
    ("body", Text),
    ("subject", Text),
    ("noteType", Choice(&["email", "note", "other"])),
    ("creator", Text),
    ("creationTs", Int),
    ("sender", Text),
    ("to", Text),
    ("cc", Texts),
    ("visibility", Text),
];

const QUESTION: &[Member] = &[
    ("questionId", Text),
    ("question", Text),
    (
        "type",
        Choice(&[
            "text",
            "choice",
            "dropdown",
            "date",
            "multi_value",
            "numeric",
        ]),
    ),
    ("answer", Texts),
    ("choices", Texts),
    ("displayOrder", Text),
    ("explanation", Text),
    ("formId", Text),
    ("formName", Text),
    ("formType", Text),
];

const SKILL_DETAIL: &[Member] = &[
    ("skill", Text),
    ("proficiency", Text),
    ("dataSource", Text),
    (
        "skillGroups",
        Many(&[("skillGroup", Text), ("proficiency", Text)]),
    ),
];

const CERTIFICATION: &[Member] = &[
    ("certificateName", Text),
    ("issuingAuthority", Text),
    ("licenseNo", Text),
    ("certificateType", Text),
    ("certificateExternalId", Text),
    ("status", Text),
    ("description", Text),
    ("comments", Text),
    ("proficiency", Text),
    ("startTs", Int),
    ("endTs", Int),
    ("validFromTs", Int),
    ("validToTs", Int),
    ("verificationStatus", Text),
    ("verificationBy", Email),
    ("verificationTs", Int),
    ("locationState", Text),
    ("locationCountry", Text),
    ("skills", Texts),
    ("attachmentIds", Texts),
    ("allText", Text),
];

const PROJECT: &[Member] = &[
    ("title", Text),
    ("company", Text),
    ("description", Text),
    ("startTs", Int),
    ("endTs", Int),
    ("contributors", Texts),
    ("links", Texts),
    ("skills", Texts),
];

const COURSE: &[Member] = &[
    ("lmsCourseId", Text),
    ("title", Text),
    ("description", Text),
    ("courseType", Text),
    ("language", Text),
    ("difficulty", Text),
    ("startTs", Int),
    ("completionTs", Int),
    ("dueTs", Int),
    ("courseUrl", Text),
    ("provider", Text),
    ("isInternal", Bool),
    ("status", Text),
    ("pointsEarned", Number),
    ("verified", Text),
    ("medium", Text),
    ("isMandatory", Bool),
    ("assignedBy", Email),
    ("percentageCompletion", Number),
    ("durationHours", Number),
];

const DETAIL_TAG: &[Member] = &[
    ("tag", Text),
    ("tagType", Text),
    ("tagSubtype", Text),
    ("jobId", Text),
    ("creator", Text),
    ("creationTs", Int),
];

const INTERVIEW: &[Member] = &[
    ("startTs", Int),
    ("endTs", Int),
    ("location", Text),
    ("status", Text),
    ("organizer", Text),
    ("interviewers", Texts),
    ("comment", Text),
    ("referenceId", Text),
    ("interviewType", Text),
];

/// What an application's `status` may be.
pub(in crate::eightfold) const STATUSES: &[&str] =
    &["active", "hired", "rejected", "converted", "withdrawn"];

const APPLICATION: &[Member] = &[
    ("applicationId", Text),
    ("candidateId", Text),
    ("systemId", Text),
    ("jobSystemId", Text),
    ("jobs", Many(&[("atsJobId", Text), ("name", Text)])),
    ("status", Choice(STATUSES)),
    ("applicationTs", Int),
    ("lastModifiedTs", Int),
    ("hiredTs", Int),
    ("rejectedTs", Int),
    ("rejectedBy", Text),
    ("reason", Text),
    ("isProspect", Bool),
    ("creditor", Text),
    ("sourceName", Text),
    ("sourceType", Text),
    ("currentStage", One(STAGE)),
    ("pastStages", Many(STAGE)),
    ("note", One(NOTE)),
    ("questions", Many(QUESTION)),
    ("scorecards", Many(SCORECARD)),
    ("customInfo", Free),
    ("location", Text),
    ("locationCountry", Text),
    ("gender", Text),
    ("races", Texts),
    ("visaStatuses", Texts),
    ("disabilityStatus", Bool),
    ("disabilityStatusStr", Text),
    ("veteranStatus", Bool),
    ("veteranStatusStr", Text),
];

const STAGE: &[Member] = &[
    ("stage", Text),
    ("wfStage", Text),
    ("wfSubStage", Text),
    ("stageTs", Int),
    ("reason", Text),
    ("user", One(USER)),
];

const USER: &[Member] = &[
    ("userId", Text),
    ("name", Text),
    ("email", Text),
    ("atsRoles", Texts),
];

/// The catalogue writes `submittedBy{user}`, which may mean a user or an object around one: both are read.
const SUBMITTER: &[Member] = &[
    ("user", One(USER)),
    ("userId", Text),
    ("name", Text),
    ("email", Text),
    ("atsRoles", Texts),
];

const RATINGS: &[&str] = &["strong_yes", "yes", "mixed", "no", "strong_no"];

pub(in crate::eightfold) const SCORECARD: &[Member] = &[
    ("interviewName", Text),
    ("description", Text),
    ("interviewedAt", Moment),
    ("submittedAt", Moment),
    ("submittedBy", One(SUBMITTER)),
    ("overallRating", Choice(RATINGS)),
    ("overallRatingLabel", Text),
    (
        "attributes",
        Many(&[
            ("question", Text),
            ("answer", Text),
            ("note", Text),
            ("rating", Choice(RATINGS)),
            // The one name that the vendor writes in snake_case.
            ("rating_label", Text),
        ]),
    ),
];

/// What the documented member `name` of an object holds.
pub(in crate::eightfold) fn kind_of(members: &[Member], name: &str) -> Option<Kind> {
    members.iter().find(|m| m.0 == name).map(|m| m.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::record::{self, Shape};

    #[test]
    fn the_body_has_the_pages_41_fields_and_the_two_newer_ones() {
        let names: std::collections::BTreeSet<_> = BODY.iter().map(|f| f.name).collect();
        assert_eq!((BODY.len(), names.len()), (43, 43));
    }

    #[test]
    fn every_home_is_a_canonical_field_of_fitting_shape() {
        for field in BODY {
            let (ours, wanted) = match field.home {
                Home::Same(ours) => (ours, None),
                Home::Joined(ours) | Home::Points(ours) | Home::First(ours) => {
                    (ours, Some(Shape::List))
                }
                Home::Wrapped(ours) | Home::Seconds(ours) => (ours, Some(Shape::One)),
                Home::Key => continue,
            };
            let shape = record::shape(ours);
            assert!(shape.is_some(), "{ours}");
            assert!(wanted.is_none() || wanted == shape, "{ours}");
        }
    }
}
