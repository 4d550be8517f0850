-- used_at: about when a key, or the token of a linked account, was last used (api_key::NOTED says how exact).
ALTER TABLE api_key ADD COLUMN used_at BIGINT;
ALTER TABLE linked_account ADD COLUMN used_at BIGINT;

-- A destination's deliveries by how they stand, newest first, and the last try of its credentials. Who is carried nowhere pays
-- nothing for them.
CREATE INDEX delivery_of_destination ON delivery (destination_id, state, id) WHERE destination_id IS NOT NULL;
CREATE INDEX delivery_tried ON delivery (destination_id, id) WHERE kind = 'test';
