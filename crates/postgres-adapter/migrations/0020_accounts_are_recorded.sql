-- What is changed by hand about how somebody gets into an account is recorded as well, and no table of it can be
-- emptied without a trace.

-- As in 0005. The argument is how the event's name begins. Three of the tables are resources with words of their own, a
-- row without an id is told by what it is about, and what belongs to a user has its company's audience.
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
  named CONSTANT text := CASE thing
    WHEN 'second_factor' THEN subject ->> 'user_id'
    WHEN 'one_time_token' THEN subject ->> 'subject'
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
    WHEN 'automation', 'session', 'api_key', 'second_factor', 'email_change' THEN
      SELECT company_id INTO audience FROM public.users WHERE id = (subject ->> 'user_id')::uuid;
    WHEN 'run' THEN
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

DO $$
DECLARE
  recorded CONSTANT text[] := ARRAY[
    'api_keys', 'api_key', 'invitations', 'invitation', 'second_factors', 'second_factor',
    'one_time_tokens', 'one_time_token', 'email_changes', 'email_change', 'sign_ups', 'sign_up'
  ];
BEGIN
  FOR i IN 1 .. array_length(recorded, 1) BY 2 LOOP
    EXECUTE format(
      'CREATE TRIGGER record_direct_change AFTER INSERT OR UPDATE OR DELETE ON kairo.%I
         FOR EACH ROW WHEN (nullif(current_setting(''kairo.actor'', true), '''') IS NULL)
         EXECUTE FUNCTION kairo.record_direct_change(%L)',
      recorded[i], recorded[i + 1]
    );
  END LOOP;
END
$$;

-- TRUNCATE fires no trigger of a row: nobody would learn of it, and the tokens of the sessions that are gone would stay
-- good until they expire.
CREATE FUNCTION kairo.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'table %.% cannot be truncated', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
          DETAIL = 'TRUNCATE is not recorded in the journal, and revokes no access token.',
          HINT = 'Use DELETE instead.';
END
$$;

DO $$
DECLARE
  guarded regclass;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['public.users', 'public.sessions', 'kairo.api_keys', 'kairo.invitations',
                                 'kairo.second_factors', 'kairo.one_time_tokens', 'kairo.email_changes',
                                 'kairo.sign_ups']::regclass[] LOOP
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s
                      FOR EACH STATEMENT EXECUTE FUNCTION kairo.refuse_truncate()', guarded);
  END LOOP;
END
$$;
