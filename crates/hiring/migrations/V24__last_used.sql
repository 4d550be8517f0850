-- used_at: about when a key, or the token of a linked account, was last used (api_key::NOTED says how exact).
ALTER TABLE api_key ADD COLUMN used_at BIGINT;
ALTER TABLE linked_account ADD COLUMN used_at BIGINT;
