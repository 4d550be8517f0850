-- What of its dialect a key opens, jobs as far systems know them, and what lists that page by offset need.

-- The dialect's own words, separated by blanks. NULL: all of it.
ALTER TABLE api_key ADD COLUMN scopes TEXT;

-- The caller's own name of what it wrote of, where the body does not say it (submission.rs).
ALTER TABLE submission ADD COLUMN about TEXT;

-- Everything that the lists of people by offset look at, so that passing over the first 100,000 reads no record. Of a name
-- as much as an index of PostgreSQL can hold.
CREATE INDEX candidate_shown ON candidate (org_id, ignored_at, id, updated_at, substr(name_key, 1, 300));

-- What happened within some hours.
CREATE INDEX event_when ON event (org_id, created_at);

-- A job as a far system knows it. kind: <dialect>:<namespace>. job_id is NULL only inside the transaction that claims the
-- row. said: JSON, what the system says of it, as it was sent.
CREATE TABLE job_identity (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value_key TEXT NOT NULL,
    job_id BIGINT REFERENCES job (id),
    said TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_identity_org_id_kind_value_key_key ON job_identity (org_id, kind, value_key);
CREATE INDEX job_identity_of ON job_identity (org_id, job_id);
CREATE INDEX job_identity_called ON job_identity (org_id, value_key);

-- A file on a job.
CREATE TABLE job_attachment (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    submission_id BIGINT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_attachment_uid_key ON job_attachment (uid);
CREATE INDEX job_attachment_of ON job_attachment (org_id, job_id, id);

-- job_id: what it is about beside the person. author: the address of whoever wrote it, where they are no member.
ALTER TABLE note ADD COLUMN job_id BIGINT;
ALTER TABLE note ADD COLUMN author TEXT;

-- What an interviewer thought of a person, as their record holds it now. said: JSON.
CREATE TABLE feedback (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    said TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX feedback_uid_key ON feedback (uid);
CREATE INDEX feedback_of ON feedback (org_id, candidate_id, id);
CREATE INDEX feedback_list ON feedback (org_id, id);
