-- Looking through the applications for one job: sorted any way, filtered any way, counted.

-- sort_name, sort_email: what lists of applications are sorted by, folded and cut to 200 characters (an index of
-- PostgreSQL holds no more than some 2,700 bytes). An application has its person's, so that an index of its own holds
-- them in order; candidate/projection.rs keeps the two alike. NULL until the person is indexed.
ALTER TABLE candidate ADD COLUMN sort_name TEXT;
ALTER TABLE candidate ADD COLUMN sort_email TEXT;
ALTER TABLE application ADD COLUMN sort_name TEXT;
ALTER TABLE application ADD COLUMN sort_email TEXT;

CREATE INDEX application_by_added ON application (org_id, job_id, created_at, id);
CREATE INDEX application_by_updated ON application (org_id, job_id, updated_at, id);
CREATE INDEX application_by_name ON application (org_id, job_id, sort_name, id);
CREATE INDEX application_by_email ON application (org_id, job_id, sort_email, id);
-- All that they are filtered and counted by, so that counting reads this and no rows.
CREATE INDEX application_counted ON application (org_id, job_id, stage_id, disposition, pending, created_at, updated_at, candidate_id, sort_name);

-- Whoever is there already is indexed anew (candidate/projection.rs, index_some).
UPDATE candidate SET first_key = NULL;
