//! The writable models, field by field (dialect page, §2 and §4).

use super::rules::{Kind, Rule, Table, rule};
use Kind::{
    Boolean, Choice, Email, Linked, LooseTexts, Moment, Objects, RefOrNew, Reference, Text, Texts,
    Unused, Url,
};

/// Values of `phone_number_type`.
pub(in super::super) const PHONE_TYPES: [&str; 5] = ["HOME", "WORK", "MOBILE", "SKYPE", "OTHER"];
/// Values of `email_address_type`.
pub(in super::super) const EMAIL_TYPES: [&str; 3] = ["PERSONAL", "WORK", "OTHER"];
/// Values of `url_type`.
pub(in super::super) const URL_TYPES: [&str; 7] = [
    "PERSONAL",
    "COMPANY",
    "PORTFOLIO",
    "BLOG",
    "SOCIAL_MEDIA",
    "OTHER",
    "JOB_POSTING",
];
/// Values of `attachment_type`.
pub(in super::super) const ATTACHMENT_TYPES: [&str; 4] =
    ["RESUME", "COVER_LETTER", "OFFER_LETTER", "OTHER"];

/// No integration behind us needs them.
pub(super) const INTEGRATION: Rule = rule("integration_params", Unused, "");
pub(super) const ACCOUNT: Rule = rule("linked_account_params", Unused, "");
const TEMPLATE: Rule = rule("remote_template_id", Unused, "");
/// What a caller may send back that read the record, and nobody may write.
pub(super) const ID: Rule = rule("id", Unused, "");
pub(super) const REMOTE_ID: Rule = rule("remote_id", Unused, "");
pub(super) const CREATED: Rule = rule("created_at", Unused, "");
pub(super) const MODIFIED: Rule = rule("modified_at", Unused, "");
pub(super) const DELETED: Rule = rule("remote_was_deleted", Unused, "");
pub(super) const MAPPINGS: Rule = rule("field_mappings", Unused, "");
pub(super) const REMOTE_DATA: Rule = rule("remote_data", Unused, "");

const PHONE: Table = Table {
    word: "phone_number",
    rules: &[
        rule("value", Text, "The phone number."),
        rule(
            "phone_number_type",
            Choice(&PHONE_TYPES),
            "The type of phone number.",
        ),
        INTEGRATION,
        ACCOUNT,
        CREATED,
        MODIFIED,
        DELETED,
    ],
    required: &[],
};
const EMAIL: Table = Table {
    word: "email_address",
    rules: &[
        rule("value", Email, "The email address."),
        rule(
            "email_address_type",
            Choice(&EMAIL_TYPES),
            "The type of email address.",
        ),
        INTEGRATION,
        ACCOUNT,
        CREATED,
        MODIFIED,
        DELETED,
    ],
    required: &[],
};
const URL: Table = Table {
    word: "url",
    rules: &[
        rule("value", Text, "The site's url."),
        rule("url_type", Choice(&URL_TYPES), "The type of site."),
        INTEGRATION,
        ACCOUNT,
        CREATED,
        MODIFIED,
        DELETED,
    ],
    required: &[],
};

const FIRST_NAME: Rule = rule("first_name", Text, "The candidate's first name.");
const LAST_NAME: Rule = rule("last_name", Text, "The candidate's last name.");
const COMPANY: Rule = rule("company", Text, "The candidate's current company.");
const TITLE: Rule = rule("title", Text, "The candidate's current title.");
const LAST_INTERACTION: Rule = rule(
    "last_interaction_at",
    Moment,
    "When the most recent interaction with the candidate occurred.",
);
const IS_PRIVATE: Rule = rule(
    "is_private",
    Boolean,
    "Whether or not the candidate is private.",
);
const CAN_EMAIL: Rule = rule(
    "can_email",
    Boolean,
    "Whether or not the candidate can be emailed.",
);
const LOCATIONS: Rule = rule("locations", LooseTexts, "The candidate's locations.");
const PHONES: Rule = rule(
    "phone_numbers",
    Objects(&PHONE),
    "The candidate's phone numbers.",
);
const EMAILS: Rule = rule(
    "email_addresses",
    Objects(&EMAIL),
    "The candidate's email addresses.",
);
const URLS: Rule = rule("urls", Objects(&URL), "The candidate's websites.");
const TAGS: Rule = rule("tags", Texts, "Names of the candidate's tags.");
const REMOTE_TEMPLATE: Rule = rule(
    "remote_template_id",
    Text,
    "The template of the third party with which the candidate is made; kept.",
);
const CANDIDATE_READ_ONLY: [Rule; 2] = [
    rule("remote_created_at", Unused, ""),
    rule("remote_updated_at", Unused, ""),
];

/// CandidateRequest and PatchedCandidateRequest.
pub(in super::super) const CANDIDATE: Table = Table {
    word: "model",
    rules: &[
        FIRST_NAME,
        LAST_NAME,
        COMPANY,
        TITLE,
        LAST_INTERACTION,
        IS_PRIVATE,
        CAN_EMAIL,
        LOCATIONS,
        PHONES,
        EMAILS,
        URLS,
        TAGS,
        rule(
            "applications",
            Linked(&APPLICATION_OF_CANDIDATE),
            "Applications of the candidate: ids of their own, or objects that open one.",
        ),
        rule(
            "attachments",
            Linked(&ATTACHMENT_OF_CANDIDATE),
            "Files of the candidate: ids of their own, or objects that add one by its URL.",
        ),
        REMOTE_TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
        CANDIDATE_READ_ONLY[0],
        CANDIDATE_READ_ONLY[1],
    ],
    required: &[],
};

/// A candidate made within an application: without applications of its own.
const CANDIDATE_OF_APPLICATION: Table = Table {
    word: "candidate",
    rules: &[
        FIRST_NAME,
        LAST_NAME,
        COMPANY,
        TITLE,
        LAST_INTERACTION,
        IS_PRIVATE,
        CAN_EMAIL,
        LOCATIONS,
        PHONES,
        EMAILS,
        URLS,
        TAGS,
        rule("applications", Unused, ""),
        rule(
            "attachments",
            Linked(&ATTACHMENT_OF_CANDIDATE),
            "Files of the candidate: objects that add one by its URL.",
        ),
        REMOTE_TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
        CANDIDATE_READ_ONLY[0],
        CANDIDATE_READ_ONLY[1],
    ],
    required: &[],
};

const ANSWER: Table = Table {
    word: "screening_question_answer",
    rules: &[
        rule("question", Reference, "The question, by its id."),
        rule("answer", Text, "The candidate's answer."),
        REMOTE_ID,
        INTEGRATION,
        ACCOUNT,
        ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
    ],
    required: &["question"],
};

const JOB: Rule = rule("job", Reference, "The job being applied for.");
const APPLIED_AT: Rule = rule("applied_at", Moment, "When the application was submitted.");
const REJECTED_AT: Rule = rule("rejected_at", Moment, "When the application was rejected.");
const SOURCE: Rule = rule("source", Text, "The application's source.");
const CREDITED_TO: Rule = rule(
    "credited_to",
    Reference,
    "The user credited for this application.",
);
const STAGE: Rule = rule(
    "current_stage",
    Reference,
    "The application's current stage.",
);
const REJECT_REASON: Rule = rule(
    "reject_reason",
    Reference,
    "The application's reason for rejection.",
);
const ANSWERS: Rule = rule(
    "screening_question_answers",
    Linked(&ANSWER),
    "Answers to the job's screening questions.",
);
/// There are no offers here yet.
const OFFERS: Rule = rule("offers", Unused, "");

/// An application within a candidate: of that one.
const APPLICATION_OF_CANDIDATE: Table = Table {
    word: "application",
    rules: &[
        JOB,
        APPLIED_AT,
        REJECTED_AT,
        SOURCE,
        CREDITED_TO,
        STAGE,
        REJECT_REASON,
        ANSWERS,
        OFFERS,
        rule("candidate", Unused, ""),
        TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
    ],
    required: &["job"],
};

/// ApplicationRequest.
pub(in super::super) const APPLICATION: Table = Table {
    word: "model",
    rules: &[
        rule(
            "candidate",
            RefOrNew(&CANDIDATE_OF_APPLICATION),
            "The candidate applying: an id, or an object that makes one.",
        ),
        JOB,
        APPLIED_AT,
        REJECTED_AT,
        SOURCE,
        CREDITED_TO,
        STAGE,
        REJECT_REASON,
        ANSWERS,
        OFFERS,
        TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
    ],
    required: &["candidate", "job"],
};

const FILE_NAME: Rule = rule("file_name", Text, "The attachment's name.");
const FILE_URL: Rule = rule(
    "file_url",
    Url,
    "Where the file lies; it is fetched from there.",
);
const FILE_TYPE: Rule = rule(
    "attachment_type",
    Choice(&ATTACHMENT_TYPES),
    "The attachment's type.",
);

/// An attachment within a candidate: of that one.
const ATTACHMENT_OF_CANDIDATE: Table = Table {
    word: "attachment",
    rules: &[
        FILE_NAME,
        FILE_URL,
        FILE_TYPE,
        rule("candidate", Unused, ""),
        TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
    ],
    required: &[],
};

/// AttachmentRequest.
pub(in super::super) const ATTACHMENT: Table = Table {
    word: "model",
    rules: &[
        FILE_NAME,
        FILE_URL,
        rule("candidate", Reference, "Whose it is."),
        FILE_TYPE,
        TEMPLATE,
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
    ],
    required: &["candidate", "file_url"],
};
