-- The planner takes no statistics from a partial index. Without them it thinks that every address is that of one lead
-- in 200, and walks all leads, newest first, until it has met a page of them: for a rare address, the whole table.

DROP INDEX idx_leads_email_lower;
CREATE INDEX idx_leads_email_lower ON leads (lower(email));
