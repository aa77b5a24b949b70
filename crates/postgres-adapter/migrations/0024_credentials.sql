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

-- As in 0020; what belongs to a user, credentials as well, has its company's audience.
CREATE OR REPLACE FUNCTION kairo.record_direct_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  thing CONSTANT text := TG_ARGV[0];
  verb CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END;
  before CONSTANT jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after CONSTANT jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  subject CONSTANT jsonb := coalesce(after, before);
  resource CONSTANT text := CASE
    WHEN thing = 'api_key' THEN 'API key'
    WHEN thing = 'invitation' AND subject ->> 'role' = 'CLIENT' THEN 'client invitation'
    WHEN thing = 'invitation' THEN 'staff invitation'
    ELSE thing
  END;
  named CONSTANT text := CASE
    WHEN thing = 'second_factor' THEN subject ->> 'user_id'
    WHEN thing = 'one_time_token' THEN subject ->> 'subject'
    WHEN thing IN ('automation_trigger', 'automation_version') THEN subject ->> 'automation_id'
    ELSE subject ->> 'id'
  END;
  body jsonb := '{}';
  audience uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- Names, never values: a value may be a password hash or an address. The two columns that move on every change
    -- tell nothing.
    SELECT jsonb_build_object('columns', coalesce(jsonb_agg(key ORDER BY key), '[]'))
      INTO body
      FROM jsonb_each(after) AS changed (key, value)
     WHERE value <> before -> key AND key NOT IN ('version', 'updated_at');
  END IF;

  -- Where the row names no company, its owner's. An owner who is being deleted along with the row is no longer found,
  -- and an entry without an audience is for staff.
  CASE thing
    WHEN 'company' THEN
      audience := subject ->> 'id';
    WHEN 'automation', 'session', 'api_key', 'credential', 'second_factor', 'email_change' THEN
      SELECT company_id INTO audience FROM public.users WHERE id = (subject ->> 'user_id')::uuid;
    WHEN 'run', 'automation_trigger', 'automation_version' THEN
      SELECT owner.company_id INTO audience
        FROM public.automations AS flow JOIN public.users AS owner ON owner.id = flow.user_id
       WHERE flow.id = (subject ->> 'automation_id')::uuid;
    ELSE
      audience := subject ->> 'company_id';
  END CASE;

  -- The login is the only name this change has.
  INSERT INTO kairo.journal (at, actor, verb, resource, subject, event, body, company_id, address, agent)
  VALUES (clock_timestamp(), 'direct', verb, resource, named::uuid, thing || '.' || verb || 'd',
          body, audience, host(inet_client_addr()), session_user);
  RETURN NULL;
END
$$;

CREATE TRIGGER record_direct_change AFTER INSERT OR UPDATE OR DELETE ON kairo.credentials
  FOR EACH ROW WHEN (nullif(current_setting('kairo.actor', true), '') IS NULL)
  EXECUTE FUNCTION kairo.record_direct_change('credential');

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON kairo.credentials
  FOR EACH STATEMENT EXECUTE FUNCTION kairo.refuse_truncate();
