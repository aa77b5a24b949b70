-- What the automations of a user authenticate with elsewhere. The secret is encrypted with a key that the database does
-- not have; everybody but the program itself can write it, and nobody else can read it.

CREATE TABLE kairo.credentials (
  id           UUID        NOT NULL,
  user_id      UUID        NOT NULL,
  -- Words of a-z and 0-9 and what joins them: no language orders them in another way than by code points.
  name         TEXT COLLATE "C" NOT NULL,
  kind         TEXT        NOT NULL,
  sealed       TEXT        NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ,
  version      INTEGER     NOT NULL,

  CONSTRAINT credentials_pkey PRIMARY KEY (id),
  CONSTRAINT credentials_user_id_name_key UNIQUE (user_id, name),
  CONSTRAINT credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT credentials_name_check
    CHECK (name ~ '^[a-z0-9]+([-_.][a-z0-9]+)*$' AND char_length(name) <= 80),
  CONSTRAINT credentials_kind_check CHECK (kind IN ('bearer', 'basic', 'header', 'query', 'secret')),
  CONSTRAINT credentials_sealed_check CHECK (sealed <> ''),
  CONSTRAINT credentials_version_check CHECK (version >= 1)
);

CREATE INDEX idx_credentials_user ON kairo.credentials (user_id, created_at DESC, id DESC);
CREATE INDEX idx_credentials_name ON kairo.credentials (name, id);
CREATE INDEX idx_credentials_created ON kairo.credentials (created_at DESC, id DESC);
CREATE INDEX idx_credentials_updated ON kairo.credentials (updated_at DESC, id DESC);
CREATE INDEX idx_credentials_kind ON kairo.credentials (kind, created_at DESC, id DESC);

-- As in 0007: until the rendered policies are applied, nobody but the owner may do anything with it.
ALTER TABLE kairo.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE kairo.credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON kairo.credentials TO kairo_owner USING (true) WITH CHECK (true);

CREATE TRIGGER record_direct_change AFTER INSERT OR UPDATE OR DELETE ON kairo.credentials
  FOR EACH ROW WHEN (nullif(current_setting('kairo.actor', true), '') IS NULL)
  EXECUTE FUNCTION kairo.record_direct_change('credential');

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kairo.credentials
  FOR EACH STATEMENT EXECUTE FUNCTION kairo.refuse_truncate();
