-- What can be looked at of a file, and whether a member wants letters to be keys.

-- pages: how many there are and how large their pictures, as hiring/src/extraction/pages.rs has it; pages_reason: why there is
-- none to look at. Both are NULL until somebody has looked.
ALTER TABLE extraction ADD COLUMN pages TEXT;
ALTER TABLE extraction ADD COLUMN pages_reason TEXT;

-- keys_off_at: since when single letters do nothing on the desk; NULL: they do.
ALTER TABLE member ADD COLUMN keys_off_at BIGINT;
