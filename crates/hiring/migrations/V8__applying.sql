-- Applying by a page: a job's public page, drafts and their files, consents, addresses that nobody has proven yet.

-- help: a sentence below the label. consent: JSON {text, version, purpose} of a consent field.
ALTER TABLE field ADD COLUMN help TEXT;
ALTER TABLE field ADD COLUMN consent TEXT;

-- A job's public page: /jobs/<slug>. ended_at: switched off.
CREATE TABLE posting (
    id {id},
    org_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    slug TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX posting_job_id_key ON posting (job_id);
CREATE UNIQUE INDEX posting_slug_key ON posting (slug);
INSERT INTO posting (org_id, job_id, slug, created_at) SELECT org_id, id, 'job-' || uid, created_at FROM job;

-- An application that somebody is writing. invite_id: it answers an invite; NULL: it was begun on a job's page and has
-- a link of its own, token_hash. stored: bytes of its files. revision: counts the changes. proof_hash: of the link
-- that was mailed to proof_email; proven_key: the address that was proven by it. mailed_at, submitted_at, withdrawn_at: when, if.
CREATE TABLE draft (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    invite_id BIGINT,
    token_hash BYTEA,
    language TEXT NOT NULL,
    stored BIGINT NOT NULL,
    received BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    proof_hash BYTEA,
    proof_email TEXT,
    proven_key TEXT,
    proven_at BIGINT,
    mails BIGINT NOT NULL,
    candidate_id BIGINT,
    application_id BIGINT,
    submission_uid TEXT,
    submitted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX draft_uid_key ON draft (uid);
CREATE UNIQUE INDEX draft_invite_id_key ON draft (invite_id);
CREATE UNIQUE INDEX draft_token_hash_key ON draft (token_hash);
CREATE UNIQUE INDEX draft_proof_hash_key ON draft (proof_hash);
CREATE INDEX draft_open ON draft (updated_at) WHERE submitted_at IS NULL;

-- What is written so far. name: as the form's inputs are named. value: JSON. Read by the link's holder alone, and gone
-- once the application is sent.
CREATE TABLE draft_answer (
    id {id},
    org_id BIGINT NOT NULL,
    draft_id BIGINT NOT NULL REFERENCES draft (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX draft_answer_draft_id_name_key ON draft_answer (draft_id, name);

-- A file on its way. size: as announced; NULL until its end when it came without saying. received: bytes that are durable.
CREATE TABLE upload (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    draft_id BIGINT NOT NULL REFERENCES draft (id),
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT,
    received BIGINT NOT NULL,
    completed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX upload_uid_key ON upload (uid);
CREATE INDEX upload_of ON upload (draft_id, id);
CREATE INDEX upload_unfinished ON upload (updated_at) WHERE completed_at IS NULL;

-- A piece of it. uid: its name in the store of files.
CREATE TABLE upload_part (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    upload_id BIGINT NOT NULL REFERENCES upload (id),
    start BIGINT NOT NULL,
    size BIGINT NOT NULL
);
CREATE UNIQUE INDEX upload_part_uid_key ON upload_part (uid);
CREATE UNIQUE INDEX upload_part_upload_id_start_key ON upload_part (upload_id, start);

-- What somebody consented to, when, in which words.
CREATE TABLE consent (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    application_id BIGINT,
    submission_uid TEXT,
    field TEXT NOT NULL,
    text TEXT NOT NULL,
    version TEXT NOT NULL,
    purpose TEXT NOT NULL,
    language TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE UNIQUE INDEX consent_uid_key ON consent (uid);
CREATE INDEX consent_of ON consent (org_id, candidate_id, id);

-- An address that somebody says is theirs and has not proven. Nobody is identified by it.
CREATE TABLE claim (
    id {id},
    org_id BIGINT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    value_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    proven_at BIGINT
);
CREATE UNIQUE INDEX claim_candidate_id_value_key_key ON claim (candidate_id, value_key);
CREATE INDEX claim_of ON claim (org_id, value_key);
