-- The house, as it was first built. Portable subset: docs/conventions/sql.md.
-- Unique indexes are named <table>_<columns>_key: PostgreSQL reports the name, SQLite the columns.

CREATE TABLE organization (
    id {id},
    uid TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX organization_uid_key ON organization (uid);

CREATE TABLE member (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX member_email_key_key ON member (email_key);

CREATE TABLE session (
    id {id},
    org_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES member (id),
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX session_token_hash_key ON session (token_hash);

-- hash: of what the caller sends as its key. second_hash: of a client secret. sealed: a secret that we must
-- use, encrypted with the installation key. limit_count NULL: the dialect's own limit; 0: none.
CREATE TABLE api_key (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    dialect TEXT NOT NULL,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    username TEXT,
    second_hash BYTEA,
    sealed BYTEA,
    permissions TEXT NOT NULL,
    limit_count BIGINT,
    limit_seconds BIGINT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_key_hash_key ON api_key (hash);
CREATE INDEX api_key_list ON api_key (org_id, id);
CREATE UNIQUE INDEX api_key_uid_key ON api_key (uid);

CREATE TABLE linked_account (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX linked_account_token_hash_key ON linked_account (token_hash);

-- A field beside the canonical ones that the organization keeps of its candidates.
CREATE TABLE custom_field (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX custom_field_org_id_name_key ON custom_field (org_id, name);

CREATE TABLE job (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_uid_key ON job (uid);
CREATE INDEX job_list ON job (org_id, id);

CREATE TABLE stage (
    id {id},
    org_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    uid TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    color TEXT NOT NULL
);
CREATE UNIQUE INDEX stage_job_id_position_key ON stage (job_id, position);
CREATE UNIQUE INDEX stage_uid_key ON stage (uid);

-- required: 1 or 0. options: JSON list of strings, for choices.
CREATE TABLE field (
    id {id},
    org_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    required BIGINT NOT NULL,
    options TEXT NOT NULL,
    position BIGINT NOT NULL
);
CREATE UNIQUE INDEX field_job_id_name_key ON field (job_id, name);

-- record: the projection of the candidate's operations, as JSON. Never queried; what we filter on is a column.
CREATE TABLE candidate (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    name_key TEXT NOT NULL,
    record TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX candidate_uid_key ON candidate (uid);
CREATE INDEX candidate_list ON candidate (org_id, id);

-- An e-mail address or a foreign id that belongs to one person. candidate_id is NULL only inside the
-- transaction that claims the row.
CREATE TABLE identity (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value_key TEXT NOT NULL,
    candidate_id BIGINT REFERENCES candidate (id)
);
CREATE UNIQUE INDEX identity_org_id_kind_value_key_key ON identity (org_id, kind, value_key);
CREATE INDEX identity_of ON identity (org_id, candidate_id);

-- how: add | replace | renew. scope and at: of a renewal.
CREATE TABLE operation (
    id {id},
    org_id BIGINT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    submission_id BIGINT,
    how TEXT NOT NULL,
    scope TEXT,
    at BIGINT,
    said TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX operation_of ON operation (org_id, candidate_id, id);

CREATE TABLE possible_duplicate (
    id {id},
    org_id BIGINT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    other_id BIGINT NOT NULL REFERENCES candidate (id),
    rule TEXT NOT NULL,
    evidence TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX possible_duplicate_candidate_id_other_id_rule_key ON possible_duplicate (candidate_id, other_id, rule);

-- body: the caller's bytes with slots cut out (slot.rs). unmapped: JSON list of pointers that have no place in
-- the record.
CREATE TABLE submission (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    dialect TEXT NOT NULL,
    route TEXT NOT NULL,
    key_id BIGINT,
    candidate_id BIGINT,
    application_id BIGINT,
    body TEXT NOT NULL,
    unmapped TEXT NOT NULL,
    outcome TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX submission_uid_key ON submission (uid);
CREATE INDEX submission_of ON submission (org_id, candidate_id, id);

-- sha256: of the file that holds the content; encoding: how the caller's text is made of it again.
CREATE TABLE slot (
    id {id},
    org_id BIGINT NOT NULL,
    submission_uid TEXT NOT NULL,
    n BIGINT NOT NULL,
    pointer TEXT NOT NULL,
    encoding TEXT NOT NULL,
    sha256 BYTEA NOT NULL
);
CREATE UNIQUE INDEX slot_org_id_submission_uid_n_key ON slot (org_id, submission_uid, n);
CREATE INDEX slot_of_file ON slot (org_id, sha256);

-- Equal-opportunity answers, apart from everything else. value: the caller's JSON text.
CREATE TABLE eeo (
    id {id},
    org_id BIGINT NOT NULL,
    submission_uid TEXT NOT NULL,
    n BIGINT NOT NULL,
    candidate_id BIGINT,
    pointer TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX eeo_org_id_submission_uid_n_key ON eeo (org_id, submission_uid, n);

-- swept_at: a mark and not a file: the sweep removed the content then, and nobody may name it for some minutes
-- (hiring/src/attachment.rs).
CREATE TABLE file (
    id {id},
    org_id BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    swept_at BIGINT
);
CREATE UNIQUE INDEX file_org_id_sha256_key ON file (org_id, sha256);
CREATE INDEX file_swept ON file (swept_at) WHERE swept_at IS NOT NULL;

-- sha256 NULL and url set: named by address, not fetched yet. remark: what is odd about it.
CREATE TABLE attachment (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    application_id BIGINT,
    submission_id BIGINT,
    scope TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 BYTEA,
    url TEXT,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    remark TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX attachment_uid_key ON attachment (uid);
CREATE INDEX attachment_of ON attachment (org_id, candidate_id, id);

-- ended_at NULL: open. pending: 1 while it exists only because of an open invite. answers: JSON object by
-- field name. details: JSON object of what a dialect says of the application and not of the person.
CREATE TABLE application (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    job_id BIGINT NOT NULL REFERENCES job (id),
    stage_id BIGINT NOT NULL REFERENCES stage (id),
    pending BIGINT NOT NULL,
    source TEXT NOT NULL,
    foreign_key TEXT,
    answers TEXT NOT NULL,
    details TEXT NOT NULL,
    disposition TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    applied_at BIGINT,
    stage_at BIGINT NOT NULL,
    ended_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX application_uid_key ON application (uid);
CREATE UNIQUE INDEX application_org_id_candidate_id_job_id_key ON application (org_id, candidate_id, job_id) WHERE ended_at IS NULL;
CREATE INDEX application_of_candidate ON application (org_id, candidate_id, id);
CREATE INDEX application_of_job ON application (org_id, job_id, id);
CREATE INDEX application_list ON application (org_id, id);

-- A stage that an application has left.
CREATE TABLE passage (
    id {id},
    org_id BIGINT NOT NULL,
    application_id BIGINT NOT NULL REFERENCES application (id),
    stage_id BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    left_at BIGINT NOT NULL
);
CREATE INDEX passage_of ON passage (org_id, application_id, id);

-- token_hash: SHA-256 of the link's token; the token itself follows from the installation key, the invite's id
-- and its generation.
CREATE TABLE invite (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    application_id BIGINT NOT NULL REFERENCES application (id),
    candidate_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    token_hash BYTEA,
    state TEXT NOT NULL,
    message TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at BIGINT,
    completed_at BIGINT
);
CREATE UNIQUE INDEX invite_application_id_key ON invite (application_id);
CREATE UNIQUE INDEX invite_token_hash_key ON invite (token_hash);

-- place: the event's number in the feed, given after commit (docs/conventions/sql.md, rule 8).
CREATE TABLE event (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    candidate_id BIGINT,
    application_id BIGINT,
    job_id BIGINT,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    place BIGINT
);
CREATE INDEX event_unplaced ON event (id) WHERE place IS NULL;
CREATE UNIQUE INDEX event_place_key ON event (place);
CREATE INDEX event_feed ON event (org_id, place);

CREATE TABLE feed (
    id {id},
    last BIGINT NOT NULL
);
INSERT INTO feed (id, last) VALUES (1, 0);

CREATE TABLE subscription (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    kinds TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX subscription_of ON subscription (org_id);

-- recipient, subject, body: of a mail. body: a JSON string that may hold slots, filled when it is read or sent.
CREATE TABLE delivery (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    event_id BIGINT REFERENCES event (id),
    subscription_id BIGINT,
    channel TEXT NOT NULL,
    recipient TEXT,
    subject TEXT,
    body TEXT,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX delivery_list ON delivery (org_id, id);

-- answer_*: NULL only inside the transaction that claims the row.
CREATE TABLE idempotency (
    id {id},
    org_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    answer_status BIGINT,
    answer_headers TEXT,
    answer_body TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX idempotency_key_id_method_path_key_key ON idempotency (key_id, method, path, key);
CREATE INDEX idempotency_age ON idempotency (created_at);
