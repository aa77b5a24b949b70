-- One index per purpose. The seed's names stay, also where the index became stricter than the seed's.
--
-- Four indexes of the seed are left out, since each repeats a UNIQUE constraint (K10):
--   idx_users_email     repeats users_email_key
--   idx_projects_slug   repeats projects_slug_key
--   idx_services_slug   repeats services_slug_key
--   idx_sessions_token  repeats sessions_refresh_token_key
--
-- Lists are read in keyset pages, so an order ends with the id. Indexes with the seed's names cover deleted rows too,
-- because the seed's own queries do not know deleted_at; ours are partial.

-- companies
CREATE INDEX idx_companies_name ON companies (name, id);
CREATE INDEX idx_companies_created ON companies (created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- users. Uniqueness that ignores case, among those who are not deleted (K11); it serves the look-up at sign-in as well.
CREATE UNIQUE INDEX users_email_lower_key ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX idx_users_role ON users (role);
CREATE INDEX idx_users_company ON users (company_id);
CREATE INDEX idx_users_created ON users (created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- projects. `(published, created_at)` as the prose asks for it is not chosen once most rows are published; this is (K9).
CREATE INDEX idx_projects_published ON projects (created_at DESC, id DESC) WHERE published AND deleted_at IS NULL;
CREATE INDEX idx_projects_featured ON projects (created_at DESC, id DESC) WHERE featured AND deleted_at IS NULL;
CREATE INDEX idx_projects_created ON projects (created_at DESC, id DESC);
CREATE INDEX idx_projects_company ON projects (company_id, created_at DESC, id DESC);
CREATE INDEX idx_projects_content_gin ON projects USING GIN (content);
CREATE INDEX idx_projects_tags_gin ON projects USING GIN (tags);

-- services, in the order in which they are shown; NULLS LAST is what ascending means.
CREATE INDEX idx_services_published ON services (featured_order, id) WHERE published AND deleted_at IS NULL;
CREATE INDEX idx_services_created ON services (created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- automations
CREATE INDEX idx_automations_user ON automations (user_id, created_at DESC, id DESC);
CREATE INDEX idx_automations_user_status ON automations (user_id, status, created_at DESC, id DESC);
CREATE INDEX idx_automations_status ON automations (status, created_at DESC, id DESC);
CREATE INDEX idx_automations_created ON automations (created_at DESC, id DESC);
CREATE INDEX idx_automations_flow_gin ON automations USING GIN (flow);

-- automation_runs
CREATE INDEX idx_runs_automation ON automation_runs (automation_id, started_at DESC, id DESC);
CREATE INDEX idx_runs_status ON automation_runs (status, started_at DESC, id DESC);
CREATE INDEX idx_runs_started ON automation_runs (started_at DESC, id DESC);

-- assets
CREATE INDEX idx_assets_type ON assets (type, created_at DESC, id DESC);
CREATE INDEX idx_assets_created ON assets (created_at DESC, id DESC);
CREATE INDEX idx_assets_created_by ON assets (created_by, created_at DESC, id DESC);
CREATE INDEX idx_assets_company ON assets (company_id, created_at DESC, id DESC);
CREATE INDEX idx_assets_public ON assets (created_at DESC, id DESC) WHERE visibility = 'PUBLIC' AND deleted_at IS NULL;
CREATE INDEX idx_assets_tags_gin ON assets USING GIN (tags);

-- leads. Two on the address: a client of the seed compares it as it stands, the program without case.
CREATE INDEX idx_leads_email ON leads (email);
CREATE INDEX idx_leads_email_lower ON leads (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX idx_leads_status ON leads (status, created_at DESC, id DESC);
CREATE INDEX idx_leads_created ON leads (created_at DESC, id DESC);
CREATE INDEX idx_leads_updated ON leads (updated_at DESC, id DESC) WHERE deleted_at IS NULL;
-- The program orders text by code points, whatever the locale of the database, and so that a cursor means the same
-- everywhere: a query that wants these two says `name COLLATE "C"`, which serves prefixes as well.
CREATE INDEX idx_leads_name ON leads (name COLLATE "C", id) WHERE deleted_at IS NULL;
CREATE INDEX idx_leads_company ON leads (company COLLATE "C", id) WHERE deleted_at IS NULL;
CREATE INDEX idx_leads_source ON leads (source, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX idx_leads_utm_source ON leads (utm_source, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX idx_leads_utm_campaign ON leads (utm_campaign, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- sessions
CREATE INDEX idx_sessions_user ON sessions (user_id, created_at DESC, id DESC);
CREATE INDEX idx_sessions_expires ON sessions (expires_at);

-- Search over leads: `LIKE '%term%'` on this very expression, term in lower case. Terms below three characters have no
-- trigram and read the whole index. A filter on a part of one field (`company` contains) finds its candidates here too.
--
-- LIKE and lower() are not leakproof, and neither is the equality of enums: under a policy with a condition of its own
-- the planner may not use them on an index. So staff read this table under `using (true)`, and queries name deleted_at.
DO $$
DECLARE
  -- Managed databases keep extensions in a schema of their own.
  home CONSTANT text := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                          WHERE e.extname = 'pg_trgm');
BEGIN
  EXECUTE format(
    $sql$CREATE INDEX idx_leads_search ON leads
           USING GIN (lower(name || ' ' || email || ' ' || coalesce(company, '') || ' ' || message) %I.gin_trgm_ops)
           WHERE deleted_at IS NULL$sql$,
    home
  );
END
$$;
