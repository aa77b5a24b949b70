-- A refresh token is replaced by its successor with every use. Its digest is kept until the next use, so that an answer
-- that was lost can be given again, and a copy of an old token is recognized.

ALTER TABLE sessions
  ADD COLUMN previous_token TEXT,
  ADD COLUMN rotated_at     TIMESTAMPTZ,
  ADD CONSTRAINT sessions_previous_token_key UNIQUE (previous_token);

-- For the purge; idx_sessions_expires serves those that nobody revoked.
CREATE INDEX idx_sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
