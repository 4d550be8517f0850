-- Members in full: sessions that can be told apart, a second factor, invitations; who is removed keeps the row.

-- ended_at: since when they are no member any more. totp: the second factor's secret, sealed. totp_since: since when it is
-- asked for; NULL while it is being set up. totp_step: the last time step whose code was used, which no code is used for again.
-- changed_at: when name, role or membership last changed.
ALTER TABLE member ADD COLUMN ended_at BIGINT;
ALTER TABLE member ADD COLUMN totp BYTEA;
ALTER TABLE member ADD COLUMN totp_since BIGINT;
ALTER TABLE member ADD COLUMN totp_step BIGINT;
ALTER TABLE member ADD COLUMN changed_at BIGINT;
CREATE INDEX member_list ON member (org_id, id);
CREATE UNIQUE INDEX member_uid_key ON member (uid);

-- agent: what the browser called itself. place: the address it came from. seen_at: when it was last here, roughly.
ALTER TABLE session ADD COLUMN uid TEXT;
ALTER TABLE session ADD COLUMN agent TEXT;
ALTER TABLE session ADD COLUMN place TEXT;
ALTER TABLE session ADD COLUMN seen_at BIGINT;
CREATE INDEX session_of ON session (org_id, member_id);

-- A code that stands in for the second factor, once.
CREATE TABLE recovery_code (
    id {id},
    org_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES member (id),
    hash BYTEA NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX recovery_code_member_id_hash_key ON recovery_code (member_id, hash);

-- A link by which somebody becomes a member (purpose join; email, name and role are theirs) or a member chooses a new password
-- (purpose password; member_id is theirs). token_hash: the token itself follows from the installation key and the uid.
-- closed_at: since when it opens nothing; outcome: used | revoked | replaced.
CREATE TABLE member_link (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    purpose TEXT NOT NULL,
    member_id BIGINT REFERENCES member (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    outcome TEXT
);
CREATE UNIQUE INDEX member_link_uid_key ON member_link (uid);
CREATE UNIQUE INDEX member_link_token_hash_key ON member_link (token_hash);
CREATE UNIQUE INDEX member_link_org_id_email_key_purpose_key ON member_link (org_id, email_key, purpose) WHERE closed_at IS NULL;

CREATE INDEX job_member_of ON job_member (org_id, member_id);
