-- A change made by hand, or by a client that knows the nine tables only, has no permit from which the journal could be
-- written. This trigger records it as actor `direct`, and leaves alone every transaction that says who it is.

CREATE FUNCTION kairo.record_direct_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  resource CONSTANT text := TG_ARGV[0];
  verb CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END;
  before CONSTANT jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after CONSTANT jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  subject CONSTANT jsonb := coalesce(after, before);
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
  CASE resource
    WHEN 'company' THEN
      audience := subject ->> 'id';
    WHEN 'automation', 'session' THEN
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
  VALUES (clock_timestamp(), 'direct', verb, resource, (subject ->> 'id')::uuid, resource || '.' || verb || 'd',
          body, audience, host(inet_client_addr()), session_user);
  RETURN NULL;
END
$$;

-- The condition stands in the triggers and not in the function: where it is false, nothing is queued or called.
-- nullif, since a setting that was local to an earlier transaction reads as '' and not as NULL.
DO $$
DECLARE
  recorded CONSTANT text[] := ARRAY[
    'companies', 'company', 'users', 'user', 'projects', 'project', 'services', 'service',
    'automations', 'automation', 'automation_runs', 'run', 'assets', 'asset', 'leads', 'lead', 'sessions', 'session'
  ];
BEGIN
  FOR i IN 1 .. array_length(recorded, 1) BY 2 LOOP
    EXECUTE format(
      'CREATE TRIGGER record_direct_change AFTER INSERT OR UPDATE OR DELETE ON %I
         FOR EACH ROW WHEN (nullif(current_setting(''kairo.actor'', true), '''') IS NULL)
         EXECUTE FUNCTION kairo.record_direct_change(%L)',
      recorded[i], recorded[i + 1]
    );
  END LOOP;
END
$$;
