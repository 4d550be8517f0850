-- Lists of applications by what happened to them and when; people found by their phone or profile; what callers say of
-- notes and jobs beyond what has a column.

-- submitted_at: when a pending one was completed, else when the row was made. status_at: when it was submitted, ended,
-- or entered or left a stage of kind "decision".
ALTER TABLE application ADD COLUMN submitted_at BIGINT;
ALTER TABLE application ADD COLUMN status_at BIGINT;
UPDATE application SET submitted_at = CASE WHEN applied_at > created_at THEN applied_at ELSE created_at END WHERE pending = 0;
UPDATE application SET status_at = COALESCE(ended_at, submitted_at, created_at);
CREATE INDEX application_submitted ON application (org_id, submitted_at);
CREATE INDEX application_status ON application (org_id, status_at);
CREATE INDEX application_updated ON application (org_id, updated_at);
CREATE INDEX application_ended ON application (org_id, disposition, id) WHERE disposition IS NOT NULL;
CREATE INDEX candidate_updated ON candidate (org_id, updated_at);
-- The beginnings: an entry of an index has less room than a name may take.
CREATE INDEX candidate_named ON candidate (org_id, substr(last_key, 1, 300), substr(first_key, 1, 300));
CREATE INDEX candidate_ignored ON candidate (org_id, ignored_at) WHERE ignored_at IS NOT NULL;
CREATE INDEX submission_for ON submission (org_id, application_id) WHERE application_id IS NOT NULL;

-- held_at: when it was last put on hold, or taken up again. details: JSON object of what a dialect says of it that has no
-- column.
ALTER TABLE job ADD COLUMN held_at BIGINT;
ALTER TABLE job ADD COLUMN details TEXT;
UPDATE job SET held_at = updated_at WHERE status = 'on_hold';

-- By what else than an address or a foreign id a person is looked for. kind: phone (its last nine digits) | profile
-- (on a network). What is the same here may still be two people.
CREATE TABLE trait (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value_key TEXT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id)
);
CREATE UNIQUE INDEX trait_candidate_id_kind_value_key_key ON trait (candidate_id, kind, value_key);
CREATE INDEX trait_of ON trait (org_id, kind, value_key, candidate_id);
-- Everybody's are filled in as the names of an older version's people are (candidate::index_some).
UPDATE candidate SET first_key = NULL;

-- application_id: for which application it was written. said: JSON object of what its sender said beyond subject and body.
ALTER TABLE note ADD COLUMN application_id BIGINT;
ALTER TABLE note ADD COLUMN said TEXT;
CREATE INDEX note_written ON note (org_id, created_at);
CREATE INDEX attachment_added ON attachment (org_id, created_at);
