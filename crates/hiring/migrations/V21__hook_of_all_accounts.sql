-- A subscription of a shape that speaks in the name of linked accounts, and that names none, speaks for each of them: a delivery
-- of it unfolds into one for each, of which this is the account.
ALTER TABLE delivery ADD COLUMN linked_account_id BIGINT;
DROP INDEX delivery_subscription_id_event_id_key;
CREATE UNIQUE INDEX delivery_subscription_id_event_id_key ON delivery (subscription_id, event_id)
    WHERE channel = 'webhook' AND linked_account_id IS NULL;
CREATE UNIQUE INDEX delivery_subscription_id_event_id_linked_account_id_key ON delivery (subscription_id, event_id, linked_account_id)
    WHERE linked_account_id IS NOT NULL;
