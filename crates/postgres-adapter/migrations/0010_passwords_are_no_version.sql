-- A password is no part of the user that readers see, and none of its versions: the program sets one beside a row whose
-- version somebody holds already, and that version must stay good. Changes made by hand count as before (K5, K19).

DROP TRIGGER raise_version ON users;
CREATE TRIGGER raise_version BEFORE UPDATE ON users
  FOR EACH ROW WHEN (
    NEW.version = OLD.version
    AND (NEW.password_hash = OLD.password_hash OR nullif(current_setting('kairo.actor', true), '') IS NULL)
  ) EXECUTE FUNCTION kairo.raise_version();

DROP TRIGGER move_updated_at ON users;
CREATE TRIGGER move_updated_at BEFORE UPDATE ON users
  FOR EACH ROW WHEN (
    NEW.updated_at = OLD.updated_at
    AND (NEW.password_hash = OLD.password_hash OR nullif(current_setting('kairo.actor', true), '') IS NULL)
  ) EXECUTE FUNCTION kairo.move_updated_at();
