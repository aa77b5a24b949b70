-- The context keeps the trigger for changes by hand away from 800,000 rows.
SELECT set_config('kairo.actor', 'system', false);
INSERT INTO leads (name, email, message, company, source, utm_source, utm_campaign, status, created_at, updated_at)
SELECT 'Person ' || n, 'person' || n || '@example.com', 'Hello number ' || n || ', I want ' || md5(n::text),
       CASE WHEN n % 1000 <> 1 THEN 'Company ' || n % 5000 END,
       CASE n % 1000 WHEN 1 THEN NULL WHEN 2 THEN 'CHAT' WHEN 3 THEN 'PLATFORM_SIGNUP' ELSE 'CONTACT_FORM' END,
       CASE WHEN n % 5 = 0 THEN 'source-' || n % 1000 END, CASE WHEN n % 5 = 0 THEN 'campaign-' || n % 1000 END,
       ('{NEW,CONTACTED,QUALIFIED,CONVERTED,LOST}'::"LeadStatus"[])[1 + n % 5],
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 100000) AS n;
INSERT INTO leads (id, name, email, message)
SELECT ('00000000-0000-7000-8003-' || lpad(n::text, 12, '0'))::uuid, 'Busy ' || n, 'busy' || n || '@example.com', 'Hello'
  FROM generate_series(1, 10) AS n;
-- Each of the ten was edited again and again, and a note was taken now and then.
INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, text)
SELECT gen_random_uuid(), ('00000000-0000-7000-8003-' || lpad((1 + n % 10)::text, 12, '0'))::uuid,
       timestamptz '2026-01-01' + n * interval '1 minute', CASE WHEN n % 100 < 10 THEN 'noted' ELSE 'edited' END, 'system',
       CASE WHEN n % 100 < 10 THEN 'Note ' || n END
  FROM generate_series(1, 100000) AS n;
INSERT INTO projects (slug, title, summary, content, published, created_at)
SELECT 'project-' || n, 'Project ' || n, 'Summary', '[]', n % 10 <> 0, timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 20000) AS n;
INSERT INTO services (slug, title, description, content, featured_order, published)
SELECT 'service-' || n, 'Service ' || n, 'Description', '[]', n, n % 10 <> 0 FROM generate_series(1, 20000) AS n;
INSERT INTO companies (id, name, industry, created_at, updated_at)
SELECT ('00000000-0000-7000-8002-' || lpad(n::text, 12, '0'))::uuid, 'Company ' || n || ' ' || md5(n::text),
       CASE WHEN n % 1000 <> 1 THEN 'Industry ' || n % 1000 END,
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 100000) AS n;
INSERT INTO users (id, email, password_hash, name, role, company_id, suspended_at, created_at, updated_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user' || n || '@example.com', '!',
       CASE WHEN n % 10 <> 1 THEN 'Person ' || md5(n::text) END,
       CASE n % 1000 WHEN 1 THEN 'ADMIN' WHEN 2 THEN 'TEAM' ELSE 'CLIENT' END::"Role",
       CASE WHEN n % 1000 > 9 THEN ('00000000-0000-7000-8002-' || lpad((1 + n % 5000)::text, 12, '0'))::uuid END,
       CASE WHEN n % 1000 = 3 THEN now() END,
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 100000) AS n;
INSERT INTO kairo.invitations (id, email, role, company_id, invited_by, created_at, expires_at, accepted_at)
SELECT gen_random_uuid(), 'guest' || n || '@example.com', CASE WHEN n % 50 = 1 THEN 'TEAM' ELSE 'CLIENT' END::"Role",
       CASE WHEN n % 1000 > 9 THEN ('00000000-0000-7000-8002-' || lpad((1 + n % 5000)::text, 12, '0'))::uuid END,
       '00000000-0000-7000-8000-000000000001', timestamptz '2026-01-01' + n * interval '1 minute',
       timestamptz '2026-01-08' + n * interval '1 minute', CASE WHEN n % 2 = 0 THEN now() END
  FROM generate_series(1, 100000) AS n;
INSERT INTO kairo.credentials (id, user_id, name, kind, sealed, created_at, updated_at, version)
SELECT gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad((1 + n % 20000)::text, 12, '0'))::uuid,
       'service-' || CASE n % 1000 WHEN 77 THEN n ELSE n / 20000 END,
       CASE n % 1000 WHEN 1 THEN 'header' ELSE 'bearer' END, 'sealed',
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute', 1
  FROM generate_series(1, 100000) AS n;
INSERT INTO kairo.journal (at, actor, actor_id, role, verb, resource, subject, event, company_id)
SELECT timestamptz '2026-01-01' + n * interval '1 minute', CASE WHEN n % 1000 = 1 THEN 'direct' ELSE 'user' END,
       CASE WHEN n % 1000 <> 1 THEN ('00000000-0000-7000-8000-' || lpad((1 + n % 200)::text, 12, '0'))::uuid END, 'TEAM',
       'update', CASE WHEN n % 500 = 1 THEN 'session' ELSE 'lead' END, md5(n::text)::uuid,
       CASE WHEN n % 500 = 1 THEN 'session.opened' ELSE 'lead.edited' END,
       CASE WHEN n % 4 = 0 THEN ('00000000-0000-7000-8002-' || lpad((1 + n % 5000)::text, 12, '0'))::uuid END
  FROM generate_series(1, 100000) AS n;
INSERT INTO automations (id, user_id, title, flow, status, created_at)
SELECT ('00000000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8000-' || lpad((1 + n % 200)::text, 12, '0'))::uuid, 'Automation ' || n, '{}',
       ('{DRAFT,ACTIVE,PAUSED,ARCHIVED}'::"AutoStatus"[])[1 + (n / 200) % 4],
       timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 20000) AS n;
INSERT INTO automation_runs (automation_id, status, phase, started_at, completed_at, touched_at, fire_key, parent_run)
SELECT ('00000000-0000-7000-8001-' || lpad((1 + n % 20000)::text, 12, '0'))::uuid, ran.status::"RunStatus", ran.status,
       timestamptz '2026-01-01' + n * interval '1 minute',
       CASE WHEN ran.status <> 'RUNNING' THEN timestamptz '2026-01-01' + n * interval '1 minute' END,
       timestamptz '2026-01-01' + n * interval '1 minute', 'key ' || n, CASE WHEN n % 10 = 1 THEN md5((n / 100)::text)::uuid END
  FROM generate_series(1, 100000) AS n
 CROSS JOIN LATERAL (SELECT CASE n % 1000 WHEN 1 THEN 'RUNNING' WHEN 2 THEN 'FAILED' ELSE 'SUCCESS' END) AS ran (status);
INSERT INTO kairo.automation_run_steps (run_id, seq, node, iteration, kind, attempt, state, input, started_at, finished_at)
SELECT id, seq, 'a', '', 'transform', 1, 'SKIPPED', 'null', started_at, started_at
  FROM automation_runs CROSS JOIN generate_series(1, 2) AS seq;
-- The steps of one long run, of which one answers.
INSERT INTO kairo.automation_run_steps (run_id, seq, node, iteration, kind, attempt, state, port, input, output, started_at,
                                        finished_at)
SELECT (SELECT id FROM automation_runs ORDER BY started_at LIMIT 1), seq, 'a', '',
       CASE seq WHEN 9000 THEN 'respond' ELSE 'transform' END, 1, 'DONE', 'out', 'null', 'null', now(), now()
  FROM generate_series(3, 10000) AS seq;
INSERT INTO kairo.run_claims (run_id, automation_id, owner_id)
SELECT run.id, run.automation_id, flow.user_id
  FROM automation_runs AS run JOIN automations AS flow ON flow.id = run.automation_id WHERE run.parent_run IS NOT NULL;

INSERT INTO kairo.run_line (run_id, automation_id, started_at)
SELECT run.id, run.automation_id, run.started_at FROM automation_runs AS run WHERE run.parent_run IS NOT NULL;
INSERT INTO kairo.automation_triggers (automation_id, node, kind, event, cron, zone, missed, next_at)
SELECT id, 'start', CASE WHEN n % 2 = 0 THEN 'event' ELSE 'schedule' END,
       CASE WHEN n % 2 = 0 THEN CASE WHEN n % 100 = 0 THEN 'run.failed' ELSE 'lead.created' END END,
       CASE WHEN n % 2 = 1 THEN '0 * * * *' END, CASE WHEN n % 2 = 1 THEN 'UTC' END, CASE WHEN n % 2 = 1 THEN 'once' END,
       CASE WHEN n % 2 = 1 THEN created_at END
  FROM (SELECT id, created_at, row_number() OVER (ORDER BY created_at) AS n FROM automations) AS numbered;
INSERT INTO kairo.automation_triggers (automation_id, node, kind, token_digest, sealed_token)
SELECT id, 'hook', 'webhook', md5(id::text), 'sealed' FROM automations;
ANALYZE;
