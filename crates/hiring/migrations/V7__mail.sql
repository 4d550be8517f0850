-- Mail that arrives, and invites in full.

-- invite_days: how long invites to this job are valid; NULL: as long as all (invite.rs).
ALTER TABLE job ADD COLUMN invite_days BIGINT;

-- email: the address that was invited. language: of its mails and its page, a BCP 47 tag. closed_at: since when nobody can
-- apply by it any more, whatever the reason; NULL while it is open or waits for the sweep that notes its end.
ALTER TABLE invite ADD COLUMN email TEXT;
ALTER TABLE invite ADD COLUMN language TEXT;
ALTER TABLE invite ADD COLUMN started_at BIGINT;
ALTER TABLE invite ADD COLUMN closed_at BIGINT;
UPDATE invite SET closed_at = completed_at WHERE state = 'completed';
CREATE INDEX invite_open ON invite (expires_at) WHERE closed_at IS NULL;
CREATE INDEX invite_list ON invite (org_id, id);
CREATE UNIQUE INDEX invite_uid_key ON invite (uid);

-- Of a mail. kind: which template. html: as body, NULL where there is text only. remark: what was odd about its template.
-- message_id: its Message-ID, from the first attempt on. attempts: how often somebody began to send it. unsure: how many
-- of these ended without our knowing whether the message was taken. tried_from: when the first began. problem: what stood
-- in the way the last time, in plain words. settled_at: when it came to its last state.
ALTER TABLE delivery ADD COLUMN kind TEXT;
ALTER TABLE delivery ADD COLUMN invite_id BIGINT;
ALTER TABLE delivery ADD COLUMN language TEXT;
ALTER TABLE delivery ADD COLUMN html TEXT;
ALTER TABLE delivery ADD COLUMN from_name TEXT;
ALTER TABLE delivery ADD COLUMN reply_to TEXT;
ALTER TABLE delivery ADD COLUMN remark TEXT;
ALTER TABLE delivery ADD COLUMN message_id TEXT;
ALTER TABLE delivery ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN unsure BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN tried_from BIGINT;
ALTER TABLE delivery ADD COLUMN problem TEXT;
ALTER TABLE delivery ADD COLUMN settled_at BIGINT;
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE state = 'queued';
CREATE INDEX delivery_of_invite ON delivery (invite_id);
CREATE UNIQUE INDEX delivery_uid_key ON delivery (uid);

-- One try at sending a mail. handed_at: just before the message itself went out; set and no outcome: nobody knows whether
-- it was taken. outcome: sent | refused | put_off | unknown | abandoned. answer: the mail server's, or what kept us from it.
CREATE TABLE attempt (
    id {id},
    org_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL REFERENCES delivery (id),
    n BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    handed_at BIGINT,
    ended_at BIGINT,
    outcome TEXT,
    answer TEXT
);
CREATE UNIQUE INDEX attempt_delivery_id_n_key ON attempt (delivery_id, n);

-- An organization's own words in place of the built-in ones. html NULL: text only.
CREATE TABLE mail_template (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mail_template_org_id_kind_language_key ON mail_template (org_id, kind, language);

-- from_name: NULL: the organization's name. language: of mails to people of whom none is known.
CREATE TABLE mail_settings (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    from_name TEXT,
    reply_to TEXT,
    language TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mail_settings_org_id_key ON mail_settings (org_id);
