-- People as the desk shows them: where every value came from, who is who, whom a note mentions.

-- What happened to a person, for their own page.
CREATE INDEX event_of ON event (candidate_id, id);
-- The mails among the deliveries of an event.
CREATE INDEX delivery_mail ON delivery (event_id) WHERE channel = 'mail';

-- verdict: different | same: what a member said of the two. NULL: nobody has judged yet.
ALTER TABLE possible_duplicate ADD COLUMN verdict TEXT;
ALTER TABLE possible_duplicate ADD COLUMN judged_at BIGINT;
CREATE INDEX possible_duplicate_other ON possible_duplicate (other_id);

-- merged_into: the person who has everything of this one, as both are the same. Whoever asks for this one gets that one.
ALTER TABLE candidate ADD COLUMN merged_into BIGINT;
CREATE INDEX candidate_merged ON candidate (merged_into) WHERE merged_into IS NOT NULL;

-- One merge of two people; undone_at: until when it held.
CREATE TABLE merging (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    kept_id BIGINT NOT NULL REFERENCES candidate (id),
    gone_id BIGINT NOT NULL REFERENCES candidate (id),
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE UNIQUE INDEX merging_uid_key ON merging (uid);
CREATE INDEX merging_kept ON merging (org_id, kept_id);
CREATE INDEX merging_gone ON merging (org_id, gone_id);

-- A row that a merge gave to the one who was kept: what an undoing gives back. kind: its table; `ended`: an application
-- that the merge ended.
CREATE TABLE merged_row (
    id {id},
    org_id BIGINT NOT NULL,
    merging_id BIGINT NOT NULL REFERENCES merging (id),
    kind TEXT NOT NULL,
    row_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX merged_row_merging_id_kind_row_id_key ON merged_row (merging_id, kind, row_id);

-- Whom a note names.
CREATE TABLE mention (
    id {id},
    org_id BIGINT NOT NULL,
    note_id BIGINT NOT NULL REFERENCES note (id),
    member_id BIGINT NOT NULL REFERENCES member (id)
);
CREATE UNIQUE INDEX mention_note_id_member_id_key ON mention (note_id, member_id);
