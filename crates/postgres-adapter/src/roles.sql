-- The roles of the cluster and what the owner needs in this database. Run before the migrations, by a superuser or
-- by a CREATEROLE login that owns the database; it may be run any number of times, and by many processes at once.
--
-- Roles belong to the cluster, locks to one database: two databases set up side by side meet in CREATE ROLE, and the
-- loser sees a duplicate or a broken unique index. Both mean that the role is there.

DO $roles$
DECLARE
  -- kairo_owner owns every object; nothing that serves requests can become it.
  -- kairo_gate is what a connection rests in between transactions: it is granted nothing, anywhere.
  -- kairo_admin to kairo_system are what one transaction becomes, one role per kind of actor.
  -- kairo_queue owns the job queue and sees nothing else.
  -- kairo_direct is for logins that an operator makes, such as a Prisma client; no program of ours becomes it.
  names CONSTANT text[] := ARRAY['kairo_owner', 'kairo_gate', 'kairo_admin', 'kairo_team', 'kairo_client',
                                 'kairo_public', 'kairo_system', 'kairo_queue', 'kairo_direct'];
  -- Since 16 a creator holds the role without being able to become it, so the question to ask is another one.
  becomes CONSTANT text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
  -- Without inheritance the login has a right only after it became the role on purpose. Before 16 the login's own
  -- INHERIT attribute decides, and there is no word for it here.
  terms CONSTANT text := CASE becomes WHEN 'SET' THEN ' WITH INHERIT FALSE, SET TRUE' ELSE '' END;
  is_superuser CONSTANT boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
  role_name text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('kairo.roles', 0));

  FOREACH role_name IN ARRAY names LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this cluster was first
      END;
    END IF;

    -- A superuser may become anything. Everyone else has to be a member, since SET ROLE asks about the login.
    IF NOT is_superuser AND NOT pg_has_role(current_user, role_name, becomes) THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I%s', role_name, current_user, terms);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- the same login, setting up another database
      END;
    END IF;
  END LOOP;

  -- The owner has the rights of the queue's owner as well: it makes the queue's door, and its dump has to be whole.
  IF NOT pg_has_role('kairo_owner', 'kairo_queue', 'USAGE') THEN
    BEGIN
      IF becomes = 'MEMBER' THEN
        ALTER ROLE kairo_owner INHERIT; -- it is a member of nothing else
        GRANT kairo_queue TO kairo_owner;
      ELSE
        EXECUTE 'GRANT kairo_queue TO kairo_owner WITH INHERIT TRUE, SET TRUE';
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of this cluster was first
    END;
  END IF;

  -- A role of this name with such a right was made by somebody else, and would walk past every policy.
  SELECT rolname INTO role_name FROM pg_roles WHERE rolname = ANY (names) AND (rolsuper OR rolbypassrls) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'role % skips row-level security', role_name
      USING ERRCODE = 'invalid_grant_operation', HINT = 'ALTER ROLE ... NOSUPERUSER NOBYPASSRLS, then try again.';
  END IF;
END
$roles$;

DO $database$
DECLARE
  role_name text;
BEGIN
  -- Two processes that grant on one object at once fail with "tuple concurrently updated"; these objects belong to
  -- this database, and so does the lock.
  PERFORM pg_advisory_xact_lock(hashtextextended('kairo.roles', 0));

  -- Where everybody may create in `public`, anybody may plant a function that a privileged statement picks up.
  IF has_schema_privilege('public', 'public', 'CREATE') THEN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  END IF;

  IF NOT has_schema_privilege('kairo_owner', 'public', 'CREATE') THEN
    GRANT USAGE, CREATE ON SCHEMA public TO kairo_owner;
  END IF;
  -- Usually PUBLIC has this one, but an operator may have taken it away.
  FOREACH role_name IN ARRAY ARRAY['kairo_admin', 'kairo_team', 'kairo_client', 'kairo_public', 'kairo_system',
                                   'kairo_direct'] LOOP
    IF NOT has_schema_privilege(role_name, 'public', 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
    END IF;
  END LOOP;
  IF NOT has_database_privilege('kairo_owner', current_database(), 'CREATE') THEN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO kairo_owner', current_database());
  END IF;
  -- A login without rights of its own over the database is answered with a warning only, so look again.
  IF NOT has_schema_privilege('kairo_owner', 'public', 'CREATE')
     OR NOT has_database_privilege('kairo_owner', current_database(), 'CREATE') THEN
    RAISE EXCEPTION 'kairo_owner may not create in database %', current_database()
      USING ERRCODE = 'insufficient_privilege', HINT = 'Run this as the owner of the database or as a superuser.';
  END IF;

  -- Asked first instead of IF NOT EXISTS, which puts a notice into the log at every start.
  -- Trusted: the owner of a database may create this extension without being a superuser.
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE EXTENSION pg_trgm;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'kairo') THEN
    CREATE SCHEMA kairo AUTHORIZATION kairo_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'graphile_worker') THEN
    CREATE SCHEMA graphile_worker AUTHORIZATION kairo_queue;
  ELSIF NOT EXISTS (SELECT FROM pg_namespace
                     WHERE nspname = 'graphile_worker' AND nspowner = 'kairo_queue'::regrole) THEN
    RAISE EXCEPTION 'schema graphile_worker of database % belongs to somebody else', current_database()
      USING ERRCODE = 'insufficient_privilege', HINT = 'Another program keeps its jobs there; use a database of our own.';
  END IF;
END
$database$;
