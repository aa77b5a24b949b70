-- Row-level security, enabled and forced. What the actor roles may do is not written here: it is rendered from the
-- domain's policy table and applied after the migrations, so until then they may do nothing.

DO $$
DECLARE
  nine CONSTANT regclass[] := ARRAY['companies', 'users', 'projects', 'services', 'automations', 'automation_runs',
                                    'assets', 'leads', 'sessions'];
  guarded regclass;
BEGIN
  FOREACH guarded IN ARRAY nine || ARRAY['kairo.journal', 'kairo.idempotency_keys']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    -- Forced security binds the owner as well: without this its migrations, its definer functions and its dumps would
    -- see nothing. Nothing that serves requests can become the owner.
    EXECUTE format('CREATE POLICY owner_all ON %s TO kairo_owner USING (true) WITH CHECK (true)', guarded);
  END LOOP;

  FOREACH guarded IN ARRAY nine LOOP
    EXECUTE format('CREATE POLICY direct_all ON %s TO kairo_direct USING (true) WITH CHECK (true)', guarded);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO kairo_direct', guarded);
  END LOOP;
END
$$;

-- Names can be resolved, nothing more. The gate is left out: it rests, and resting needs no names.
GRANT USAGE ON SCHEMA kairo TO kairo_admin, kairo_team, kairo_client, kairo_public, kairo_system, kairo_direct;

-- A client sees colleagues' names, never their rows: columns cannot be hidden by a policy. The view reads as its owner;
-- current_user inside it is still the role that asks. Three arms instead of one OR, so that each keeps its index; the
-- conditions without a column are decided once, before anything is read.
CREATE VIEW kairo.colleagues WITH (security_barrier) AS
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user IN ('kairo_admin', 'kairo_team')
UNION ALL
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user NOT IN ('kairo_admin', 'kairo_team')
     AND company_id = (SELECT nullif(current_setting('kairo.company', true), '')::uuid)
UNION ALL
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user NOT IN ('kairo_admin', 'kairo_team')
     AND id = (SELECT nullif(current_setting('kairo.user', true), '')::uuid)
     AND company_id IS DISTINCT FROM (SELECT nullif(current_setting('kairo.company', true), '')::uuid);
