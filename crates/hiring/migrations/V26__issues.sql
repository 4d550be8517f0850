-- Troubles that somebody has to look at: a destination that does not let us in or is down, a file that was not fetched.
-- problem: in plain words without anybody's data. reason: of a closed list, where there is one. last_at: when it was last met.
-- told_at: since when it is told of (event issue.opened); a file that is tried again is not. mailed_at: when owners were written to. At most one open issue a destination,
-- one a file.
CREATE TABLE issue (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    destination_id BIGINT REFERENCES destination (id),
    attachment_id BIGINT REFERENCES attachment (id),
    problem TEXT NOT NULL,
    reason TEXT,
    opened_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    told_at BIGINT,
    mailed_at BIGINT,
    resolved_at BIGINT
);
CREATE UNIQUE INDEX issue_uid_key ON issue (uid);
CREATE INDEX issue_list ON issue (org_id, id);
CREATE UNIQUE INDEX issue_destination_id_key ON issue (destination_id) WHERE resolved_at IS NULL AND destination_id IS NOT NULL;
CREATE INDEX issue_mailed ON issue (destination_id, mailed_at) WHERE mailed_at IS NOT NULL;
CREATE UNIQUE INDEX issue_attachment_id_key ON issue (attachment_id) WHERE attachment_id IS NOT NULL;

-- Files had them before, in their own table; each keeps its attachment's outside name.
INSERT INTO issue (org_id, uid, attachment_id, problem, opened_at, last_at, told_at, resolved_at)
SELECT f.org_id, a.uid, a.id, COALESCE(f.failure, ''), f.failed_at, f.updated_at,
    CASE WHEN f.state = 'failed' THEN f.updated_at END,
    CASE WHEN a.removed_at IS NOT NULL THEN a.removed_at WHEN f.state = 'done' THEN f.updated_at END
FROM fetching f JOIN attachment a ON a.id = f.attachment_id WHERE f.failed_at IS NOT NULL ORDER BY f.id;
DROP INDEX fetching_failed;

-- Wishes for what is told from now on were kept before, as ones for what never comes.
UPDATE webhook_receiver SET kinds = CASE event WHEN 'Issue.new' THEN 'issue.opened' WHEN 'Issue.resolved' THEN 'issue.resolved'
    WHEN 'LinkedAccount.linked' THEN 'linked_account.linked' ELSE 'linked_account.removed' END
WHERE kinds IS NULL AND event IN ('Issue.new', 'Issue.resolved', 'LinkedAccount.linked', 'LinkedAccount.deleted');
INSERT INTO subscription_kind (org_id, subscription_id, kind) SELECT s.org_id, s.id, w.kinds FROM webhook_receiver w
JOIN subscription s ON s.org_id = w.org_id AND s.linked_account_id = w.linked_account_id
WHERE s.follows = 1 AND s.removed_at IS NULL AND w.is_active = 1
    AND w.event IN ('Issue.new', 'Issue.resolved', 'LinkedAccount.linked', 'LinkedAccount.deleted');
