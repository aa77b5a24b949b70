-- jsonb holds numbers of any size; clients read them as 64-bit floats. One number that does not fit would make every
-- page with its row unreadable, so it is refused where it is written. Written out for each column instead of calling a
-- function: whoever writes would need the right to execute that.

DO $$
DECLARE
  place RECORD;
BEGIN
  FOR place IN
    SELECT * FROM (VALUES
      ('companies', 'metadata'), ('projects', 'content'), ('projects', 'metrics'), ('services', 'content'),
      ('automations', 'flow'), ('automation_runs', 'logs'), ('assets', 'metadata'), ('leads', 'metadata')
    ) AS places (table_name, column_name)
  LOOP
    EXECUTE format(
      'ALTER TABLE %I ADD CONSTRAINT %I CHECK (NOT jsonb_path_exists(%I, %L))',
      place.table_name,
      place.table_name || '_' || place.column_name || '_numbers_check',
      place.column_name,
      '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'
    );
  END LOOP;
END
$$;
