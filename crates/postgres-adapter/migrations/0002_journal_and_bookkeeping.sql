-- What the program keeps beside the nine tables, in a schema of its own: a client of the seed never meets it.

-- Audit trail and outbox in one: who did what to which row, in the transaction that did it. No foreign keys, since an
-- entry outlives its rows.
CREATE TABLE kairo.journal (
  seq        BIGINT      NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- No default: the time comes from the program's clock, or a test could not move it.
  at         TIMESTAMPTZ NOT NULL,
  actor      TEXT        NOT NULL,
  actor_id   UUID,
  role       TEXT,
  verb       TEXT        NOT NULL,
  resource   TEXT        NOT NULL,
  subject    UUID,
  event      TEXT        NOT NULL,
  -- Ids and statuses only; personal data would outlive its erasure here.
  body       JSONB       NOT NULL DEFAULT '{}',
  -- The audience: an event reaches nobody outside this company but staff.
  company_id UUID,
  request_id TEXT,
  address    TEXT,
  agent      TEXT,

  CONSTRAINT journal_pkey PRIMARY KEY (seq),
  CONSTRAINT journal_actor_check CHECK (actor IN ('visitor', 'user', 'automation', 'system', 'direct')),
  CONSTRAINT journal_body_check CHECK (jsonb_typeof(body) = 'object')
);

CREATE INDEX idx_journal_at ON kairo.journal (at DESC, seq DESC);
CREATE INDEX idx_journal_actor ON kairo.journal (actor_id, seq DESC);
CREATE INDEX idx_journal_subject ON kairo.journal (resource, subject, seq DESC);
-- For the policy that lets a company see its own events.
CREATE INDEX idx_journal_company ON kairo.journal (company_id, seq DESC);

CREATE FUNCTION kairo.announce_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The number alone: a payload is public to every listener of the database and limited to 8,000 bytes.
  PERFORM pg_notify('kairo_journal', NEW.seq::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER announce_entry AFTER INSERT ON kairo.journal
  FOR EACH ROW EXECUTE FUNCTION kairo.announce_entry();

-- The answers that a repeated Idempotency-Key is given again.
CREATE TABLE kairo.idempotency_keys (
  -- Actor and route, so that two callers may use the same key.
  scope       TEXT        NOT NULL,
  key         TEXT        NOT NULL,
  body_digest BYTEA       NOT NULL,
  status      INTEGER     NOT NULL,
  headers     JSONB       NOT NULL,
  -- Bytes, not JSON: the answer is repeated as it was sent, and its ETag covers them.
  body        BYTEA       NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  expires_at  TIMESTAMPTZ NOT NULL,

  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key)
);

CREATE INDEX idx_idempotency_keys_expires ON kairo.idempotency_keys (expires_at);

-- Which rendering of the policy table this database carries; rendered again when the digest differs.
CREATE TABLE kairo.rls_state (
  id         BOOLEAN     NOT NULL DEFAULT true,
  digest     TEXT        NOT NULL,
  applied_at TIMESTAMPTZ NOT NULL,

  CONSTRAINT rls_state_pkey PRIMARY KEY (id),
  CONSTRAINT rls_state_id_check CHECK (id)
);

-- One row that everyone has to update who takes an administrator away; see kairo.keep_an_admin().
CREATE TABLE kairo.admin_seat (
  id      BOOLEAN     NOT NULL DEFAULT true,
  left_at TIMESTAMPTZ,

  CONSTRAINT admin_seat_pkey PRIMARY KEY (id),
  CONSTRAINT admin_seat_id_check CHECK (id)
);

INSERT INTO kairo.admin_seat DEFAULT VALUES;
