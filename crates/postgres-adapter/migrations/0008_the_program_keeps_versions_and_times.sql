-- K5 and K19 are for writers that know nothing of versions. The program brings version and time itself whenever a
-- change counts as one, also when its clock stood still between two changes; and what it does beside, such as setting
-- a password or counting a run, must not make the version stale that somebody holds. A transaction that says who acts
-- is the program's.

DO $$
DECLARE
  is_direct CONSTANT text := 'nullif(current_setting(''kairo.actor'', true), '''') IS NULL';
  timed CONSTANT text[] := ARRAY['companies', 'users', 'projects', 'services', 'automations', 'leads'];
  changed text;
BEGIN
  FOREACH changed IN ARRAY timed || ARRAY['automation_runs', 'assets'] LOOP
    EXECUTE format('DROP TRIGGER raise_version ON %I', changed);
    EXECUTE format('CREATE TRIGGER raise_version BEFORE UPDATE ON %I FOR EACH ROW
                      WHEN (NEW.version = OLD.version AND %s) EXECUTE FUNCTION kairo.raise_version()',
                   changed, is_direct);
  END LOOP;
  FOREACH changed IN ARRAY timed LOOP
    EXECUTE format('DROP TRIGGER move_updated_at ON %I', changed);
    EXECUTE format('CREATE TRIGGER move_updated_at BEFORE UPDATE ON %I FOR EACH ROW
                      WHEN (NEW.updated_at = OLD.updated_at AND %s) EXECUTE FUNCTION kairo.move_updated_at()',
                   changed, is_direct);
  END LOOP;
END
$$;
