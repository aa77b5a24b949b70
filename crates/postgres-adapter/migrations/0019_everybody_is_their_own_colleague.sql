-- A user without a company is nobody's colleague, and still its own: the third arm compared two absent companies and
-- found them the same, the second found them different.
CREATE OR REPLACE VIEW kairo.colleagues WITH (security_barrier) AS
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user IN ('kairo_admin', 'kairo_team', 'kairo_system')
UNION ALL
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user NOT IN ('kairo_admin', 'kairo_team', 'kairo_system')
     AND company_id = (SELECT nullif(current_setting('kairo.company', true), '')::uuid)
UNION ALL
  SELECT id, name, avatar_url, company_id
    FROM public.users
   WHERE deleted_at IS NULL
     AND current_user NOT IN ('kairo_admin', 'kairo_team', 'kairo_system')
     AND id = (SELECT nullif(current_setting('kairo.user', true), '')::uuid)
     AND (company_id = (SELECT nullif(current_setting('kairo.company', true), '')::uuid)) IS NOT TRUE;
