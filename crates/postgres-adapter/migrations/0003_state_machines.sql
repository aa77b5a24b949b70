-- The edges of the state machines, and the guards that hold every writer to them.
--
-- The tables live in the domain crate. These functions repeat them, so that a test can compare the two edge by edge;
-- conditions that need more than two states (a reason, a flow without errors, conversion) stay with the domain.

CREATE FUNCTION kairo.lead_status_next(status public."LeadStatus") RETURNS public."LeadStatus"[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE status
    WHEN 'NEW'       THEN '{CONTACTED,QUALIFIED,LOST}'
    WHEN 'CONTACTED' THEN '{QUALIFIED,LOST}'
    WHEN 'QUALIFIED' THEN '{CONTACTED,CONVERTED,LOST}'
    WHEN 'CONVERTED' THEN '{}'
    WHEN 'LOST'      THEN '{NEW}'
  END::public."LeadStatus"[]
$$;

CREATE FUNCTION kairo.automation_status_next(status public."AutoStatus") RETURNS public."AutoStatus"[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE status
    WHEN 'DRAFT'    THEN '{ACTIVE,ARCHIVED}'
    WHEN 'ACTIVE'   THEN '{PAUSED,ARCHIVED}'
    WHEN 'PAUSED'   THEN '{ACTIVE,ARCHIVED}'
    WHEN 'ARCHIVED' THEN '{DRAFT}'
  END::public."AutoStatus"[]
$$;

CREATE FUNCTION kairo.run_status_next(status public."RunStatus") RETURNS public."RunStatus"[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE status
    WHEN 'RUNNING' THEN '{SUCCESS,FAILED}'
    WHEN 'SUCCESS' THEN '{}'
    WHEN 'FAILED'  THEN '{}'
  END::public."RunStatus"[]
$$;

-- The finer machine beside it; its words are no enum, because the seed has none for them.
CREATE FUNCTION kairo.run_phase_next(phase text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE phase
    WHEN 'QUEUED'    THEN '{RUNNING,CANCELLED,TIMED_OUT}'
    WHEN 'RUNNING'   THEN '{WAITING,SUCCESS,FAILED,CANCELLED,TIMED_OUT}'
    WHEN 'WAITING'   THEN '{RUNNING,CANCELLED,TIMED_OUT}'
    WHEN 'SUCCESS'   THEN '{}'
    WHEN 'FAILED'    THEN '{}'
    WHEN 'CANCELLED' THEN '{}'
    WHEN 'TIMED_OUT' THEN '{}'
  END::text[]
$$;

-- The guards are definer functions only so that they need no grant: a role that may change a row must never lose the
-- guard, nor fail on it, for want of a right on the tables of edges. They read nothing but the two rows.

CREATE FUNCTION kairo.refuse_transition(machine text, origin text, target text, legal text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- A class of our own: the program tells this from the check constraints without reading the text.
  RAISE EXCEPTION 'illegal % transition % -> %', machine, origin, target
    USING ERRCODE = 'KA001',
          DETAIL = 'legal targets: ' || coalesce(nullif(array_to_string(legal, ', '), ''), 'none');
END
$$;

CREATE FUNCTION kairo.guard_lead_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT NEW.status = ANY (kairo.lead_status_next(OLD.status)) THEN
    PERFORM kairo.refuse_transition('lead', OLD.status::text, NEW.status::text,
                                    kairo.lead_status_next(OLD.status)::text[]);
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_status BEFORE UPDATE ON leads
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION kairo.guard_lead_status();

CREATE FUNCTION kairo.guard_automation_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT NEW.status = ANY (kairo.automation_status_next(OLD.status)) THEN
    PERFORM kairo.refuse_transition('automation', OLD.status::text, NEW.status::text,
                                    kairo.automation_status_next(OLD.status)::text[]);
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_status BEFORE UPDATE ON automations
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION kairo.guard_automation_status();

CREATE FUNCTION kairo.guard_run_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT NEW.status = ANY (kairo.run_status_next(OLD.status)) THEN
    PERFORM kairo.refuse_transition('run', OLD.status::text, NEW.status::text,
                                    kairo.run_status_next(OLD.status)::text[]);
  END IF;
  -- A writer that knows the seed only leaves the phase alone, and settle_run() moves it afterwards, without an edge.
  IF NEW.phase <> OLD.phase AND NOT NEW.phase = ANY (kairo.run_phase_next(OLD.phase)) THEN
    PERFORM kairo.refuse_transition('run', OLD.phase, NEW.phase, kairo.run_phase_next(OLD.phase));
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER guard_status BEFORE UPDATE ON automation_runs
  FOR EACH ROW WHEN (NEW.status <> OLD.status OR NEW.phase <> OLD.phase) EXECUTE FUNCTION kairo.guard_run_status();

-- A writer that knows the seed only says SUCCESS or FAILED; the rest of the end follows from it (K19). What the writer
-- did say is kept, and the check constraint refuses what does not fit together.
CREATE FUNCTION kairo.settle_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.phase IN ('QUEUED', 'RUNNING', 'WAITING') THEN
    NEW.phase := NEW.status::text;
  END IF;
  NEW.completed_at := coalesce(NEW.completed_at, clock_timestamp());
  -- Two clocks may be involved, and a negative duration is no duration.
  NEW.duration_ms := coalesce(
    NEW.duration_ms,
    greatest(0, round(extract(epoch FROM NEW.completed_at - NEW.started_at) * 1000))::bigint
  );
  RETURN NEW;
END
$$;

CREATE TRIGGER settle_inserted BEFORE INSERT ON automation_runs
  FOR EACH ROW WHEN (NEW.status <> 'RUNNING') EXECUTE FUNCTION kairo.settle_run();

-- After guard_status: triggers of one event fire in the order of their names.
CREATE TRIGGER settle_updated BEFORE UPDATE ON automation_runs
  FOR EACH ROW WHEN (NEW.status <> OLD.status AND NEW.status <> 'RUNNING') EXECUTE FUNCTION kairo.settle_run();
