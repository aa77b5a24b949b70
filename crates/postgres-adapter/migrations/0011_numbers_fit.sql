-- jsonb holds numbers of any size; clients read them as 64-bit floats. One number that does not fit would make every
-- page with its row unreadable, so it is refused where it is written.

ALTER TABLE companies ADD CONSTRAINT companies_metadata_numbers_check
  CHECK (NOT jsonb_path_exists(metadata, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE projects ADD CONSTRAINT projects_content_numbers_check
  CHECK (NOT jsonb_path_exists(content, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE projects ADD CONSTRAINT projects_metrics_numbers_check
  CHECK (NOT jsonb_path_exists(metrics, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE services ADD CONSTRAINT services_content_numbers_check
  CHECK (NOT jsonb_path_exists(content, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE automations ADD CONSTRAINT automations_flow_numbers_check
  CHECK (NOT jsonb_path_exists(flow, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE automation_runs ADD CONSTRAINT automation_runs_logs_numbers_check
  CHECK (NOT jsonb_path_exists(logs, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE assets ADD CONSTRAINT assets_metadata_numbers_check
  CHECK (NOT jsonb_path_exists(metadata, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
ALTER TABLE leads ADD CONSTRAINT leads_metadata_numbers_check
  CHECK (NOT jsonb_path_exists(metadata, '$.** ? (@.type() == "number" && (@ > 1.7e308 || @ < -1.7e308))'));
