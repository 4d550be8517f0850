-- People of whom much was said: the replay of it as far as it had come, so that the next change goes on from there
-- (candidate/folded.rs). Derived from the operations; whoever erases a person erases it too.

-- upto: the last operation in it. scopes: JSON list, the foreign records that have a part in it. folding: JSON.
CREATE TABLE folded (
    id {id},
    org_id BIGINT NOT NULL,
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    upto BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    folding TEXT NOT NULL
);
CREATE UNIQUE INDEX folded_candidate_id_key ON folded (candidate_id);
