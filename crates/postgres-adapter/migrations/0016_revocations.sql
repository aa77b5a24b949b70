-- What makes access tokens invalid before their time. Every node keeps it in memory, so that no request has to ask the
-- database. Triggers write it, whoever makes the change, a person at a prompt included.

CREATE TABLE kairo.revocations (
  id         BIGINT      NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- Which transaction wrote it. Numbers and times are given when a row is written and not when it is committed, so a
  -- reader that goes on from the last one it saw would miss whoever commits late. A reader goes on from the oldest
  -- transaction that was open when it read.
  xact       XID8        NOT NULL DEFAULT pg_current_xact_id(),
  -- The server's clock: only the purge looks at it.
  at         TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  -- No foreign keys: the row tells of what may be gone.
  session_id UUID,
  user_id    UUID,

  CONSTRAINT revocations_pkey PRIMARY KEY (id),
  CONSTRAINT revocations_session_id_user_id_check CHECK (num_nonnulls(session_id, user_id) = 1)
);

CREATE INDEX idx_revocations_xact ON kairo.revocations (xact);
CREATE INDEX idx_revocations_at ON kairo.revocations (at);

-- Definer functions: who ends a session has no right to this table.
CREATE FUNCTION kairo.revoke_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO kairo.revocations (session_id) VALUES (OLD.id);
  PERFORM pg_notify('kairo_revocations', '');
  RETURN NULL;
END
$$;

CREATE FUNCTION kairo.revoke_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO kairo.revocations (user_id) VALUES (OLD.id);
  PERFORM pg_notify('kairo_revocations', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER revoke_on_update AFTER UPDATE ON public.sessions
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
  EXECUTE FUNCTION kairo.revoke_session();

-- The purge removes sessions that ended long ago, and that is no news to anybody.
CREATE TRIGGER revoke_on_delete AFTER DELETE ON public.sessions
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > clock_timestamp())
  EXECUTE FUNCTION kairo.revoke_session();

-- All that an access token repeats of its user. A suspension that ends is told as well: it invalidates the news before.
CREATE TRIGGER revoke_on_update AFTER UPDATE ON public.users
  FOR EACH ROW WHEN (
    (OLD.role, OLD.company_id, OLD.suspended_at, OLD.deleted_at)
      IS DISTINCT FROM (NEW.role, NEW.company_id, NEW.suspended_at, NEW.deleted_at)
  ) EXECUTE FUNCTION kairo.revoke_user();

CREATE TRIGGER revoke_on_delete AFTER DELETE ON public.users
  FOR EACH ROW EXECUTE FUNCTION kairo.revoke_user();
