-- The board: the applications for one job, stage by stage.

-- read_at: when a member first looked at it, or did something with it; NULL: nobody has. Whatever is there already counts
-- as read, or everything would look new.
ALTER TABLE application ADD COLUMN read_at BIGINT;
UPDATE application SET read_at = updated_at WHERE pending = 0;

-- A column of the board, newest in its stage first, and how many stand in each.
CREATE INDEX application_board ON application (org_id, job_id, stage_id, stage_at, id) WHERE ended_at IS NULL;
-- Those that have ended, newest end first.
CREATE INDEX application_ends ON application (org_id, job_id, disposition, ended_at, id) WHERE ended_at IS NOT NULL;
-- Where a job's applications come from, one after the other without reading them. The beginnings: an entry of an index has
-- less room than a source may take.
CREATE INDEX application_sources ON application (org_id, job_id, substr(source, 1, 100));
