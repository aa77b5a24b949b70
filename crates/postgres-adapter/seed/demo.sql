-- Demo data: what a studio looks like after a few busy weeks. Everybody and every address in it is invented.
--
-- The caller opens the transaction and says who acts (kairo.actor = 'system'), so nothing is recorded as a change made
-- by hand. May be run again at any time: ids are fixed, rows that are there stay as they are, also where somebody has
-- edited them since, and deleted ones stay deleted. Times count back from now, so the lists look alive on any day.

INSERT INTO companies (id, name, website, industry, logo_url, metadata, created_at, updated_at) VALUES (
  '01930000-0000-7000-8000-00000000c001', 'Northwind Robotics', 'https://northwind-robotics.example',
  'Industrial automation', 'https://cdn.kairo.example/logos/northwind-robotics.svg',
  '{"employees": 240, "headquarters": "Rotterdam", "segments": ["picking", "palletising"]}',
  now() - interval '120 days', now() - interval '120 days'
) ON CONFLICT DO NOTHING;

-- `!` is no hash: nobody can sign in before the program has set a password.
INSERT INTO users (id, email, password_hash, name, role, company_id, avatar_url, email_verified_at, created_at, updated_at)
VALUES
  ('01930000-0000-7000-8000-00000000a001', 'admin@kairo.example', '!', 'Ines Halloran', 'ADMIN', NULL,
   'https://cdn.kairo.example/people/ines.webp', now() - interval '200 days',
   now() - interval '200 days', now() - interval '200 days'),
  ('01930000-0000-7000-8000-00000000a002', 'team@kairo.example', '!', 'Tomás Brandt', 'TEAM', NULL,
   'https://cdn.kairo.example/people/tomas.webp', now() - interval '180 days',
   now() - interval '180 days', now() - interval '180 days'),
  ('01930000-0000-7000-8000-00000000a003', 'client@kairo.example', '!', 'Mirre van Dalen', 'CLIENT',
   '01930000-0000-7000-8000-00000000c001', NULL, now() - interval '118 days',
   now() - interval '118 days', now() - interval '118 days')
ON CONFLICT DO NOTHING;

INSERT INTO services (id, slug, title, tagline, description, content, icon_url, planet_model_url, featured_order,
                      created_at, updated_at)
SELECT id::uuid, slug, title, tagline, description, content::jsonb,
       'https://cdn.kairo.example/icons/' || slug || '.svg', 'https://cdn.kairo.example/planets/' || slug || '.glb',
       place, now() - interval '190 days', now() - interval '30 days'
  FROM (VALUES
    ('01930000-0000-7000-8000-00000000e001', 'web-3d', 1, 'Real-time 3D for the web',
     'Scenes that load before you blink',
     'We build interactive 3D scenes that run in any modern browser, on a phone as well as on a workstation, and keep them fast when the content grows.',
     '[{"type": "text", "text": "Your product turns, opens and explains itself, without an app and without a plug-in. We model, optimise and program the scene as one piece, because that is where the milliseconds are."},
       {"type": "list", "title": "What you get", "items": ["Models under two megabytes, in three levels of detail", "A scene that holds 60 frames a second on a mid-range phone", "Source files and a build that your own team can run"]},
       {"type": "stats", "items": [{"label": "Median first frame", "value": "1.1 s"}, {"label": "Typical length", "value": "6 weeks"}]}]'),
    ('01930000-0000-7000-8000-00000000e002', 'product-configurators', 2, 'Product configurators',
     'From the first click to the parts list',
     'Configurators that only offer what can be built, show it as it will look, and hand a complete order to your systems.',
     '[{"type": "text", "text": "A configurator is a set of rules with a face. We write the rules down with your engineers, test them against real orders, and only then draw the face."},
       {"type": "list", "title": "Included", "items": ["A rule model that your product owners can read", "Prices and delivery times as you type", "Hand-over to ERP or shop as structured data"]}]'),
    ('01930000-0000-7000-8000-00000000e003', 'workflow-automation', 3, 'Workflow automation',
     'What happens twice should happen by itself',
     'We connect the tools you already have, so that enquiries, approvals and reports move without anybody copying cells from one window to another.',
     '[{"type": "text", "text": "We begin with one process that annoys somebody every day. After two weeks it runs by itself, visibly, with a log of every step and a way to take it back."},
       {"type": "quote", "text": "The Monday report used to cost me Monday.", "by": "Head of operations, logistics client"}]'),
    ('01930000-0000-7000-8000-00000000e004', 'brand-motion', 4, 'Brand and motion design',
     'A mark that knows how to move',
     'Identity systems made for screens: typography, colour and motion as one set of rules, delivered as tokens that designers and developers share.',
     '{"blocks": [{"type": "text", "text": "Motion is the part of a brand that people feel and nobody can name. We define how things enter, leave and react, and write it down so precisely that it survives the next redesign."}], "deliverables": ["Motion principles", "Design tokens", "Component library"]}'),
    ('01930000-0000-7000-8000-00000000e005', 'performance-audits', 5, 'Performance audits',
     'Two weeks, one ranked list',
     'We measure your site where your customers are, find what costs the most, and leave you a list ordered by effect and effort.',
     '[{"type": "text", "text": "Every finding comes with the measurement that led to it, the change that we propose, and what we expect from it. Where a fix takes less than an hour, we make it on the spot."},
       {"type": "stats", "items": [{"label": "Findings per audit", "value": "24"}, {"label": "Fixed on the spot", "value": "a third"}]}]')
  ) AS offered (id, slug, place, title, tagline, description, content)
ON CONFLICT DO NOTHING;

INSERT INTO projects (id, company_id, slug, title, summary, hero_asset, content, metrics, tags, published, featured,
                      created_at, updated_at)
VALUES
  ('01930000-0000-7000-8000-00000000b001', '01930000-0000-7000-8000-00000000c001', 'northwind-cell-configurator',
   'A robot cell you can walk around before it exists',
   'Northwind Robotics sells picking cells that are never the same twice. Their customers now plan a cell in the browser, see it move at true speed, and ask for an offer that engineering no longer has to redraw.',
   'https://cdn.kairo.example/models/northwind-cell.glb',
   '[{"type": "heading", "text": "The problem"},
     {"type": "text", "text": "Between the first call and the first drawing lay eleven days. Half of the offers were for cells that could not be built as wished, and nobody found out before the eleventh day."},
     {"type": "heading", "text": "What we made"},
     {"type": "text", "text": "A configurator that knows reach, load and floor space. Every arm moves with its real acceleration, so what looks fast enough is fast enough. An impossible wish is answered at once, with the closest cell that can be built."},
     {"type": "image", "url": "https://cdn.kairo.example/images/northwind-reach.webp", "alt": "Reach envelope of two robot arms over a conveyor", "width": 1920, "height": 1080},
     {"type": "quote", "text": "Our sales people stopped drawing on napkins. So did our customers.", "by": "Head of sales, Northwind Robotics"}]',
   '{"leadTime": "11 days to 40 minutes", "qualifiedEnquiries": "+64 %", "modelSize": "1.8 MB"}',
   '{webgl,configurator,robotics}', true, true, now() - interval '75 days', now() - interval '20 days'),
  ('01930000-0000-7000-8000-00000000b002', NULL, 'tidewater-museum',
   'Ninety thousand objects and one calm page',
   'The Tidewater Museum wanted its whole collection online without turning it into a spreadsheet. Visitors now drift through it by colour, by coast and by century, and stay.',
   'https://cdn.kairo.example/images/tidewater-hero.webp',
   '[{"type": "heading", "text": "Drifting instead of searching"},
     {"type": "text", "text": "Most visitors of a collection do not know what they look for. So the page begins with a single object and offers three ways on: something of the same colour, from the same coast, of the same age. Search is one key away for those who do know."},
     {"type": "gallery", "items": [{"url": "https://cdn.kairo.example/images/tidewater-blue.webp", "alt": "Six blue glass floats"}, {"url": "https://cdn.kairo.example/images/tidewater-charts.webp", "alt": "Hand-drawn sea charts of the 1840s"}]},
     {"type": "text", "text": "Behind it stands a static site that is built at night, with images cut for eleven sizes of screen. The museum pays less for hosting than for the plant in its lobby."}]',
   '{"medianVisit": "7 min 20 s", "objectsPerVisit": 31, "lighthouse": 99}',
   '{museum,editorial,static}', true, false, now() - interval '50 days', now() - interval '45 days'),
  ('01930000-0000-7000-8000-00000000b003', NULL, 'loom-and-ladder',
   'A furniture shop that answers its own mail',
   'Loom & Ladder builds shelves to measure. Four people answered six hundred enquiries a month by hand; today an automation answers the simple ones, and the four have time for the others.',
   'https://cdn.kairo.example/images/loom-hero.webp',
   '[{"type": "heading", "text": "Sorting before writing"},
     {"type": "text", "text": "We read a month of enquiries together with the people who answered them. Seven questions made up two thirds. Each became a short flow with a clear rule for when a person has to look."},
     {"type": "list", "title": "What runs by itself", "items": ["Delivery times and prices of standard sizes", "Samples of wood and oil", "A reminder when an offer was not answered for ten days"]},
     {"type": "stats", "items": [{"label": "Answered within five minutes", "value": "68 %"}, {"label": "Handed to a person", "value": "32 %"}]}]',
   '{"firstAnswer": "9 h to 4 min", "hoursSavedPerMonth": 85, "repeatOrders": "+17 %"}',
   '{automation,commerce}', true, true, now() - interval '28 days', now() - interval '12 days'),
  ('01930000-0000-7000-8000-00000000b004', '01930000-0000-7000-8000-00000000c001', 'northwind-service-portal',
   'A service portal for Northwind',
   'Work in progress: spare parts, maintenance plans and remote support for every cell that was ever delivered, found through the number on its frame.',
   NULL,
   '[{"type": "heading", "text": "Where we are"},
     {"type": "text", "text": "Part look-up works on real data. Maintenance plans follow in the next sprint; remote support waits for the decision about the gateway."}]',
   NULL, '{portal,robotics}', false, false, now() - interval '9 days', now() - interval '1 day')
ON CONFLICT DO NOTHING;

INSERT INTO leads (id, name, email, message, phone, company, source, utm_source, utm_medium, utm_campaign, metadata,
                   status, status_reason, created_at, updated_at)
SELECT ('01930000-0000-7000-8000-00000000d0' || lpad(number::text, 2, '0'))::uuid, name, email, message, phone, company,
       source, utm_source, utm_medium, utm_campaign, metadata::jsonb, status::"LeadStatus", reason,
       now() - came, now() - moved
  FROM (VALUES
    (1, 'NEW', NULL, interval '40 minutes', interval '40 minutes', 'Priya Raman', 'priya.raman@lumen-labs.example',
     'We make sensors the size of a grain of rice, and nobody believes the photographs. Could you build a page where people zoom from the wafer down to a single sensor? The launch is in March.',
     '+44 20 7946 0142', 'Lumen Labs', 'CONTACT_FORM', 'google', 'cpc', 'web-3d-autumn', '{"page": "/services/web-3d", "locale": "en-GB"}'),
    (2, 'NEW', NULL, interval '5 hours', interval '5 hours', 'Jonas Ekström', 'jonas@fjordline.example',
     'Hello, how long does a performance audit take, and may we choose the pages ourselves?',
     NULL, NULL, 'CHAT', NULL, NULL, NULL, '{"page": "/services/performance-audits", "locale": "sv-SE"}'),
    (3, 'NEW', NULL, interval '1 day', interval '1 day', 'Wanjiru Kamau', 'wanjiru@savanna-grid.example',
     'I have just made an account to look at the automation editor. Is there a way to try it with our own webhook before we talk about money?',
     NULL, 'Savanna Grid', 'PLATFORM_SIGNUP', 'newsletter', 'email', 'automation-launch', NULL),
    (4, 'CONTACTED', NULL, interval '3 days', interval '2 days', 'Etienne Moreau', 'e.moreau@atelier-nord.example',
     'Our brand has a beautiful book and an ugly website. We would like to know what it costs to bring the two together, motion included.',
     '+33 1 99 00 12 34', 'Atelier Nord', 'CONTACT_FORM', 'behance', 'referral', NULL, '{"page": "/services/brand-motion", "locale": "fr-FR"}'),
    (5, 'CONTACTED', NULL, interval '6 days', interval '4 days', 'Sofia Lindqvist', 'sofia@baltic-bikes.example',
     'We sell cargo bikes in 212 variants and lose people on the third page of our form. Your robot cell looks like what we need, only with wheels.',
     '+46 8 123 456 78', 'Baltic Bikes', 'CONTACT_FORM', 'linkedin', 'social', 'case-northwind', '{"page": "/projects/northwind-cell-configurator", "locale": "en-US"}'),
    (6, 'QUALIFIED', NULL, interval '12 days', interval '3 days', 'Dr. Amara Nwosu', 'amara.nwosu@kestrel-health.example',
     'We need an anatomical viewer for patient education: six organs, twelve languages, and it has to run on the tablets in our clinics, which are not new. The budget is approved.',
     '+1 202 555 0178', 'Kestrel Health', 'CONTACT_FORM', 'google', 'organic', NULL, '{"page": "/services/web-3d", "budget": "60-80k EUR", "locale": "en-US"}'),
    (7, 'QUALIFIED', NULL, interval '16 days', interval '7 days', 'Marek Nowak', 'marek@granit-press.example',
     'Forty magazines, one editorial team, and every issue is built by hand. We want to automate proofs and approvals before the summer.',
     NULL, 'Granit Press', 'CHAT', 'google', 'cpc', 'automation-brand', NULL),
    (8, 'CONVERTED', NULL, interval '121 days', interval '119 days', 'Mirre van Dalen', 'mirre@northwind-robotics.example',
     'Our customers want to see their cell before they sign. Can that be done in a browser, with true speeds?',
     '+31 10 555 01 23', 'Northwind Robotics', 'CONTACT_FORM', 'google', 'organic', NULL, '{"page": "/", "locale": "nl-NL"}'),
    (9, 'LOST', 'Chose a studio in their own city; asked us to come back for the second phase.', interval '34 days', interval '15 days',
     'Hannah Weiss', 'h.weiss@alpenglow.example',
     'We plan a virtual tour of our three hotels and would like an offer by the end of the month.',
     '+43 1 234 56 78', 'Alpenglow Hotels', 'CONTACT_FORM', 'bing', 'cpc', 'web-3d-summer', '{"page": "/services/web-3d", "locale": "de-AT"}'),
    (10, 'LOST', 'No answer to three messages in four weeks.', interval '62 days', interval '30 days',
     'Luca Ferri', 'luca@example.com', 'Interested in a shop with 3D products. Please send prices.',
     NULL, NULL, 'CHAT', 'instagram', 'social', 'spring-reel', NULL)
  ) AS written (number, status, reason, came, moved, name, email, message, phone, company, source, utm_source,
                utm_medium, utm_campaign, metadata)
ON CONFLICT DO NOTHING;

-- What happened to them, as their rows tell it.
INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, body, text)
SELECT (told.place || right(lead.id::text, 2))::uuid, lead.id, told.at, told.kind, 'system', told.body, told.text
  FROM leads AS lead
 CROSS JOIN LATERAL (VALUES
   ('01930000-0000-7000-8000-00000000e1', lead.created_at, 'created', jsonb_build_object('source', lead.source), NULL),
   ('01930000-0000-7000-8000-00000000e2', lead.updated_at - interval '1 hour', 'noted', '{}',
    CASE lead.id::text
      WHEN '01930000-0000-7000-8000-00000000d005' THEN 'Called. She sends the list of variants; an offer makes no sense before we have seen it.'
      WHEN '01930000-0000-7000-8000-00000000d006' THEN 'The tablets are from 2019. We measure on one of them before we promise a frame rate.'
    END),
   ('01930000-0000-7000-8000-00000000e3', lead.updated_at, 'status_changed',
    jsonb_build_object('from', CASE lead.status WHEN 'CONVERTED' THEN 'QUALIFIED' ELSE 'NEW' END, 'to', lead.status,
                       'reason', lead.status_reason), NULL)
 ) AS told (place, at, kind, body, text)
 WHERE starts_with(lead.id::text, '01930000-0000-7000-8000-00000000d0')
   AND (told.kind <> 'noted' OR told.text IS NOT NULL)
   AND (told.kind <> 'status_changed' OR lead.status <> 'NEW')
ON CONFLICT DO NOTHING;

-- The owners are looked up by address: where an account with it was there before, it keeps its own id.
INSERT INTO automations (id, user_id, title, description, flow, status, execution_count, last_executed_at,
                         created_at, updated_at)
SELECT drawn.id::uuid, owner.id, drawn.title, drawn.description, drawn.flow::jsonb, drawn.status::"AutoStatus",
       drawn.runs, now() - drawn.last, now() - interval '25 days', now() - drawn.edited
  FROM (VALUES
    ('01930000-0000-7000-8000-00000000f001', 'team@kairo.example', 'ACTIVE', 4, interval '40 minutes', interval '10 days',
     'Answer new leads and remind ourselves',
     'Writes back to everybody within a minute, tells the team about leads that name a company, and reminds us after two days when nobody has moved the lead.',
     '{"nodes": [
        {"id": "lead-created", "type": "trigger.event", "position": {"x": 0, "y": 160},
         "data": {"label": "A lead comes in", "params": {"event": "lead.created", "filter": "trigger.lead.source != \"PLATFORM_SIGNUP\""}}},
        {"id": "thank", "type": "email.send", "position": {"x": 280, "y": 160},
         "data": {"label": "Thank the sender", "retry": {"attempts": 5}, "timeoutSeconds": 30,
                  "params": {"to": "{{ trigger.lead.email }}", "subject": "We have your message, {{ trigger.lead.name }}",
                             "text": "Thank you for writing to us. Somebody who can answer will read your message today, and you will hear from us within one working day.\n\nKairo Studio"}}},
        {"id": "has-company", "type": "if", "position": {"x": 560, "y": 160},
         "data": {"label": "Names a company?", "params": {"condition": "trigger.lead.company is not none"}}},
        {"id": "tell-team", "type": "email.send", "position": {"x": 840, "y": 60},
         "data": {"label": "Tell the team", "onError": "continue",
                  "params": {"to": "team@kairo.example", "subject": "New lead from {{ trigger.lead.company }}",
                             "text": "{{ trigger.lead.name }} wrote through {{ trigger.lead.source }}. The message is in the console."}}},
        {"id": "wait", "type": "wait", "position": {"x": 840, "y": 260},
         "data": {"label": "Two days", "params": {"days": 2}}},
        {"id": "note", "type": "lead.note", "position": {"x": 1120, "y": 260},
         "data": {"label": "Leave a reminder", "params": {"lead": "{{ trigger.lead.id }}", "text": "Two days old. Has anybody called?"}}},
        {"id": "why", "type": "note", "position": {"x": 560, "y": 400},
         "data": {"label": "Leads without a company wait first: most of them are students with a question."}}
      ],
      "edges": [
        {"id": "e1", "source": "lead-created", "target": "thank", "sourceHandle": null, "targetHandle": null},
        {"id": "e2", "source": "thank", "target": "has-company", "sourceHandle": null, "targetHandle": null},
        {"id": "e3", "source": "has-company", "target": "tell-team", "sourceHandle": "true", "targetHandle": null},
        {"id": "e4", "source": "has-company", "target": "wait", "sourceHandle": "false", "targetHandle": null},
        {"id": "e5", "source": "wait", "target": "note", "sourceHandle": null, "targetHandle": null}
      ],
      "viewport": {"x": 40, "y": 20, "zoom": 0.8}}'),
    ('01930000-0000-7000-8000-00000000f002', 'client@kairo.example', 'DRAFT', 1, interval '6 days', interval '5 days',
     'Tell the newsroom when a case study goes live',
     'The website calls when one of our projects is published: the newsroom hears of it, and our intranet gets the link.',
     '{"nodes": [
        {"id": "published", "type": "trigger.webhook", "position": {"x": 0, "y": 100},
         "data": {"label": "The website calls", "params": {}}},
        {"id": "announce", "type": "http.request", "position": {"x": 280, "y": 100},
         "data": {"label": "Post to the intranet", "retry": {"attempts": 3}, "timeoutSeconds": 10,
                  "params": {"method": "POST", "url": "https://intranet.northwind-robotics.example/hooks/news",
                             "body": {"title": "{{ trigger.body.title }}", "link": "https://kairo.example/projects/{{ trigger.body.slug }}"}}}},
        {"id": "tell", "type": "email.send", "position": {"x": 560, "y": 40},
         "data": {"label": "Write to the newsroom",
                  "params": {"to": "newsroom@northwind-robotics.example", "subject": "Live: {{ trigger.body.title }}",
                             "text": "Our project with Kairo Studio is online. The intranet has the link."}}},
        {"id": "give-up", "type": "fail", "position": {"x": 560, "y": 200},
         "data": {"label": "Intranet is down", "params": {"message": "The intranet did not take the news; post it by hand."}}}
      ],
      "edges": [
        {"id": "e1", "source": "published", "target": "announce", "sourceHandle": null, "targetHandle": null},
        {"id": "e2", "source": "announce", "target": "tell", "sourceHandle": null, "targetHandle": null},
        {"id": "e3", "source": "announce", "target": "give-up", "sourceHandle": "error", "targetHandle": null}
      ],
      "viewport": {"x": 0, "y": 0, "zoom": 1}}')
  ) AS drawn (id, address, status, runs, last, edited, title, description, flow)
  JOIN users AS owner ON lower(owner.email) = drawn.address AND owner.deleted_at IS NULL
ON CONFLICT DO NOTHING;

-- What fires is found by its triggers.
INSERT INTO kairo.automation_triggers (automation_id, node, kind, event)
SELECT id, 'lead-created', 'event', 'lead.created' FROM automations
 WHERE id = '01930000-0000-7000-8000-00000000f001' AND status = 'ACTIVE' AND deleted_at IS NULL
   AND flow -> 'nodes' @> '[{"id": "lead-created"}]'
ON CONFLICT DO NOTHING;

-- Only beside an automation that is there. The one that has not ended sits in the two-day wait of its flow.
INSERT INTO automation_runs (id, automation_id, status, phase, started_at, due_at, completed_at, duration_ms, logs,
                             error)
SELECT ran.id::uuid, flow.id, ran.status::"RunStatus", ran.phase, now() - ran.ago,
       CASE ran.phase WHEN 'WAITING' THEN now() - ran.ago + interval '2 days' END,
       now() - ran.ago + ran.milliseconds * interval '1 millisecond', ran.milliseconds, ran.logs::jsonb, ran.error
  FROM (VALUES
    ('01930000-0000-7000-8000-000000009001', '01930000-0000-7000-8000-00000000f001', 'SUCCESS', 'SUCCESS',
     interval '6 days', 1840::bigint, NULL,
     '[{"node": "thank", "level": "info", "message": "sent", "attempt": 1}, {"node": "has-company", "level": "info", "message": "took port true"}, {"node": "tell-team", "level": "info", "message": "sent", "attempt": 1}]'),
    ('01930000-0000-7000-8000-000000009002', '01930000-0000-7000-8000-00000000f001', 'FAILED', 'FAILED',
     interval '3 days', 94210, 'thank: the mail server refused the message five times (451 greylisted)',
     '[{"node": "thank", "level": "warn", "message": "451 greylisted, trying again", "attempt": 1}, {"node": "thank", "level": "error", "message": "451 greylisted, giving up", "attempt": 5}]'),
    ('01930000-0000-7000-8000-000000009003', '01930000-0000-7000-8000-00000000f001', 'RUNNING', 'WAITING',
     interval '5 hours', NULL, NULL,
     '[{"node": "thank", "level": "info", "message": "sent", "attempt": 1}, {"node": "has-company", "level": "info", "message": "took port false"}, {"node": "wait", "level": "info", "message": "waiting for two days"}]'),
    ('01930000-0000-7000-8000-000000009004', '01930000-0000-7000-8000-00000000f001', 'SUCCESS', 'SUCCESS',
     interval '40 minutes', 1310, NULL,
     '[{"node": "thank", "level": "info", "message": "sent", "attempt": 1}, {"node": "has-company", "level": "info", "message": "took port true"}, {"node": "tell-team", "level": "info", "message": "sent", "attempt": 1}]'),
    ('01930000-0000-7000-8000-000000009005', '01930000-0000-7000-8000-00000000f002', 'FAILED', 'CANCELLED',
     interval '6 days', 14030, 'cancelled by its owner',
     '[{"node": "announce", "level": "warn", "message": "no answer within 10 s, trying again", "attempt": 1}]')
  ) AS ran (id, automation, status, phase, ago, milliseconds, error, logs)
  JOIN automations AS flow ON flow.id = ran.automation::uuid
ON CONFLICT DO NOTHING;
