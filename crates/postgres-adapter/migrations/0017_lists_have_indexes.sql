-- What lists of users and companies, and of the journal, filter and sort by. Text is ordered by code points, as for
-- leads: a query says `email COLLATE "C"`.

-- users
CREATE INDEX idx_users_email_order ON users (email COLLATE "C", id) WHERE deleted_at IS NULL;
CREATE INDEX idx_users_updated ON users (updated_at DESC, id DESC) WHERE deleted_at IS NULL;
-- Few are suspended at any time.
CREATE INDEX idx_users_suspended ON users (created_at DESC, id DESC)
  WHERE suspended_at IS NOT NULL AND deleted_at IS NULL;

-- companies; idx_companies_name is the seed's and in the order of the database's language.
CREATE INDEX idx_companies_name_order ON companies (name COLLATE "C", id) WHERE deleted_at IS NULL;
CREATE INDEX idx_companies_updated ON companies (updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX idx_companies_industry ON companies (industry, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- The journal is read in the order of its numbers, whatever it is filtered by. A subject is an id, so it needs no kind
-- beside it.
DROP INDEX kairo.idx_journal_subject;
CREATE INDEX idx_journal_subject ON kairo.journal (subject, seq DESC);
CREATE INDEX idx_journal_resource ON kairo.journal (resource, seq DESC);
CREATE INDEX idx_journal_event ON kairo.journal (event, seq DESC);
CREATE INDEX idx_journal_actor_kind ON kairo.journal (actor, seq DESC);

-- Search, as over leads.
DO $$
DECLARE
  home CONSTANT text := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                          WHERE e.extname = 'pg_trgm');
BEGIN
  EXECUTE format(
    $sql$CREATE INDEX idx_users_search ON users
           USING GIN (lower(coalesce(name, '') || ' ' || email) %I.gin_trgm_ops) WHERE deleted_at IS NULL$sql$,
    home
  );
  EXECUTE format(
    'CREATE INDEX idx_companies_search ON companies USING GIN (lower(name) %I.gin_trgm_ops) WHERE deleted_at IS NULL',
    home
  );
END
$$;
