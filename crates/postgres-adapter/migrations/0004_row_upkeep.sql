-- What every row keeps right by itself, whoever writes it.

-- K5. A value the statement brought is kept, so that the program's own clock decides what its readers see. Otherwise
-- the wall clock and not now(): of two changes in one transaction the second has to show as well.
CREATE FUNCTION kairo.move_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END
$$;

CREATE TRIGGER move_updated_at BEFORE UPDATE ON companies
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();
CREATE TRIGGER move_updated_at BEFORE UPDATE ON users
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();
CREATE TRIGGER move_updated_at BEFORE UPDATE ON projects
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();
CREATE TRIGGER move_updated_at BEFORE UPDATE ON services
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();
CREATE TRIGGER move_updated_at BEFORE UPDATE ON automations
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();
CREATE TRIGGER move_updated_at BEFORE UPDATE ON leads
  FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION kairo.move_updated_at();

-- K19. A change made by hand must make the version that somebody holds stale, or their next save would undo it unseen.
CREATE FUNCTION kairo.raise_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;

CREATE TRIGGER raise_version BEFORE UPDATE ON companies
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON users
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON projects
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON services
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON automations
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON automation_runs
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON assets
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();
CREATE TRIGGER raise_version BEFORE UPDATE ON leads
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION kairo.raise_version();

-- `{}` is a valid flow for a writer that knows the seed; readers find both lists all the same.
CREATE FUNCTION kairo.complete_flow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.flow := '{"nodes": [], "edges": []}'::jsonb || NEW.flow;
  RETURN NEW;
END
$$;

CREATE TRIGGER complete_flow BEFORE INSERT OR UPDATE ON automations
  FOR EACH ROW WHEN (jsonb_typeof(NEW.flow) = 'object' AND NOT NEW.flow ?& ARRAY['nodes', 'edges'])
  EXECUTE FUNCTION kairo.complete_flow();

-- K18. No actor role but kairo_system may name password_hash, so the others insert a user without it. `!` is a hash
-- that no password verifies against.
CREATE FUNCTION kairo.default_password_hash() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.password_hash := '!';
  RETURN NEW;
END
$$;

CREATE TRIGGER default_password_hash BEFORE INSERT ON users
  FOR EACH ROW WHEN (NEW.password_hash IS NULL) EXECUTE FUNCTION kairo.default_password_hash();

-- K11. A deleted user's address is free again although users_email_key covers deleted rows: the row carries the mark
-- exactly as long as it is deleted, and the id keeps two deleted users with one address apart. Undoing the deletion
-- gives the address back, and collides if somebody took it since.
CREATE FUNCTION kairo.release_email() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mark CONSTANT text := 'deleted:' || NEW.id::text || ':';
BEGIN
  NEW.email := CASE WHEN NEW.deleted_at IS NULL THEN substr(NEW.email, length(mark) + 1) ELSE mark || NEW.email END;
  RETURN NEW;
END
$$;

CREATE TRIGGER release_email BEFORE INSERT OR UPDATE ON users
  FOR EACH ROW WHEN ((NEW.deleted_at IS NOT NULL) <> starts_with(NEW.email, 'deleted:' || NEW.id::text || ':'))
  EXECUTE FUNCTION kairo.release_email();

-- Nobody changes their own role, administrators included: a stolen session must not be able to give itself more.
CREATE FUNCTION kairo.refuse_own_role() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.id::text = lower(current_setting('kairo.user', true)) THEN
    RAISE EXCEPTION 'nobody changes their own role' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_own_role BEFORE UPDATE ON users
  FOR EACH ROW WHEN (NEW.role <> OLD.role) EXECUTE FUNCTION kairo.refuse_own_role();

-- The last administrator can be neither demoted, deleted nor erased; nobody would be left to appoint another. One who
-- is suspended or deleted cannot sign in and does not count, so suspending the last one is refused as well. To hand
-- over, appoint first and leave second.
CREATE FUNCTION kairo.keep_an_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Two administrators who demote each other would both count the other as still there. A lock on the rows ends in a
  -- deadlock (each holds its own first), and an advisory lock says nothing to a REPEATABLE READ snapshot. Writing one
  -- common row makes the second wait, and then either see the first or fail to serialize.
  UPDATE kairo.admin_seat SET left_at = clock_timestamp();

  -- A definer function: under the caller's own policies other administrators may be invisible.
  IF NOT EXISTS (
    SELECT FROM public.users WHERE role = 'ADMIN' AND deleted_at IS NULL AND suspended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'the last administrator can be neither demoted, suspended nor deleted' USING ERRCODE = 'KA002';
  END IF;
  RETURN NULL;
END
$$;

-- After the row was changed, so that one statement over all administrators is counted to its end.
CREATE TRIGGER keep_an_admin_on_update AFTER UPDATE ON users
  FOR EACH ROW WHEN (
    OLD.role = 'ADMIN' AND OLD.deleted_at IS NULL AND OLD.suspended_at IS NULL
    AND (NEW.role <> 'ADMIN' OR NEW.deleted_at IS NOT NULL OR NEW.suspended_at IS NOT NULL)
  ) EXECUTE FUNCTION kairo.keep_an_admin();

CREATE TRIGGER keep_an_admin_on_delete AFTER DELETE ON users
  FOR EACH ROW WHEN (OLD.role = 'ADMIN' AND OLD.deleted_at IS NULL AND OLD.suspended_at IS NULL)
  EXECUTE FUNCTION kairo.keep_an_admin();
