-- What happened to each lead, for those who may read the lead: of the journal, most of them see what they did
-- themselves only. A note is an entry with a text. Entries are added and never changed, and go with their lead.

CREATE TABLE kairo.lead_timeline (
  -- Version 7, in order of time: what happened at one instant keeps its order.
  id       UUID        NOT NULL,
  lead_id  UUID        NOT NULL,
  at       TIMESTAMPTZ NOT NULL,
  -- The name of the event without `lead.`.
  kind     TEXT        NOT NULL,
  actor    TEXT        NOT NULL,
  actor_id UUID,
  -- As in the journal.
  body     JSONB       NOT NULL DEFAULT '{}',
  text     TEXT,

  CONSTRAINT lead_timeline_pkey PRIMARY KEY (id),
  CONSTRAINT lead_timeline_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads (id) ON DELETE CASCADE,
  CONSTRAINT lead_timeline_kind_check CHECK (kind IN ('created', 'status_changed', 'edited', 'noted', 'deleted')),
  CONSTRAINT lead_timeline_actor_check CHECK (actor IN ('visitor', 'user', 'automation', 'system', 'direct')),
  CONSTRAINT lead_timeline_body_check CHECK (jsonb_typeof(body) = 'object'),
  CONSTRAINT lead_timeline_text_check CHECK (char_length(text) BETWEEN 1 AND 20000),
  CONSTRAINT lead_timeline_kind_text_check CHECK ((kind = 'noted') = (text IS NOT NULL))
);

CREATE INDEX idx_lead_timeline_lead ON kairo.lead_timeline (lead_id, at DESC, id DESC);
-- The notes among much that happened.
CREATE INDEX idx_lead_timeline_notes ON kairo.lead_timeline (lead_id, at DESC, id DESC) WHERE kind = 'noted';

ALTER TABLE kairo.lead_timeline ENABLE ROW LEVEL SECURITY;
ALTER TABLE kairo.lead_timeline FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON kairo.lead_timeline TO kairo_owner USING (true) WITH CHECK (true);

-- The public name of a column: `utm_source` is `utmSource`.
CREATE FUNCTION kairo.public_name(column_name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT lower(left(joined, 1)) || substr(joined, 2)
    FROM (SELECT replace(initcap(replace(column_name, '_', ' ')), ' ', '') AS joined) AS name
$$;

-- An id of version 7. Within one millisecond ids are in the order of their places, and no two may have the same.
CREATE FUNCTION kairo.id_at(instant timestamptz, place bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM instant) * 1000)::bigint), 12, '0') || '70008'
            || lpad(to_hex(place), 15, '0'))::uuid
$$;

CREATE SEQUENCE kairo.lead_timeline_places;

-- A lead that is changed by hand has a timeline as well.
CREATE FUNCTION kairo.tell_direct_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- What has an entry of its own, and the two columns that move on every change.
  untold CONSTANT text[] := ARRAY['status', 'status_reason', 'deleted_at', 'version', 'updated_at'];
  instant CONSTANT timestamptz := clock_timestamp();
  edited jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, body)
    VALUES (kairo.id_at(instant, nextval('kairo.lead_timeline_places')), NEW.id, instant, 'created', 'direct',
            jsonb_build_object('source', NEW.source));
    RETURN NULL;
  END IF;

  IF NEW.status <> OLD.status THEN
    INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, body)
    VALUES (kairo.id_at(instant, nextval('kairo.lead_timeline_places')), NEW.id, instant, 'status_changed', 'direct',
            jsonb_build_object('from', OLD.status, 'to', NEW.status, 'reason', NEW.status_reason));
  END IF;

  SELECT jsonb_agg(kairo.public_name(key) ORDER BY key) INTO edited
    FROM jsonb_each(to_jsonb(NEW)) AS changed (key, value)
   WHERE value <> to_jsonb(OLD) -> key AND key <> ALL (untold);
  IF edited IS NOT NULL THEN
    INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, body)
    VALUES (kairo.id_at(instant, nextval('kairo.lead_timeline_places')), NEW.id, instant, 'edited', 'direct',
            jsonb_build_object('fields', edited));
  END IF;

  IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
    INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor)
    VALUES (kairo.id_at(instant, nextval('kairo.lead_timeline_places')), NEW.id, instant, 'deleted', 'direct');
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER tell_direct_change AFTER INSERT OR UPDATE ON leads
  FOR EACH ROW WHEN (nullif(current_setting('kairo.actor', true), '') IS NULL)
  EXECUTE FUNCTION kairo.tell_direct_change();

-- What the journal knows of the leads that are there already, in the order of its numbers. Of a change by hand it knows
-- the columns alone.
INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, actor_id, body)
SELECT kairo.id_at(line.at, line.seq), lead.id, line.at,
       CASE line.event WHEN 'lead.updated' THEN 'edited' ELSE substr(line.event, length('lead.') + 1) END,
       line.actor, line.actor_id,
       CASE line.event WHEN 'lead.updated' THEN jsonb_build_object('fields', columns.fields) ELSE line.body END
  FROM kairo.journal AS line
  JOIN public.leads AS lead ON lead.id = line.subject
 CROSS JOIN LATERAL (
   SELECT coalesce(jsonb_agg(kairo.public_name(column_name) ORDER BY column_name), '[]') AS fields
     FROM jsonb_array_elements_text(coalesce(line.body -> 'columns', '[]')) AS changed (column_name)
 ) AS columns
 WHERE line.resource = 'lead'
   AND line.event IN ('lead.created', 'lead.status_changed', 'lead.edited', 'lead.deleted', 'lead.updated');
