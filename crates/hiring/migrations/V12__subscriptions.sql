-- Subscriptions in full, and webhooks that are carried.

-- shape: what its calls look like, a name of a shape (subscription/shape.rs). shows: ids | record. linked_account_id: whose
-- words it speaks and whose wishes it follows, if `follows` is 1. any_job, any_source: 0 where it wants those of
-- subscription_job and subscription_source only. paused_at: nothing is carried, all is kept. ended_at: nothing is made any
-- more; ended_why: gone | failing. streak: calls in a row that failed, the last at the end of it; failing_since: when the
-- first of them did. rest_until: nobody calls before. delivered_at: about when a call was last taken.
ALTER TABLE subscription ADD COLUMN description TEXT;
ALTER TABLE subscription ADD COLUMN shape TEXT NOT NULL DEFAULT 'standard';
ALTER TABLE subscription ADD COLUMN shows TEXT NOT NULL DEFAULT 'ids';
ALTER TABLE subscription ADD COLUMN linked_account_id BIGINT;
ALTER TABLE subscription ADD COLUMN follows BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN any_job BIGINT NOT NULL DEFAULT 1;
ALTER TABLE subscription ADD COLUMN any_source BIGINT NOT NULL DEFAULT 1;
ALTER TABLE subscription ADD COLUMN paused_at BIGINT;
ALTER TABLE subscription ADD COLUMN ended_why TEXT;
ALTER TABLE subscription ADD COLUMN removed_at BIGINT;
ALTER TABLE subscription ADD COLUMN streak BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN failing_since BIGINT;
ALTER TABLE subscription ADD COLUMN rest_until BIGINT;
ALTER TABLE subscription ADD COLUMN delivered_at BIGINT;
ALTER TABLE subscription ADD COLUMN updated_at BIGINT;
CREATE UNIQUE INDEX subscription_uid_key ON subscription (uid);

-- Which events it wants, one a row; '*' alone for all. (`subscription.kinds` is not read any more.)
CREATE TABLE subscription_kind (
    id {id},
    org_id BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL REFERENCES subscription (id),
    kind TEXT NOT NULL
);
CREATE UNIQUE INDEX subscription_kind_subscription_id_kind_key ON subscription_kind (subscription_id, kind);
CREATE INDEX subscription_kind_wanted ON subscription_kind (org_id, kind);
INSERT INTO subscription_kind (org_id, subscription_id, kind) SELECT org_id, id, '*' FROM subscription WHERE kinds = '*';

CREATE TABLE subscription_job (
    id {id},
    org_id BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL REFERENCES subscription (id),
    job_id BIGINT NOT NULL REFERENCES job (id)
);
CREATE UNIQUE INDEX subscription_job_subscription_id_job_id_key ON subscription_job (subscription_id, job_id);

CREATE TABLE subscription_source (
    id {id},
    org_id BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL REFERENCES subscription (id),
    source TEXT NOT NULL
);
CREATE UNIQUE INDEX subscription_source_subscription_id_source_key ON subscription_source (subscription_id, source);

-- What its calls are signed with. sealed: JSON (subscription/secret.rs). public: of the ed25519 pair. until_at: NULL for the
-- one that is shown to be used; the one before it signs too until then.
CREATE TABLE subscription_secret (
    id {id},
    org_id BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL REFERENCES subscription (id),
    sealed BYTEA NOT NULL,
    public TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    until_at BIGINT
);
CREATE UNIQUE INDEX subscription_secret_subscription_id_key ON subscription_secret (subscription_id) WHERE until_at IS NULL;
CREATE INDEX subscription_secret_of ON subscription_secret (subscription_id, id);

-- failures: calls that failed since it was (again) queued; it says when the next one is made.
ALTER TABLE delivery ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX delivery_subscription_id_event_id_key ON delivery (subscription_id, event_id) WHERE channel = 'webhook';
CREATE INDEX delivery_of_subscription ON delivery (subscription_id, id) WHERE subscription_id IS NOT NULL;
CREATE INDEX delivery_waiting ON delivery (subscription_id, due_at) WHERE state = 'queued' AND subscription_id IS NOT NULL;

-- Of a webhook. status: HTTP's. reason: a word of a closed list (subscription/carrying.rs).
ALTER TABLE attempt ADD COLUMN status BIGINT;
ALTER TABLE attempt ADD COLUMN reason TEXT;

-- Events to be delivered again, worked off in slices. next_place: up to where that was done. undelivered: 1 for those that
-- were never taken only. queued: how many it came to.
CREATE TABLE subscription_replay (
    id {id},
    org_id BIGINT NOT NULL,
    uid TEXT NOT NULL,
    subscription_id BIGINT NOT NULL REFERENCES subscription (id),
    next_place BIGINT NOT NULL,
    to_place BIGINT NOT NULL,
    undelivered BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX subscription_replay_open ON subscription_replay (id) WHERE done_at IS NULL;
CREATE INDEX subscription_replay_of ON subscription_replay (subscription_id, id);

-- kinds: ours that may be told by this wish, blank-separated; NULL: none that we can tell.
ALTER TABLE webhook_receiver ADD COLUMN kinds TEXT;
