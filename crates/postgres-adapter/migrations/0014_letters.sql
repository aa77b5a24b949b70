-- The mails that are owed to somebody. A letter is written in the transaction of the act that owes it, and sent after
-- the commit, so none is lost and none is sent for what never happened. It holds no token: that is made when the mail
-- is written.

CREATE TABLE kairo.letters (
  id         UUID        NOT NULL,
  kind       TEXT        NOT NULL,
  -- What it is about, or the address it goes to when nothing else is known of it.
  subject    UUID,
  address    TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  -- Who takes a letter moves this on: until then it is theirs.
  due_at     TIMESTAMPTZ NOT NULL,
  attempts   INTEGER     NOT NULL DEFAULT 0,

  CONSTRAINT letters_pkey PRIMARY KEY (id),
  CONSTRAINT letters_address_check CHECK (char_length(address) BETWEEN 1 AND 254),
  CONSTRAINT letters_attempts_check CHECK (attempts >= 0)
);

CREATE INDEX idx_letters_created ON kairo.letters (created_at, id);

CREATE FUNCTION kairo.announce_letters() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('kairo_letters', '');
  RETURN NULL;
END
$$;

-- Once for a statement: who listens looks into the table anyway.
CREATE TRIGGER announce_letters AFTER INSERT ON kairo.letters
  FOR EACH STATEMENT EXECUTE FUNCTION kairo.announce_letters();
