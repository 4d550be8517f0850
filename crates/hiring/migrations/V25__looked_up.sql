-- How long a stage was stayed in is read off an index: a job's page of numbers asks for each of its stages (numbers.rs). The
-- stage comes first, not the organization: without statistics SQLite would take an index that begins with org_id and holds
-- every column for whatever asks for an application's passages, and walk the organization (docs/conventions/sql.md, rule 16).
CREATE INDEX passage_stays ON passage (stage_id, org_id, application_id, entered_at, left_at);

-- What a merge gives from one person to another is found by the person.
CREATE INDEX draft_of ON draft (candidate_id) WHERE candidate_id IS NOT NULL;
