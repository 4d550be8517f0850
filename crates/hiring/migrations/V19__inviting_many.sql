-- Many people invited in one go.

-- A list of people to invite to a job, made whole and never changed but for its state. mapping: JSON object, which column
-- of the list is what. header: JSON list, the names of its columns. body: the list as text, for as long as somebody may
-- choose other columns. state: draft | running | stopped | done. mailed: 1 where invites are mailed. touched_at: when some
-- of it were done last, so that several take turns. remark: why it stopped by itself.
CREATE TABLE invite_run (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES job (id),
    member_id BIGINT NOT NULL REFERENCES member (id),
    state TEXT NOT NULL,
    remark TEXT,
    source TEXT NOT NULL,
    message TEXT,
    language TEXT,
    days BIGINT,
    mailed BIGINT NOT NULL,
    header TEXT NOT NULL,
    mapping TEXT NOT NULL,
    body TEXT,
    total BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    touched_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX invite_run_uid_key ON invite_run (uid);
CREATE INDEX invite_run_list ON invite_run (org_id, id);
CREATE INDEX invite_run_running ON invite_run (touched_at, id) WHERE state = 'running';
CREATE INDEX invite_run_drafts ON invite_run (created_at) WHERE state = 'draft';

-- One of the people. n: its number in the list, from 1. email_key: NULL where nobody is invited by the row. fault: why not:
-- address | twice. outcome: what came of it (hiring/src/invite/run.rs); NULL until it was its turn.
CREATE TABLE invite_row (
    id {id},
    org_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL REFERENCES invite_run (id),
    n BIGINT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT,
    name TEXT NOT NULL,
    fault TEXT,
    outcome TEXT,
    remark TEXT,
    invite_id BIGINT,
    settled_at BIGINT
);
CREATE UNIQUE INDEX invite_row_run_id_n_key ON invite_row (run_id, n);
CREATE UNIQUE INDEX invite_row_run_id_email_key_key ON invite_row (run_id, email_key);
CREATE INDEX invite_row_waiting ON invite_row (run_id, n) WHERE settled_at IS NULL;
