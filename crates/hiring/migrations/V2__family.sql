-- The nouns around candidates and applications: notes, tags, departments, offices, reject reasons, linked accounts and
-- what they require, files to be fetched, requests kept for their readers.

-- first_key, last_key: names folded, for filters; NULL until the row is indexed (candidate/index.rs). ignored_at: a
-- caller asked that this person be shown no more; ignored_why: JSON {reason, message}.
ALTER TABLE candidate ADD COLUMN first_key TEXT;
ALTER TABLE candidate ADD COLUMN last_key TEXT;
ALTER TABLE candidate ADD COLUMN ignored_at BIGINT;
ALTER TABLE candidate ADD COLUMN ignored_why TEXT;
CREATE INDEX candidate_unindexed ON candidate (id) WHERE first_key IS NULL;

CREATE TABLE tag (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tag_org_id_name_key_key ON tag (org_id, name_key);

-- Which tags a candidate's record holds now.
CREATE TABLE tagged (
    id {id},
    org_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tag (id),
    candidate_id BIGINT NOT NULL REFERENCES candidate (id)
);
CREATE UNIQUE INDEX tagged_candidate_id_tag_id_key ON tagged (candidate_id, tag_id);
CREATE INDEX tagged_with ON tagged (org_id, tag_id, candidate_id);

-- What an organization chooses from. kind: department | office | reject_reason. place: where an office is.
CREATE TABLE catalog (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    place TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX catalog_uid_key ON catalog (uid);
CREATE UNIQUE INDEX catalog_org_id_kind_name_key_key ON catalog (org_id, kind, name_key);

ALTER TABLE job ADD COLUMN code TEXT;
ALTER TABLE job ADD COLUMN description TEXT;

-- The departments and offices of a job.
CREATE TABLE job_catalog (
    id {id},
    org_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    catalog_id BIGINT NOT NULL REFERENCES catalog (id)
);
CREATE UNIQUE INDEX job_catalog_job_id_catalog_id_key ON job_catalog (job_id, catalog_id);
CREATE INDEX job_catalog_of ON job_catalog (org_id, catalog_id);

-- part: recruiter | hiring_manager.
CREATE TABLE job_member (
    id {id},
    org_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    member_id BIGINT NOT NULL REFERENCES member (id),
    part TEXT NOT NULL
);
CREATE UNIQUE INDEX job_member_job_id_member_id_part_key ON job_member (job_id, member_id, part);

-- credited_to: the member who is credited. reason_id: the reject reason chosen from the catalog.
ALTER TABLE application ADD COLUMN credited_to BIGINT;
ALTER TABLE application ADD COLUMN reason_id BIGINT;

-- member_id: on whose behalf, if anyone's. kind: note | email | other. visibility: public | private | admin.
CREATE TABLE note (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    member_id BIGINT,
    submission_id BIGINT,
    kind TEXT NOT NULL,
    subject TEXT,
    body TEXT,
    visibility TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX note_uid_key ON note (uid);
CREATE INDEX note_of ON note (org_id, candidate_id, id);
CREATE INDEX note_list ON note (org_id, id);

-- removed_at: taken off its candidate; the row and the content stay.
ALTER TABLE attachment ADD COLUMN removed_at BIGINT;
CREATE INDEX attachment_list ON attachment (org_id, id);

-- A file that lies at an address and is to be brought here (FETCH is a word of PostgreSQL's own). state: due | done |
-- failed (given up, or refused).
-- failure: why the last attempt brought nothing, in plain words without the address. due_at: when to try (again); while
-- somebody is at it, when they count as lost.
CREATE TABLE fetching (
    id {id},
    org_id BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL REFERENCES attachment (id),
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    failure TEXT,
    failed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX fetching_attachment_id_key ON fetching (attachment_id);
CREATE INDEX fetching_due ON fetching (due_at) WHERE state = 'due';
CREATE INDEX fetching_failed ON fetching (org_id, id) WHERE failed_at IS NOT NULL;

-- settings: JSON {requires: {Model: [field]}, scopes: [...]}. generation: counts the tokens of one that was linked by a
-- link (linked_account.rs).
ALTER TABLE linked_account ADD COLUMN end_user TEXT;
ALTER TABLE linked_account ADD COLUMN settings TEXT;
ALTER TABLE linked_account ADD COLUMN generation BIGINT;
CREATE UNIQUE INDEX linked_account_uid_key ON linked_account (uid);
CREATE INDEX linked_account_list ON linked_account (org_id, id);

-- An invitation to link an account. end_user: JSON. settings: of the account to be. public_hash: of the token that is
-- exchanged for the account's.
CREATE TABLE link (
    id {id},
    org_id BIGINT NOT NULL,
    end_user TEXT NOT NULL,
    settings TEXT,
    token_hash BYTEA NOT NULL,
    public_hash BYTEA,
    linked_account_id BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX link_token_hash_key ON link (token_hash);
CREATE UNIQUE INDEX link_public_hash_key ON link (public_hash);

-- Which events a caller wants to be told. sealed: the secret that came with it.
CREATE TABLE webhook_receiver (
    id {id},
    org_id BIGINT NOT NULL,
    linked_account_id BIGINT NOT NULL REFERENCES linked_account (id),
    event TEXT NOT NULL,
    is_active BIGINT NOT NULL,
    sealed BYTEA,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_receiver_linked_account_id_event_key ON webhook_receiver (linked_account_id, event);

-- A request as it is shown to members, for some weeks. body: with slots, never filled; NULL where it was no JSON, or where
-- a submission (of the same uid) keeps it. answer: JSON list of what was wrong with
-- a refused one.
CREATE TABLE request (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    key_id BIGINT,
    dialect TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT,
    answer TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX request_uid_key ON request (uid);
CREATE INDEX request_list ON request (org_id, id);
CREATE INDEX request_age ON request (created_at);

CREATE INDEX eeo_list ON eeo (org_id, id);
CREATE INDEX eeo_of ON eeo (org_id, candidate_id, id);
