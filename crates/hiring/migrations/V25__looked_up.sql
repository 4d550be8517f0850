-- How long a stage was stayed in is read off an index: a job's page of numbers asks for each of its stages (numbers.rs). The
-- stage comes first, not the organization: without statistics SQLite would take an index that begins with org_id and holds
-- every column for whatever asks for an application's passages, and walk the organization (docs/conventions/sql.md, rule 16).
CREATE INDEX passage_stays ON passage (stage_id, org_id, application_id, entered_at, left_at);

-- What a merge gives from one person to another is found by the person.
CREATE INDEX draft_of ON draft (candidate_id) WHERE candidate_id IS NOT NULL;

-- Each event is given its place after the commit: so half of what its indexes hold is dead until it is cleared away, and whoever
-- asks for those without a place walks through it. By default that waits for a fifth of all events there ever were.
-- only postgres
ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
-- end
