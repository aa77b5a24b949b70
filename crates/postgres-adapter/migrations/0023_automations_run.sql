-- What it takes to run automations: versions of flows, triggers to be looked up, and runs that survive any crash.

-- Columns the seed does not know; each has a default, so that its INSERTs stay valid (K19).
ALTER TABLE automations
  ADD COLUMN flow_number INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN settings    JSONB   NOT NULL DEFAULT '{}',
  ADD CONSTRAINT automations_flow_number_check CHECK (flow_number >= 1),
  ADD CONSTRAINT automations_settings_check CHECK (jsonb_typeof(settings) = 'object'),
  -- As in 0011.
  ADD CONSTRAINT automations_settings_numbers_check
    CHECK (NOT jsonb_path_exists(settings, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))')),
  -- The bounds of the domain's AutomationSettings. Claims and purges go through the settings of everybody: one that
  -- cannot be read would stop them for all.
  ADD CONSTRAINT automations_settings_bounds_check CHECK (
    nullif(settings -> 'runTimeoutSeconds', 'null') BETWEEN '1' AND '604800'
    AND settings ->> 'runTimeoutSeconds' NOT LIKE '%.%'
    AND nullif(settings -> 'maxConcurrentRuns', 'null') BETWEEN '1' AND '1000'
    AND settings ->> 'maxConcurrentRuns' NOT LIKE '%.%'
    AND nullif(settings -> 'retentionDays', 'null') BETWEEN '1' AND '3650'
    AND settings ->> 'retentionDays' NOT LIKE '%.%'
    AND jsonb_typeof(nullif(settings -> 'vars', 'null')) = 'object'
  );

ALTER TABLE automation_runs
  ADD COLUMN flow_number INTEGER  NOT NULL DEFAULT 1,
  ADD COLUMN fired_by    TEXT     NOT NULL DEFAULT 'manual',
  ADD COLUMN fired_node  TEXT     NOT NULL DEFAULT '',
  -- What may fire an automation once only, whoever fires it.
  ADD COLUMN fire_key    TEXT,
  -- JSON and not JSONB: it is read whole, and what a stranger sent may hold what JSONB refuses.
  ADD COLUMN input       JSON     NOT NULL DEFAULT '{}',
  ADD COLUMN output      JSON,
  ADD COLUMN error_code  TEXT,
  ADD COLUMN error_node  TEXT,
  ADD COLUMN parent_run  UUID,
  ADD COLUMN parent_step TEXT,
  ADD COLUMN retry_of    UUID,
  ADD COLUMN depth       SMALLINT NOT NULL DEFAULT 0,
  -- Until when it waits; absent while it waits for a sub-flow.
  ADD COLUMN due_at      TIMESTAMPTZ,
  -- When somebody last did something about it: an open run that was left alone has lost its job.
  ADD COLUMN touched_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- For how long workers were at it, waits left out.
  ADD COLUMN worked_ms   BIGINT   NOT NULL DEFAULT 0,
  -- How often it was taken in a row without getting a step further.
  ADD COLUMN stalls      SMALLINT NOT NULL DEFAULT 0,
  ADD CONSTRAINT automation_runs_fired_by_check
    CHECK (fired_by IN ('manual', 'webhook', 'schedule', 'event', 'subflow', 'retry')),
  ADD CONSTRAINT automation_runs_depth_check CHECK (depth >= 0),
  ADD CONSTRAINT automation_runs_worked_ms_check CHECK (worked_ms >= 0),
  ADD CONSTRAINT automation_runs_stalls_check CHECK (stalls >= 0);

CREATE UNIQUE INDEX automation_runs_automation_id_fire_key_key ON automation_runs (automation_id, fire_key)
  WHERE fire_key IS NOT NULL;
CREATE INDEX idx_runs_parent ON automation_runs (parent_run) WHERE parent_run IS NOT NULL;
-- Where a policy guards a table, the planner uses no statistics for an operator that is not leakproof, such as the
-- equality of enums; this index says by itself that few runs are under way.
CREATE INDEX idx_runs_open ON automation_runs (started_at, id) WHERE status = 'RUNNING';

-- Flows as they were, never changed. A trigger keeps them, whoever changes the automation.
CREATE TABLE kairo.automation_versions (
  automation_id UUID        NOT NULL,
  number        INTEGER     NOT NULL,
  flow          JSONB       NOT NULL,
  drawn_at      TIMESTAMPTZ NOT NULL,
  drawn_by      UUID,

  CONSTRAINT automation_versions_pkey PRIMARY KEY (automation_id, number),
  CONSTRAINT automation_versions_automation_id_fkey
    FOREIGN KEY (automation_id) REFERENCES public.automations (id) ON DELETE CASCADE
);

-- What runs did, one row for each node, iteration and attempt, in the order in which it was committed.
CREATE TABLE kairo.automation_run_steps (
  run_id      UUID        NOT NULL,
  seq         INTEGER     NOT NULL,
  node        TEXT        NOT NULL,
  iteration   TEXT        NOT NULL,
  kind        TEXT        NOT NULL,
  attempt     INTEGER     NOT NULL,
  state       TEXT        NOT NULL,
  port        TEXT,
  input       JSON        NOT NULL,
  output      JSON,
  error       JSON,
  -- Milliseconds since 1970, as the program counts them.
  held_until  BIGINT,
  detail      JSON,
  started_at  TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ NOT NULL,

  CONSTRAINT automation_run_steps_pkey PRIMARY KEY (run_id, seq),
  CONSTRAINT automation_run_steps_run_id_fkey
    FOREIGN KEY (run_id) REFERENCES public.automation_runs (id) ON DELETE CASCADE,
  CONSTRAINT automation_run_steps_state_check CHECK (state IN ('DONE', 'FAILED', 'SKIPPED', 'HELD'))
);

-- What answers a webhook, among however many steps.
CREATE INDEX idx_automation_run_steps_answer ON kairo.automation_run_steps (run_id, seq) WHERE kind = 'respond';

-- The triggers of automations, to be found when something happens.
CREATE TABLE kairo.automation_triggers (
  automation_id UUID NOT NULL,
  -- By code points: the program goes through them in this order.
  node          TEXT COLLATE "C" NOT NULL,
  kind          TEXT NOT NULL,
  token_digest  TEXT,
  sealed_token  TEXT,
  cron          TEXT,
  zone          TEXT,
  missed        TEXT,
  -- Absent until it was planned, and when nothing is planned any more.
  next_at       TIMESTAMPTZ,
  is_over       BOOLEAN NOT NULL DEFAULT false,
  event         TEXT,

  CONSTRAINT automation_triggers_pkey PRIMARY KEY (automation_id, node),
  CONSTRAINT automation_triggers_automation_id_fkey
    FOREIGN KEY (automation_id) REFERENCES public.automations (id) ON DELETE CASCADE,
  CONSTRAINT automation_triggers_token_digest_key UNIQUE (token_digest),
  CONSTRAINT automation_triggers_kind_check CHECK (
    CASE kind
      WHEN 'webhook' THEN token_digest IS NOT NULL AND sealed_token IS NOT NULL
      WHEN 'schedule' THEN cron IS NOT NULL AND zone IS NOT NULL AND missed IN ('skip', 'once', 'all')
      WHEN 'event' THEN event IS NOT NULL
      ELSE false
    END
  )
);

CREATE INDEX idx_automation_triggers_next
  ON kairo.automation_triggers (coalesce(next_at, '-infinity'), automation_id, node) WHERE kind = 'schedule' AND NOT is_over;
CREATE INDEX idx_automation_triggers_event ON kairo.automation_triggers (event) WHERE kind = 'event';

-- The runs that workers have at this moment, to be counted.
CREATE TABLE kairo.run_claims (
  run_id        UUID NOT NULL,
  automation_id UUID NOT NULL,
  owner_id      UUID NOT NULL,
  -- The queue's number of the job with which the worker came.
  delivery      BIGINT,

  CONSTRAINT run_claims_pkey PRIMARY KEY (run_id),
  CONSTRAINT run_claims_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.automation_runs (id) ON DELETE CASCADE
);

CREATE INDEX idx_run_claims_automation ON kairo.run_claims (automation_id);
CREATE INDEX idx_run_claims_owner ON kairo.run_claims (owner_id);

-- The runs for which their automation had no place, in the order in which they were fired.
CREATE TABLE kairo.run_line (
  run_id        UUID        NOT NULL,
  automation_id UUID        NOT NULL,
  started_at    TIMESTAMPTZ NOT NULL,

  CONSTRAINT run_line_pkey PRIMARY KEY (run_id),
  CONSTRAINT run_line_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.automation_runs (id) ON DELETE CASCADE
);

CREATE INDEX idx_run_line_automation ON kairo.run_line (automation_id, started_at, run_id);

-- The latest steps in brief, in the column that the seed has for logs: names, states and codes, and no contents.
CREATE FUNCTION kairo.sum_up_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'at', latest.started_at, 'node', latest.node, 'iteration', nullif(latest.iteration, ''), 'kind', latest.kind,
           'attempt', latest.attempt, 'state', latest.state, 'port', latest.port,
           'ms', round(extract(epoch FROM latest.finished_at - latest.started_at) * 1000),
           -- As text: what is said beside the code may hold U+0000, which no function on JSON lets pass.
           'error', substring(latest.error::text FROM '"code":"([^"]+)"'))) ORDER BY latest.seq), '[]')
    INTO NEW.logs
    FROM (SELECT * FROM kairo.automation_run_steps AS step WHERE step.run_id = NEW.id
           ORDER BY step.seq DESC LIMIT 100) AS latest;
  RETURN NEW;
END
$$;

CREATE TRIGGER sum_up_run BEFORE UPDATE ON automation_runs
  FOR EACH ROW WHEN (
    NEW.phase <> OLD.phase AND NEW.status <> 'RUNNING' AND nullif(current_setting('kairo.actor', true), '') IS NOT NULL
  ) EXECUTE FUNCTION kairo.sum_up_run();

-- Runs that their automation does not count yet. A count that every run writes would make all of them wait for one
-- another's commit; these rows are added side by side, and added up by the program now and then.
CREATE TABLE kairo.uncounted_runs (
  automation_id UUID        NOT NULL,
  runs          INTEGER     NOT NULL,
  last_at       TIMESTAMPTZ NOT NULL,

  CONSTRAINT uncounted_runs_automation_id_fkey
    FOREIGN KEY (automation_id) REFERENCES public.automations (id) ON DELETE CASCADE,
  CONSTRAINT uncounted_runs_runs_check CHECK (runs > 0)
);

CREATE INDEX idx_uncounted_runs ON kairo.uncounted_runs (automation_id);

-- Row-level security, as in 0007 and 0018.
DO $$
DECLARE
  guarded regclass;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['kairo.automation_versions', 'kairo.automation_run_steps', 'kairo.automation_triggers',
                                 'kairo.run_claims', 'kairo.run_line', 'kairo.uncounted_runs']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY owner_all ON %s TO kairo_owner USING (true) WITH CHECK (true)', guarded);
  END LOOP;
END
$$;

-- A writer that knows the seed only changes a flow and no number; runs are pinned to numbers.
CREATE FUNCTION kairo.raise_flow_number() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.flow_number := OLD.flow_number + 1;
  RETURN NEW;
END
$$;

-- After complete_flow: triggers of one event fire in the order of their names.
CREATE TRIGGER raise_flow_number BEFORE UPDATE ON automations
  FOR EACH ROW WHEN (
    NEW.flow IS DISTINCT FROM OLD.flow AND NEW.flow_number = OLD.flow_number
    AND nullif(current_setting('kairo.actor', true), '') IS NULL
  ) EXECUTE FUNCTION kairo.raise_flow_number();

-- A definer function: who draws a flow writes no version of it, and nobody rewrites one.
CREATE FUNCTION kairo.keep_flow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO kairo.automation_versions (automation_id, number, flow, drawn_at, drawn_by)
  VALUES (NEW.id, NEW.flow_number, NEW.flow, NEW.updated_at, nullif(current_setting('kairo.user', true), '')::uuid);
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_first_flow AFTER INSERT ON automations
  FOR EACH ROW EXECUTE FUNCTION kairo.keep_flow();
CREATE TRIGGER keep_drawn_flow AFTER UPDATE ON automations
  FOR EACH ROW WHEN (NEW.flow_number <> OLD.flow_number) EXECUTE FUNCTION kairo.keep_flow();

-- Who drew them was never written down.
INSERT INTO kairo.automation_versions (automation_id, number, flow, drawn_at)
SELECT id, flow_number, flow, updated_at FROM automations;

-- What is too long for a log, in brief; the domain's Step::shorten says the same.
CREATE FUNCTION kairo.shortened(logged json) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN octet_length(logged::text) > 65536
    THEN json_build_object('truncated', true, 'bytes', octet_length(logged::text), 'start', left(logged::text, 1000))
    ELSE logged
  END
$$;

-- A run that no worker drives any more has no claim, whoever moved it; one that ended waits for no place, and is a log. The
-- outputs of one that did not end well stay whole: it may be repeated from there on. So does what answers a webhook.
CREATE FUNCTION kairo.leave_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM kairo.run_claims WHERE run_id = NEW.id;
  IF NEW.status <> 'RUNNING' THEN
    DELETE FROM kairo.run_line WHERE run_id = NEW.id;
  END IF;
  IF NEW.status = 'SUCCESS' THEN
    UPDATE kairo.automation_run_steps
       SET input = kairo.shortened(input), output = CASE kind WHEN 'respond' THEN output ELSE kairo.shortened(output) END
     WHERE run_id = NEW.id
       AND (octet_length(input::text) > 65536 OR octet_length(output::text) > 65536 AND kind <> 'respond');
  ELSIF NEW.status = 'FAILED' THEN
    UPDATE kairo.automation_run_steps SET input = kairo.shortened(input)
     WHERE run_id = NEW.id AND octet_length(input::text) > 65536;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER leave_run AFTER UPDATE ON automation_runs
  FOR EACH ROW WHEN (NEW.phase <> OLD.phase AND NEW.phase <> 'RUNNING') EXECUTE FUNCTION kairo.leave_run();

-- Notes that an automation was run. A definer function, so that nobody may do anything else about counts; who may run the
-- automation is seen to by whoever calls it.
CREATE FUNCTION kairo.note_runs(counted uuid, more integer, instant timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO kairo.uncounted_runs (automation_id, runs, last_at) VALUES (counted, more, instant)
$$;

-- How often an automation was run that it does not count yet, and when it was last.
CREATE FUNCTION kairo.uncounted(counted uuid, OUT runs bigint, OUT last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(sum(noted.runs), 0), max(noted.last_at) FROM kairo.uncounted_runs AS noted
   WHERE noted.automation_id = counted
$$;

-- Adds up what was noted, at most so many notes, and tells how many they were. An automation that somebody holds is left
-- for later.
CREATE FUNCTION kairo.settle_counts(most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH free AS MATERIALIZED (
    SELECT flow.id FROM public.automations AS flow
     WHERE flow.id IN (SELECT noted.automation_id FROM kairo.uncounted_runs AS noted)
     ORDER BY flow.id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ), settled AS (
    DELETE FROM kairo.uncounted_runs WHERE ctid = ANY (ARRAY (
      SELECT noted.ctid FROM kairo.uncounted_runs AS noted WHERE noted.automation_id IN (SELECT id FROM free)
       LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING automation_id, runs, last_at
  ), summed AS (
    SELECT automation_id, sum(runs) AS runs, max(last_at) AS last_at FROM settled GROUP BY automation_id
  ), counted AS (
    UPDATE public.automations AS flow
       SET execution_count = least(flow.execution_count + summed.runs, 2147483647)::integer,
           last_executed_at = greatest(flow.last_executed_at, summed.last_at)
      FROM summed WHERE flow.id = summed.automation_id
  )
  SELECT count(*) FROM settled
$$;

-- Takes a run for a worker: no row when there is nothing to do, and the run as it is when as many others are worked on
-- as may be; those of its automation include the ones that stand in line before it, and it stands there itself then.
-- Statement by statement, since who waited for the lock must see what was committed meanwhile. A run that goes on, waits
-- or is let in may have had two jobs for a moment: while one worker is at it, the other has nothing to do.
CREATE FUNCTION kairo.claim_run(wanted uuid, per_owner integer, instant timestamptz, delivery bigint)
RETURNS TABLE (is_in_line boolean, is_full boolean, has_steps boolean, settings jsonb, owner_id uuid, owner_role text, owner_company uuid,
               owner_acts boolean, run public.automation_runs)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  most integer;
BEGIN
  SELECT known.* INTO run FROM public.automation_runs AS known
   WHERE known.id = wanted AND known.status = 'RUNNING'
     AND (known.phase <> 'WAITING' OR known.due_at IS NULL OR known.due_at <= instant)
     FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  IF run.phase = 'RUNNING' AND delivery IS NOT NULL AND EXISTS (
    SELECT FROM kairo.run_claims AS theirs
     WHERE theirs.run_id = wanted AND theirs.delivery <> claim_run.delivery AND kairo.is_held(theirs.delivery)
  ) THEN
    RETURN;
  END IF;

  SELECT flow.settings, flow.user_id, owner.role::text, owner.company_id,
         owner.suspended_at IS NULL AND owner.deleted_at IS NULL
    INTO settings, owner_id, owner_role, owner_company, owner_acts
    FROM public.automations AS flow JOIN public.users AS owner ON owner.id = flow.user_id
   WHERE flow.id = run.automation_id;

  most := settings ->> 'maxConcurrentRuns';
  IF most IS NOT NULL THEN
    -- One after the other, so that nobody takes the last place twice.
    PERFORM pg_advisory_xact_lock(hashtextextended('kairo.claim ' || run.automation_id, 0));
    -- One that a worker has, be it gone, has its place.
    IF NOT EXISTS (SELECT FROM kairo.run_claims AS mine WHERE mine.run_id = wanted) THEN
      SELECT count(*) >= most INTO is_in_line FROM (
        SELECT FROM kairo.run_claims AS other WHERE other.automation_id = run.automation_id
        UNION ALL
        (SELECT FROM kairo.run_line AS before
          WHERE before.automation_id = run.automation_id AND (before.started_at, before.run_id) < (run.started_at, wanted)
          LIMIT most)
      ) AS others;
    END IF;
  END IF;
  is_in_line := coalesce(is_in_line, false);
  IF NOT is_in_line THEN
    -- No lock for this one: a few more do no harm.
    SELECT count(*) >= per_owner INTO is_full FROM kairo.run_claims AS other
     WHERE other.owner_id = claim_run.owner_id AND other.run_id <> wanted;
  END IF;
  is_full := coalesce(is_full, false);

  IF is_in_line THEN
    INSERT INTO kairo.run_line (run_id, automation_id, started_at)
    VALUES (wanted, run.automation_id, run.started_at) ON CONFLICT DO NOTHING;
  ELSIF NOT is_full THEN
    UPDATE public.automation_runs AS known
       SET phase = 'RUNNING', fence = known.fence + 1, stalls = known.stalls + 1, due_at = NULL,
           touched_at = instant, version = known.version + (known.phase <> 'RUNNING')::integer
     WHERE known.id = wanted RETURNING known.* INTO run;
    INSERT INTO kairo.run_claims AS mine (run_id, automation_id, owner_id, delivery)
    VALUES (wanted, run.automation_id, claim_run.owner_id, claim_run.delivery)
    ON CONFLICT (run_id) DO UPDATE SET delivery = excluded.delivery;
    DELETE FROM kairo.run_line AS mine WHERE mine.run_id = wanted;
  END IF;
  has_steps := EXISTS (SELECT FROM kairo.automation_run_steps AS step WHERE step.run_id = wanted);
  RETURN NEXT;
END
$$;

-- Keeps what a run did and where it stands, in one go. A definer function: the worker is the run's automation here, with
-- the rights of its owner, in the transaction of what the step did.
CREATE FUNCTION kairo.checkpoint_run(
  written uuid, proof bigint, new_phase text, new_version integer, new_worked_ms bigint, new_stalls smallint,
  new_due_at timestamptz, ended_at timestamptz, took_ms bigint, new_output text, new_error text, new_error_code text,
  new_error_node text, instant timestamptz,
  seqs integer[], nodes text[], iterations text[], kinds text[], attempts integer[], states text[], ports text[],
  inputs text[], outputs text[], errors text[], holds bigint[], details text[], starts timestamptz[], ends timestamptz[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_program CONSTANT boolean := current_setting('role') = 'kairo_system';
  automation CONSTANT text := CASE current_setting('kairo.actor', true)
    WHEN 'automation' THEN current_setting('kairo.actor_id', true)
  END;
  kept record;
BEGIN
  SELECT known.automation_id, known.fence, known.status INTO kept FROM public.automation_runs AS known
   WHERE known.id = written FOR NO KEY UPDATE;
  IF NOT is_program AND (automation IS NULL OR automation <> kept.automation_id::text) THEN
    RAISE EXCEPTION 'a run is driven by its automation' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF kept.fence IS DISTINCT FROM proof OR kept.status <> 'RUNNING' THEN
    -- A class of our own, as KA001.
    RAISE EXCEPTION 'the run has ended, or another worker has it' USING ERRCODE = 'KA003';
  END IF;

  INSERT INTO kairo.automation_run_steps (run_id, seq, node, iteration, kind, attempt, state, port, input, output, error,
                                          held_until, detail, started_at, finished_at)
  SELECT written, seq, node, iteration, kind, attempt, state, port, input::json, output::json, error::json, held,
         detail::json, started_at, finished_at
    FROM unnest(seqs, nodes, iterations, kinds, attempts, states, ports, inputs, outputs, errors, holds, details, starts,
                ends)
      AS step (seq, node, iteration, kind, attempt, state, port, input, output, error, held, detail, started_at,
               finished_at);

  UPDATE public.automation_runs AS known
     SET status = CASE
           WHEN new_phase IN ('QUEUED', 'RUNNING', 'WAITING') THEN 'RUNNING'
           WHEN new_phase = 'SUCCESS' THEN 'SUCCESS'
           ELSE 'FAILED'
         END::public."RunStatus",
         phase = new_phase, version = new_version, worked_ms = new_worked_ms, stalls = new_stalls, due_at = new_due_at,
         completed_at = ended_at, duration_ms = took_ms, output = new_output::json, error = new_error,
         error_code = new_error_code, error_node = new_error_node, touched_at = greatest(known.touched_at, instant)
   WHERE known.id = written;
END
$$;

REVOKE ALL ON FUNCTION kairo.note_runs, kairo.uncounted, kairo.settle_counts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kairo.note_runs, kairo.uncounted TO kairo_admin, kairo_team, kairo_client, kairo_system;
GRANT EXECUTE ON FUNCTION kairo.settle_counts TO kairo_system;
REVOKE ALL ON FUNCTION kairo.claim_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kairo.claim_run TO kairo_system;
REVOKE ALL ON FUNCTION kairo.checkpoint_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kairo.checkpoint_run TO kairo_admin, kairo_team, kairo_client, kairo_system;

-- Nobody listens to the journal any more, and transactions that notify are committed one after the other. What somebody
-- waits for becomes a job instead, in the transaction of what happened.
DROP TRIGGER announce_entry ON kairo.journal;
DROP FUNCTION kairo.announce_entry();

CREATE FUNCTION kairo.pass_on_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM kairo.automation_triggers AS waiting WHERE waiting.kind = 'event' AND waiting.event = NEW.event)
  THEN
    PERFORM kairo.enqueue('dispatch_event', jsonb_build_object('event', NEW.seq), NULL, 'event:' || NEW.seq);
  END IF;
  RETURN NULL;
END
$$;

-- The events of triggers that the flow's catalogue knows.
CREATE TRIGGER pass_on_event AFTER INSERT ON kairo.journal
  FOR EACH ROW WHEN (NEW.event IN ('lead.created', 'lead.status_changed', 'run.failed'))
  EXECUTE FUNCTION kairo.pass_on_event();

-- As in 0020. What an automation is triggered by, and what it did before, is told by the automation; credentials, which
-- 0024 adds, have their owner's audience.
CREATE OR REPLACE FUNCTION kairo.record_direct_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  thing CONSTANT text := TG_ARGV[0];
  verb CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END;
  before jsonb;
  after jsonb;
  subject jsonb;
  resource text := thing;
  named text;
  body jsonb := '{}';
  audience uuid;
BEGIN
  -- JSON may hold what JSONB refuses; all that is told of it is whether it changed.
  IF thing = 'run' AND TG_OP <> 'INSERT' THEN
    OLD.input := to_json(hashtextextended(OLD.input::text, 0));
    OLD.output := to_json(hashtextextended(OLD.output::text, 0));
  END IF;
  IF thing = 'run' AND TG_OP <> 'DELETE' THEN
    NEW.input := to_json(hashtextextended(NEW.input::text, 0));
    NEW.output := to_json(hashtextextended(NEW.output::text, 0));
  END IF;
  before := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  subject := coalesce(after, before);

  CASE thing
    WHEN 'api_key' THEN
      resource := 'API key';
    WHEN 'invitation' THEN
      resource := CASE subject ->> 'role' WHEN 'CLIENT' THEN 'client invitation' ELSE 'staff invitation' END;
    ELSE
      NULL;
  END CASE;
  named := subject ->> CASE
    WHEN thing = 'second_factor' THEN 'user_id'
    WHEN thing = 'one_time_token' THEN 'subject'
    WHEN thing IN ('automation_trigger', 'automation_version') THEN 'automation_id'
    ELSE 'id'
  END;

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
    WHEN 'automation', 'session', 'api_key', 'credential', 'second_factor', 'email_change' THEN
      SELECT company_id INTO audience FROM public.users WHERE id = (subject ->> 'user_id')::uuid;
    WHEN 'run', 'automation_trigger', 'automation_version' THEN
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

-- What goes along with its automation is told by the automation: such a change comes from a trigger of the foreign key.
CREATE TRIGGER record_direct_change AFTER INSERT OR UPDATE OR DELETE ON kairo.automation_triggers
  FOR EACH ROW WHEN (nullif(current_setting('kairo.actor', true), '') IS NULL AND pg_trigger_depth() = 0)
  EXECUTE FUNCTION kairo.record_direct_change('automation_trigger');
-- A version comes along with a change of the automation as well; that it changes or goes by itself is not meant to be.
CREATE TRIGGER record_direct_change AFTER UPDATE OR DELETE ON kairo.automation_versions
  FOR EACH ROW WHEN (nullif(current_setting('kairo.actor', true), '') IS NULL AND pg_trigger_depth() = 0)
  EXECUTE FUNCTION kairo.record_direct_change('automation_version');
