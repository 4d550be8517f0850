-- What of its dialect a key opens.

-- The dialect's own words, separated by blanks. NULL: all of it.
ALTER TABLE api_key ADD COLUMN scopes TEXT;
