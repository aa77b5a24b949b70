-- The door of the job queue. The queue itself is the schema graphile_worker: `kairo migrate` installs it beside these
-- migrations, and it belongs to kairo_queue. Nobody else sees its tables; whoever acts comes in through kairo.enqueue.

GRANT USAGE, CREATE ON SCHEMA kairo TO kairo_queue;

-- Has a job delivered after this transaction, and tells whether that may be at once. Without an instant it is due now.
--
-- It does not call graphile_worker.add_job: that one cannot keep the earlier of two instants, costs several times as
-- much, and notifies within the transaction, and transactions that notify are committed one after the other in the
-- whole cluster. Whoever commits notifies afterwards.
CREATE FUNCTION kairo.enqueue(task text, payload jsonb, due timestamptz, key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  -- Whoever means at once says so by a clock that may be a little ahead of this one.
  wanted CONSTANT timestamptz :=
    CASE WHEN due > clock_timestamp() + interval '250 milliseconds' THEN due ELSE least(due, clock_timestamp()) END;
  given timestamptz;
  task_number integer;
BEGIN
  IF task IS NULL OR task NOT IN ('drive_run', 'dispatch_event') THEN
    RAISE EXCEPTION 'no job of this kind is taken' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF key IS NULL THEN
    RAISE EXCEPTION 'a job needs a key' USING ERRCODE = 'null_value_not_allowed';
  END IF;

  SELECT known.id INTO task_number FROM graphile_worker._private_tasks AS known WHERE known.identifier = task;
  IF NOT FOUND THEN -- usually it was named when the queue was installed
    INSERT INTO graphile_worker._private_tasks (identifier) VALUES (task) ON CONFLICT DO NOTHING;
    SELECT known.id INTO STRICT task_number FROM graphile_worker._private_tasks AS known WHERE known.identifier = task;
  END IF;

  LOOP
    -- The most attempts there can be: they never end a job.
    INSERT INTO graphile_worker._private_jobs AS waiting (task_id, payload, run_at, max_attempts, key)
    VALUES (task_number, coalesce(enqueue.payload, '{}'), wanted, 32767, enqueue.key)
    ON CONFLICT (key) DO UPDATE
       SET run_at = least(waiting.run_at, excluded.run_at), attempts = 0, updated_at = now()
     WHERE waiting.is_available
    RETURNING waiting.run_at INTO given;
    EXIT WHEN FOUND;

    -- It is being done, and what is new may come too late for it. It gives its key up and keeps everything else, so if
    -- it fails it is done again as well.
    UPDATE graphile_worker._private_jobs AS busy SET key = NULL, updated_at = now()
     WHERE busy.key = enqueue.key AND NOT busy.is_available;
  END LOOP;
  RETURN given <= clock_timestamp();
END
$$;

-- Those of the keys that have a job, whether it waits or is being done.
CREATE FUNCTION kairo.pending_jobs(keys text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT job.key FROM graphile_worker._private_jobs AS job
    WHERE job.key = ANY (keys) AND (job.is_available OR job.locked_at IS NOT NULL);
END
$$;

-- Whether a worker has the job with this number.
CREATE FUNCTION kairo.is_held(job bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM graphile_worker._private_jobs AS held WHERE held.id = job AND held.locked_at IS NOT NULL);
END
$$;

REVOKE ALL ON FUNCTION kairo.enqueue(text, jsonb, timestamptz, text), kairo.pending_jobs(text[]), kairo.is_held(bigint)
  FROM PUBLIC;
-- Triggers of ours run as their owner.
GRANT EXECUTE ON FUNCTION kairo.enqueue(text, jsonb, timestamptz, text)
  TO kairo_owner, kairo_admin, kairo_team, kairo_client, kairo_public, kairo_system;
GRANT EXECUTE ON FUNCTION kairo.pending_jobs(text[]), kairo.is_held(bigint) TO kairo_system;

ALTER FUNCTION kairo.enqueue(text, jsonb, timestamptz, text) OWNER TO kairo_queue;
ALTER FUNCTION kairo.pending_jobs(text[]) OWNER TO kairo_queue;
ALTER FUNCTION kairo.is_held(bigint) OWNER TO kairo_queue;
REVOKE USAGE, CREATE ON SCHEMA kairo FROM kairo_queue;
