-- Row-level security of the tables since 0012, as in 0007: until the rendered policies are applied, nobody but the
-- owner may do anything with them.

DO $$
DECLARE
  guarded regclass;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['kairo.sign_ups', 'kairo.email_changes', 'kairo.one_time_tokens',
                                 'kairo.second_factors', 'kairo.attempts', 'kairo.letters', 'kairo.invitations',
                                 'kairo.api_keys', 'kairo.revocations']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY owner_all ON %s TO kairo_owner USING (true) WITH CHECK (true)', guarded);
  END LOOP;
END
$$;
