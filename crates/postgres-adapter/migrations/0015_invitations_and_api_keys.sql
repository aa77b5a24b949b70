-- Invitations to become a user, and the keys with which programs act for one.

CREATE TABLE kairo.invitations (
  id           UUID        NOT NULL,
  email        TEXT        NOT NULL,
  role         public."Role" NOT NULL,
  company_id   UUID,
  invited_by   UUID,
  created_at   TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  accepted_at  TIMESTAMPTZ,
  revoked_at   TIMESTAMPTZ,
  -- The team sees invitations of clients only. Under a policy with a condition, an index is used for leakproof
  -- comparisons alone, and lower() is not leakproof; the equality of two texts is.
  email_folded TEXT        NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,

  CONSTRAINT invitations_pkey PRIMARY KEY (id),
  CONSTRAINT invitations_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.companies (id) ON DELETE SET NULL,
  CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users (id) ON DELETE SET NULL,
  CONSTRAINT invitations_email_check CHECK (email !~ '^\s|\s$' AND char_length(email) BETWEEN 1 AND 254)
);

-- One open invitation for an address. An expired one is open too: it is sent again instead of made again.
CREATE UNIQUE INDEX invitations_email_folded_key ON kairo.invitations (email_folded)
  WHERE accepted_at IS NULL AND revoked_at IS NULL;

CREATE INDEX idx_invitations_email ON kairo.invitations (email_folded, created_at DESC, id DESC);
CREATE INDEX idx_invitations_created ON kairo.invitations (created_at DESC, id DESC);
CREATE INDEX idx_invitations_expires ON kairo.invitations (expires_at DESC, id DESC);
CREATE INDEX idx_invitations_role ON kairo.invitations (role, created_at DESC, id DESC);
CREATE INDEX idx_invitations_company ON kairo.invitations (company_id, created_at DESC, id DESC);
-- For the foreign key.
CREATE INDEX idx_invitations_invited_by ON kairo.invitations (invited_by);

CREATE TABLE kairo.api_keys (
  id           UUID        NOT NULL,
  user_id      UUID        NOT NULL,
  name         TEXT        NOT NULL,
  -- How the key begins, for its owner to recognize it; the rest is known as a digest only.
  prefix       TEXT        NOT NULL,
  digest       TEXT        NOT NULL,
  scopes       TEXT[]      NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ,
  revoked_at   TIMESTAMPTZ,

  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_digest_key UNIQUE (digest),
  CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT api_keys_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT api_keys_scopes_check CHECK (array_position(scopes, NULL) IS NULL)
);

CREATE INDEX idx_api_keys_user ON kairo.api_keys (user_id, created_at DESC, id DESC);
-- For the purge.
CREATE INDEX idx_api_keys_expires ON kairo.api_keys (expires_at);
CREATE INDEX idx_api_keys_revoked ON kairo.api_keys (revoked_at) WHERE revoked_at IS NOT NULL;
