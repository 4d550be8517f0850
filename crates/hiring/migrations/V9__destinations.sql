-- Carrying candidates to other systems: which, when, what came of it.

-- An account at another system. settings: JSON object of what is no secret. sealed: JSON object of the secrets, encrypted
-- with the installation key; secrets: JSON list of their names. default_job: the far side's id of jobs that destination_job
-- does not name. paused_at: since when nothing is carried. problem, reason, problem_at: what went wrong last.
-- failures, opened, open_until, probing: the circuit (courier/src/circuit.rs). quiet_until: the far side said not to come
-- earlier. calls: when requests
-- went out lately, as whoever carries writes it down. told_limit: requests a window as its answers say.
CREATE TABLE destination (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    default_job TEXT,
    paused_at BIGINT,
    problem TEXT,
    reason TEXT,
    problem_at BIGINT,
    arrived_at BIGINT,
    failures BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    open_until BIGINT,
    probing BIGINT NOT NULL,
    quiet_until BIGINT,
    calls TEXT NOT NULL,
    told_limit BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX destination_uid_key ON destination (uid);
CREATE INDEX destination_list ON destination (org_id, id);

-- The far side's id of a job of ours.
CREATE TABLE destination_job (
    id {id},
    org_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL REFERENCES destination (id),
    job_id BIGINT NOT NULL REFERENCES job (id),
    remote_id TEXT NOT NULL
);
CREATE UNIQUE INDEX destination_job_destination_id_job_id_key ON destination_job (destination_id, job_id);

-- Which events are carried to a destination by themselves. kinds: words with a blank before, between and behind. jobs,
-- sources, stages: JSON lists of those that it is about (outside names; folded words), empty: all. paused_at: not now.
CREATE TABLE rule (
    id {id},
    org_id BIGINT NOT NULL REFERENCES organization (id),
    uid TEXT NOT NULL,
    destination_id BIGINT NOT NULL REFERENCES destination (id),
    kinds TEXT NOT NULL,
    jobs TEXT NOT NULL,
    sources TEXT NOT NULL,
    stages TEXT NOT NULL,
    paused_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX rule_uid_key ON rule (uid);
CREATE INDEX rule_of ON rule (org_id, id) WHERE removed_at IS NULL;

-- What the far side calls things of ours. remote_created_at: RFC 3339. data: its record, as it answered.
CREATE TABLE remote (
    id {id},
    org_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL REFERENCES destination (id),
    candidate_id BIGINT NOT NULL REFERENCES candidate (id),
    thing TEXT NOT NULL,
    our_uid TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    remote_created_at TEXT,
    data TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX remote_destination_id_thing_our_uid_key ON remote (destination_id, thing, our_uid);
CREATE INDEX remote_of ON remote (org_id, candidate_id);
CREATE INDEX remote_theirs ON remote (destination_id, thing, remote_id);

-- Of a delivery to a destination (channel destination; kind: rule | account | push | update | test). cause: what made it, so
-- that nothing makes two. reason: of a closed list, why it is a dead letter. put_off: how often it was, since it was queued or replayed.
ALTER TABLE delivery ADD COLUMN destination_id BIGINT;
ALTER TABLE delivery ADD COLUMN candidate_id BIGINT;
ALTER TABLE delivery ADD COLUMN application_id BIGINT;
ALTER TABLE delivery ADD COLUMN cause TEXT;
ALTER TABLE delivery ADD COLUMN reason TEXT;
ALTER TABLE delivery ADD COLUMN put_off BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX delivery_destination_id_cause_key ON delivery (destination_id, cause) WHERE destination_id IS NOT NULL;
CREATE INDEX delivery_to ON delivery (destination_id, due_at, id) WHERE state = 'queued';
CREATE INDEX delivery_of_person ON delivery (candidate_id, destination_id, id) WHERE destination_id IS NOT NULL;
CREATE INDEX delivery_tests ON delivery (id) WHERE kind = 'test' AND state = 'queued';
CREATE INDEX delivery_dead ON delivery (org_id, id) WHERE state = 'dead';

-- Whose turn it is: the one delivery of a person that is on its way to a destination.
CREATE TABLE turn (
    id {id},
    org_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL REFERENCES destination (id),
    candidate_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX turn_destination_id_candidate_id_key ON turn (destination_id, candidate_id);

-- A request of a delivery, written before it goes out and again when its outcome is known. name: which step of the flow.
-- address: without its query. outcome: NULL: under way, or its process died | answered | unanswered | not_sent. headers:
-- JSON list of those that are kept. aside_at: it counts no more, since it only said "later". Never a request's body,
-- never a secret.
CREATE TABLE exchange (
    id {id},
    org_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL REFERENCES delivery (id),
    n BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    address TEXT NOT NULL,
    outcome TEXT,
    status BIGINT,
    headers TEXT,
    body TEXT,
    problem TEXT,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    aside_at BIGINT
);
CREATE UNIQUE INDEX exchange_delivery_id_n_key ON exchange (delivery_id, n);
CREATE INDEX exchange_age ON exchange (began_at) WHERE body IS NOT NULL;

-- destination_id: where what is written through it is carried besides being kept here; NULL: nowhere.
ALTER TABLE linked_account ADD COLUMN destination_id BIGINT;
