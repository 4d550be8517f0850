-- Invites of a period, for the page of numbers.
CREATE INDEX invite_made ON invite (org_id, created_at);
