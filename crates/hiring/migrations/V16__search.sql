-- Searching people, and the text of their files.

-- One row a person, whose number is its rowid: the words by which they are found, made in Rust (search/terms.rs), each
-- with the organization's number before it. Of one engine each, since no full-text search is common to both; what is
-- asked of them is made in one place (search/ask.rs).
-- only sqlite
CREATE VIRTUAL TABLE search_index USING fts5 (terms, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_:+#'");
-- end
-- only postgres
CREATE TABLE search_index (
    rowid BIGINT PRIMARY KEY,
    terms TSVECTOR NOT NULL
);
CREATE INDEX search_index_terms ON search_index USING gin (terms);
-- end

-- How far the index has come: place: of the last event whose person is indexed. below: people of a lower number, who were
-- there before the index was, still wait; 0: none does.
CREATE TABLE search_progress (
    id {id},
    place BIGINT NOT NULL,
    below BIGINT NOT NULL
);
INSERT INTO search_progress (id, place, below)
    SELECT 1, f.last, (SELECT COALESCE(MAX(c.id), 0) + 1 FROM candidate c) FROM feed f WHERE f.id = 1;

-- The text of a file, read once for each organization that has it. state: due | done | none (there is no text, or none
-- that we can read). reason: why none, in plain words. due_at: when to read it; while somebody is at it, when they count
-- as lost. attempts: how often somebody began. text: with no U+0000, cut to what is worth searching.
CREATE TABLE extraction (
    id {id},
    org_id BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    text TEXT,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE UNIQUE INDEX extraction_org_id_sha256_key ON extraction (org_id, sha256);
CREATE INDEX extraction_due ON extraction (due_at) WHERE state = 'due';
CREATE INDEX attachment_content ON attachment (org_id, sha256) WHERE sha256 IS NOT NULL;

-- What a member searches for again and again.
CREATE TABLE saved_search (
    id {id},
    org_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES member (id),
    uid TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_search_member_id_name_key_key ON saved_search (member_id, name_key);
CREATE UNIQUE INDEX saved_search_uid_key ON saved_search (uid);
