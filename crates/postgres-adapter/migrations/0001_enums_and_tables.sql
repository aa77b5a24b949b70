-- The nine tables of the seed, companies first since users refer to them. The K numbers are the rules of
-- docs/data-model.md, where the two halves of the seed disagree.
--
-- Columns the seed does not know stand last, under their own comment. Each is nullable or has a default, so that an
-- INSERT written for the seed is still valid (K19).

DO $$
BEGIN
  -- Definer functions run as whoever made them, and the policies name this role.
  IF current_user <> 'kairo_owner' THEN
    RAISE EXCEPTION 'migrations run as kairo_owner, not as %', current_user;
  END IF;
END
$$;

-- Every role is a member of PUBLIC, the powerless gate too.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Prisma's own names (K6): a client generated from the seed's models casts its parameters to exactly these.
CREATE TYPE "Role" AS ENUM ('ADMIN', 'TEAM', 'CLIENT');
CREATE TYPE "AutoStatus" AS ENUM ('DRAFT', 'ACTIVE', 'PAUSED', 'ARCHIVED');
CREATE TYPE "RunStatus" AS ENUM ('RUNNING', 'SUCCESS', 'FAILED');
CREATE TYPE "AssetType" AS ENUM ('MODEL', 'TEXTURE', 'IMAGE', 'VIDEO');
CREATE TYPE "LeadStatus" AS ENUM ('NEW', 'CONTACTED', 'QUALIFIED', 'CONVERTED', 'LOST');

CREATE TABLE companies (
  id         UUID        NOT NULL DEFAULT gen_random_uuid(),
  name       TEXT        NOT NULL,
  website    TEXT,
  industry   TEXT,
  logo_url   TEXT,
  metadata   JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  version    INTEGER     NOT NULL DEFAULT 1,
  deleted_at TIMESTAMPTZ,

  CONSTRAINT companies_pkey PRIMARY KEY (id),
  CONSTRAINT companies_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT companies_website_check CHECK (website ~* '^https?://[^[:space:]]+$' AND char_length(website) <= 2048),
  CONSTRAINT companies_industry_check CHECK (char_length(industry) <= 200),
  CONSTRAINT companies_logo_url_check CHECK (char_length(logo_url) <= 2048),
  -- JSON's own null is refused: absence has one form, and it is SQL's.
  CONSTRAINT companies_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT companies_version_check CHECK (version >= 1)
);

CREATE TABLE users (
  id            UUID        NOT NULL DEFAULT gen_random_uuid(),
  email         TEXT        NOT NULL,
  -- No default, as in the seed; a trigger fills in the unusable hash where a role may not name the column (K18).
  password_hash TEXT        NOT NULL,
  name          TEXT,
  role          "Role"      NOT NULL DEFAULT 'CLIENT',
  company_id    UUID,
  avatar_url    TEXT,
  created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  version           INTEGER NOT NULL DEFAULT 1,
  deleted_at        TIMESTAMPTZ,
  email_verified_at TIMESTAMPTZ,
  suspended_at      TIMESTAMPTZ,

  CONSTRAINT users_pkey PRIMARY KEY (id),
  -- Case-sensitive, and so no rule of its own: Prisma's upsert says ON CONFLICT (email) and needs it (K11).
  CONSTRAINT users_email_key UNIQUE (email),
  CONSTRAINT users_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE SET NULL,
  -- A deleted row's address is `deleted:<id>:<address>`: 45 characters more.
  CONSTRAINT users_email_check CHECK (
    email !~ '^\s|\s$'
    AND char_length(email) BETWEEN 1 AND CASE WHEN starts_with(email, 'deleted:' || id::text || ':') THEN 299 ELSE 254 END
  ),
  CONSTRAINT users_password_hash_check CHECK (password_hash <> ''),
  CONSTRAINT users_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT users_avatar_url_check CHECK (char_length(avatar_url) <= 2048),
  CONSTRAINT users_version_check CHECK (version >= 1)
);

CREATE TABLE projects (
  id         UUID        NOT NULL DEFAULT gen_random_uuid(),
  company_id UUID,
  slug       TEXT        NOT NULL,
  title      TEXT        NOT NULL,
  summary    TEXT        NOT NULL,
  hero_asset TEXT,
  content    JSONB       NOT NULL,
  metrics    JSONB,
  tags       TEXT[]      NOT NULL DEFAULT '{}',
  published  BOOLEAN     NOT NULL DEFAULT false,
  featured   BOOLEAN     NOT NULL DEFAULT false,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  version    INTEGER     NOT NULL DEFAULT 1,
  deleted_at TIMESTAMPTZ,

  CONSTRAINT projects_pkey PRIMARY KEY (id),
  -- Over deleted rows too: a slug stays reserved, so that an old link never shows another project (K20).
  CONSTRAINT projects_slug_key UNIQUE (slug),
  CONSTRAINT projects_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE SET NULL,
  CONSTRAINT projects_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120),
  CONSTRAINT projects_title_check CHECK (char_length(title) BETWEEN 1 AND 200),
  CONSTRAINT projects_summary_check CHECK (char_length(summary) <= 20000),
  CONSTRAINT projects_hero_asset_check CHECK (char_length(hero_asset) <= 2048),
  CONSTRAINT projects_content_check CHECK (jsonb_typeof(content) IN ('array', 'object')),
  CONSTRAINT projects_metrics_check CHECK (jsonb_typeof(metrics) = 'object'),
  CONSTRAINT projects_tags_check CHECK (array_position(tags, NULL) IS NULL),
  CONSTRAINT projects_version_check CHECK (version >= 1)
);

CREATE TABLE services (
  id               UUID        NOT NULL DEFAULT gen_random_uuid(),
  slug             TEXT        NOT NULL,
  title            TEXT        NOT NULL,
  tagline          TEXT,
  description      TEXT        NOT NULL,
  content          JSONB       NOT NULL,
  icon_url         TEXT,
  planet_model_url TEXT,
  featured_order   INTEGER,
  published        BOOLEAN     NOT NULL DEFAULT true,
  created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  version          INTEGER     NOT NULL DEFAULT 1,
  deleted_at       TIMESTAMPTZ,

  CONSTRAINT services_pkey PRIMARY KEY (id),
  CONSTRAINT services_slug_key UNIQUE (slug),
  CONSTRAINT services_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 120),
  CONSTRAINT services_title_check CHECK (char_length(title) BETWEEN 1 AND 200),
  CONSTRAINT services_tagline_check CHECK (char_length(tagline) <= 200),
  CONSTRAINT services_description_check CHECK (char_length(description) <= 20000),
  CONSTRAINT services_content_check CHECK (jsonb_typeof(content) IN ('array', 'object')),
  CONSTRAINT services_icon_url_check CHECK (char_length(icon_url) <= 2048),
  CONSTRAINT services_planet_model_url_check CHECK (char_length(planet_model_url) <= 2048),
  CONSTRAINT services_version_check CHECK (version >= 1)
);

CREATE TABLE automations (
  id               UUID         NOT NULL DEFAULT gen_random_uuid(),
  user_id          UUID         NOT NULL,
  title            TEXT         NOT NULL,
  description      TEXT,
  flow             JSONB        NOT NULL,
  status           "AutoStatus" NOT NULL DEFAULT 'DRAFT',
  execution_count  INTEGER      NOT NULL DEFAULT 0,
  last_executed_at TIMESTAMPTZ,
  created_at       TIMESTAMPTZ  NOT NULL DEFAULT now(),
  updated_at       TIMESTAMPTZ  NOT NULL DEFAULT now(),
  -- ours
  version          INTEGER      NOT NULL DEFAULT 1,
  deleted_at       TIMESTAMPTZ,

  CONSTRAINT automations_pkey PRIMARY KEY (id),
  CONSTRAINT automations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT automations_title_check CHECK (char_length(title) BETWEEN 1 AND 200),
  CONSTRAINT automations_description_check CHECK (char_length(description) <= 20000),
  -- Comparing with true turns the NULL of an absent key into a refusal; a trigger completes `{}` beforehand.
  CONSTRAINT automations_flow_check CHECK (
    (jsonb_typeof(flow -> 'nodes') = 'array' AND jsonb_typeof(flow -> 'edges') = 'array') IS TRUE
  ),
  CONSTRAINT automations_execution_count_check CHECK (execution_count >= 0),
  CONSTRAINT automations_version_check CHECK (version >= 1)
);

CREATE TABLE automation_runs (
  id            UUID        NOT NULL DEFAULT gen_random_uuid(),
  automation_id UUID        NOT NULL,
  status        "RunStatus" NOT NULL,
  started_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
  completed_at  TIMESTAMPTZ,
  duration_ms   BIGINT,
  logs          JSONB,
  error         TEXT,
  -- ours
  version       INTEGER     NOT NULL DEFAULT 1,
  phase         TEXT        NOT NULL DEFAULT 'RUNNING',
  -- Raised by every claim: a worker that comes back from the dead holds an older number and writes nothing.
  fence         BIGINT      NOT NULL DEFAULT 0,

  CONSTRAINT automation_runs_pkey PRIMARY KEY (id),
  CONSTRAINT automation_runs_automation_id_fkey
    FOREIGN KEY (automation_id) REFERENCES automations (id) ON DELETE CASCADE,
  CONSTRAINT automation_runs_phase_check
    CHECK (phase IN ('QUEUED', 'RUNNING', 'WAITING', 'SUCCESS', 'FAILED', 'CANCELLED', 'TIMED_OUT')),
  -- End, duration and error exist exactly in the states that have ended. One constraint, since half an end is none.
  CONSTRAINT automation_runs_status_phase_completed_at_check CHECK (
    CASE status
      WHEN 'RUNNING' THEN phase IN ('QUEUED', 'RUNNING', 'WAITING')
        AND completed_at IS NULL AND duration_ms IS NULL AND error IS NULL
      WHEN 'SUCCESS' THEN phase = 'SUCCESS'
        AND completed_at IS NOT NULL AND duration_ms IS NOT NULL AND error IS NULL
      WHEN 'FAILED' THEN phase IN ('FAILED', 'CANCELLED', 'TIMED_OUT')
        AND completed_at IS NOT NULL AND duration_ms IS NOT NULL
    END
  ),
  CONSTRAINT automation_runs_duration_ms_check CHECK (duration_ms >= 0),
  -- A summary, bounded: steps have a table of their own.
  CONSTRAINT automation_runs_logs_check
    CHECK (jsonb_typeof(logs) IN ('array', 'object') AND pg_column_size(logs) <= 1048576),
  CONSTRAINT automation_runs_fence_check CHECK (fence >= 0),
  CONSTRAINT automation_runs_version_check CHECK (version >= 1)
);

CREATE TABLE assets (
  id         UUID        NOT NULL DEFAULT gen_random_uuid(),
  filename   TEXT        NOT NULL,
  url        TEXT        NOT NULL,
  type       "AssetType" NOT NULL,
  size_bytes BIGINT,
  mime_type  TEXT,
  metadata   JSONB,
  tags       TEXT[]      NOT NULL DEFAULT '{}',
  created_by UUID,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  version    INTEGER     NOT NULL DEFAULT 1,
  deleted_at TIMESTAMPTZ,
  company_id UUID,
  -- Private until somebody says otherwise; private without a company means staff and its creator.
  visibility TEXT        NOT NULL DEFAULT 'PRIVATE',

  CONSTRAINT assets_pkey PRIMARY KEY (id),
  CONSTRAINT assets_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
  CONSTRAINT assets_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE SET NULL,
  CONSTRAINT assets_filename_check CHECK (char_length(filename) BETWEEN 1 AND 255),
  CONSTRAINT assets_url_check CHECK (char_length(url) BETWEEN 1 AND 2048),
  CONSTRAINT assets_size_bytes_check CHECK (size_bytes >= 0),
  CONSTRAINT assets_mime_type_check CHECK (char_length(mime_type) <= 255),
  CONSTRAINT assets_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT assets_tags_check CHECK (array_position(tags, NULL) IS NULL),
  CONSTRAINT assets_visibility_check CHECK (visibility IN ('PUBLIC', 'PRIVATE')),
  CONSTRAINT assets_version_check CHECK (version >= 1)
);

CREATE TABLE leads (
  id            UUID         NOT NULL DEFAULT gen_random_uuid(),
  name          TEXT         NOT NULL,
  -- Not unique: people write twice.
  email         TEXT         NOT NULL,
  message       TEXT         NOT NULL,
  phone         TEXT,
  company       TEXT,
  -- Tags of programs and no language: by code points they compare the same under every locale.
  source        TEXT COLLATE "C",
  utm_source    TEXT COLLATE "C",
  utm_medium    TEXT COLLATE "C",
  utm_campaign  TEXT COLLATE "C",
  metadata      JSONB,
  status        "LeadStatus" NOT NULL DEFAULT 'NEW',
  created_at    TIMESTAMPTZ  NOT NULL DEFAULT now(),
  updated_at    TIMESTAMPTZ  NOT NULL DEFAULT now(),
  -- ours
  version       INTEGER      NOT NULL DEFAULT 1,
  deleted_at    TIMESTAMPTZ,
  -- Why the lead was lost or opened again. The application asks for it; a change made by hand may leave it out.
  status_reason TEXT,

  CONSTRAINT leads_pkey PRIMARY KEY (id),
  CONSTRAINT leads_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT leads_email_check CHECK (email !~ '^\s|\s$' AND char_length(email) BETWEEN 1 AND 254),
  CONSTRAINT leads_message_check CHECK (char_length(message) <= 20000),
  CONSTRAINT leads_phone_check CHECK (char_length(phone) <= 40),
  CONSTRAINT leads_company_check CHECK (char_length(company) <= 200),
  CONSTRAINT leads_source_check CHECK (source IN ('CONTACT_FORM', 'PLATFORM_SIGNUP', 'CHAT')),
  CONSTRAINT leads_utm_source_check CHECK (char_length(utm_source) <= 255),
  CONSTRAINT leads_utm_medium_check CHECK (char_length(utm_medium) <= 255),
  CONSTRAINT leads_utm_campaign_check CHECK (char_length(utm_campaign) <= 255),
  CONSTRAINT leads_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT leads_status_reason_check CHECK (char_length(status_reason) <= 1000),
  CONSTRAINT leads_version_check CHECK (version >= 1)
);

CREATE TABLE sessions (
  id            UUID        NOT NULL DEFAULT gen_random_uuid(),
  user_id       UUID        NOT NULL,
  -- The SHA-256 of the token in hex, never the token: who reads this table can sign in as nobody.
  refresh_token TEXT        NOT NULL,
  expires_at    TIMESTAMPTZ NOT NULL,
  ip_address    TEXT,
  user_agent    TEXT,
  created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- ours
  last_used_at  TIMESTAMPTZ,
  revoked_at    TIMESTAMPTZ,

  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_refresh_token_key UNIQUE (refresh_token),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
