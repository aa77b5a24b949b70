-- What is kept on the way to an account, and of how somebody gets into it. The program itself reads and writes these
-- tables, nobody else. Nothing in them is a secret that could be used as it stands: tokens and codes are digests,
-- passwords are hashes, and the secret of an authenticator app is encrypted with a key that is not in the database.

-- Not users yet: nobody can hold an address that they did not prove to be theirs, so one address may be here any number
-- of times.
CREATE TABLE kairo.sign_ups (
  id            UUID        NOT NULL,
  email         TEXT        NOT NULL,
  name          TEXT,
  password_hash TEXT        NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  expires_at    TIMESTAMPTZ NOT NULL,

  CONSTRAINT sign_ups_pkey PRIMARY KEY (id),
  CONSTRAINT sign_ups_email_check CHECK (email !~ '^\s|\s$' AND char_length(email) BETWEEN 1 AND 254),
  CONSTRAINT sign_ups_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT sign_ups_password_hash_check CHECK (password_hash <> '')
);

CREATE INDEX idx_sign_ups_email ON kairo.sign_ups (lower(email));
CREATE INDEX idx_sign_ups_expires ON kairo.sign_ups (expires_at);

CREATE TABLE kairo.email_changes (
  id               UUID        NOT NULL,
  user_id          UUID        NOT NULL,
  new_email        TEXT        NOT NULL,
  created_at       TIMESTAMPTZ NOT NULL,
  expires_at       TIMESTAMPTZ NOT NULL,
  old_confirmed_at TIMESTAMPTZ,
  new_confirmed_at TIMESTAMPTZ,

  CONSTRAINT email_changes_pkey PRIMARY KEY (id),
  -- The last wish counts.
  CONSTRAINT email_changes_user_id_key UNIQUE (user_id),
  CONSTRAINT email_changes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT email_changes_new_email_check CHECK (new_email !~ '^\s|\s$' AND char_length(new_email) BETWEEN 1 AND 254)
);

CREATE INDEX idx_email_changes_expires ON kairo.email_changes (expires_at);

-- The tokens in mails. What a token is about has no foreign key, since it is one of several tables; a token without its
-- subject is good for nothing and ends with its time.
CREATE TABLE kairo.one_time_tokens (
  digest     TEXT        NOT NULL,
  purpose    TEXT        NOT NULL,
  subject    UUID        NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,

  CONSTRAINT one_time_tokens_pkey PRIMARY KEY (digest)
);

CREATE INDEX idx_one_time_tokens_subject ON kairo.one_time_tokens (subject, purpose);
CREATE INDEX idx_one_time_tokens_expires ON kairo.one_time_tokens (expires_at);

CREATE TABLE kairo.second_factors (
  user_id       UUID        NOT NULL,
  sealed_secret TEXT        NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  confirmed_at  TIMESTAMPTZ,
  -- The time step of the last code: an older one is not taken any more.
  last_step     BIGINT,
  -- Digests of the codes that are left.
  recovery      TEXT[]      NOT NULL,

  CONSTRAINT second_factors_pkey PRIMARY KEY (user_id),
  CONSTRAINT second_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
  CONSTRAINT second_factors_recovery_check CHECK (array_position(recovery, NULL) IS NULL)
);

-- Failed attempts to sign in. The key is a digest: whoever reads this table learns no address.
CREATE TABLE kairo.attempts (
  key      TEXT        NOT NULL,
  -- Wide enough that nobody ever counts to its end.
  failures BIGINT      NOT NULL,
  last_at  TIMESTAMPTZ NOT NULL,

  CONSTRAINT attempts_pkey PRIMARY KEY (key),
  CONSTRAINT attempts_failures_check CHECK (failures >= 1)
);

CREATE INDEX idx_attempts_last ON kairo.attempts (last_at);
