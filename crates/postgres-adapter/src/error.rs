//! What the database says when it says no, in the words of the ports.

use kairo_ports::StoreError;
use sqlx::error::DatabaseError;

/// What a broken constraint means for the caller.
enum Breach {
    Taken(&'static str),
    Missing(&'static str),
}

/// Maps whatever sqlx reports.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(said) => {
            match breach(said.constraint().unwrap_or_default()).filter(|_| breaks_constraint(&*said)) {
                Some(Breach::Taken(what)) => StoreError::Taken { what },
                Some(Breach::Missing(what)) => StoreError::Missing { what },
                None => by_code(said),
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => StoreError::Unavailable(Some(error.into())),
        other => StoreError::Broken(other.into()),
    }
}

/// The public name of the field that a unique or foreign key constraint of the schema guards.
///
/// Every such constraint of the schema has one; `None` is an unknown constraint.
pub fn guarded_field(constraint: &str) -> Option<&'static str> {
    breach(constraint).map(|breach| match breach {
        Breach::Taken(what) | Breach::Missing(what) => what,
    })
}

fn breaks_constraint(said: &dyn DatabaseError) -> bool {
    said.is_unique_violation() || said.is_foreign_key_violation()
}

fn breach(constraint: &str) -> Option<Breach> {
    Some(match constraint {
        "companies_pkey"
        | "users_pkey"
        | "projects_pkey"
        | "services_pkey"
        | "automations_pkey"
        | "automation_runs_pkey"
        | "assets_pkey"
        | "leads_pkey"
        | "lead_timeline_pkey"
        | "sessions_pkey"
        | "journal_pkey"
        | "rls_state_pkey"
        | "admin_seat_pkey"
        | "migrations_pkey"
        | "sign_ups_pkey"
        | "email_changes_pkey"
        | "letters_pkey"
        | "invitations_pkey"
        | "api_keys_pkey"
        | "credentials_pkey"
        | "revocations_pkey" => Breach::Taken("id"),
        "users_email_key" | "users_email_lower_key" | "invitations_email_folded_key" => {
            Breach::Taken("email")
        }
        "credentials_user_id_name_key" => Breach::Taken("name"),
        "projects_slug_key" | "services_slug_key" => Breach::Taken("slug"),
        "sessions_refresh_token_key" | "sessions_previous_token_key" => Breach::Taken("refreshToken"),
        "one_time_tokens_pkey" => Breach::Taken("token"),
        "api_keys_digest_key" | "attempts_pkey" => Breach::Taken("key"),
        "second_factors_pkey" | "email_changes_user_id_key" => Breach::Taken("userId"),
        "idempotency_keys_pkey" => Breach::Taken("Idempotency-Key"),
        "users_company_id_fkey"
        | "projects_company_id_fkey"
        | "assets_company_id_fkey"
        | "invitations_company_id_fkey" => Breach::Missing("companyId"),
        "automations_user_id_fkey"
        | "sessions_user_id_fkey"
        | "email_changes_user_id_fkey"
        | "second_factors_user_id_fkey"
        | "api_keys_user_id_fkey"
        | "credentials_user_id_fkey" => Breach::Missing("userId"),
        "invitations_invited_by_fkey" => Breach::Missing("invitedBy"),
        "lead_timeline_lead_id_fkey" => Breach::Missing("leadId"),
        "automation_runs_automation_id_fire_key_key" => Breach::Taken("key"),
        "automation_versions_pkey" => Breach::Taken("flowVersion"),
        "automation_run_steps_pkey" => Breach::Taken("seq"),
        "automation_triggers_pkey" => Breach::Taken("node"),
        "automation_triggers_token_digest_key" => Breach::Taken("token"),
        "run_claims_pkey" | "run_line_pkey" => Breach::Taken("runId"),
        "automation_runs_automation_id_fkey"
        | "automation_versions_automation_id_fkey"
        | "automation_triggers_automation_id_fkey"
        | "uncounted_runs_automation_id_fkey" => Breach::Missing("automationId"),
        "automation_run_steps_run_id_fkey" | "run_claims_run_id_fkey" | "run_line_run_id_fkey" => {
            Breach::Missing("runId")
        }
        "assets_created_by_fkey" => Breach::Missing("createdBy"),
        _ => return None,
    })
}

fn by_code(said: Box<dyn DatabaseError>) -> StoreError {
    let code = said.code().unwrap_or_default().into_owned();
    match code.as_str() {
        // Serialization failure, deadlock, lock not available.
        "40001" | "40P01" | "55P03" => StoreError::Contention(Some(said.into_error())),
        // Our own function: the run has ended, or another worker has it.
        "KA003" => StoreError::Stale,
        // Our own trigger.
        "KA002" => StoreError::LastAdmin,
        // No right or a policy said no; a write in a read-only unit; our own trigger (illegal transition). The server's
        // texts name columns and states, never values.
        "42501" | "25006" | "KA001" => StoreError::Refused { why: format!("{code}: {}", said.message()) },
        // Cancelled by a time-out; too many connections; the server goes down or starts up.
        "57014" | "25P03" | "53300" | "57P01" | "57P02" | "57P03" | "57P05" => {
            StoreError::Unavailable(Some(said.into_error()))
        }
        class if class.starts_with("08") => StoreError::Unavailable(Some(said.into_error())),
        _ => StoreError::Broken(said.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_has_the_name_of_a_public_field() {
        assert_eq!(guarded_field("users_email_lower_key"), Some("email"));
        assert_eq!(guarded_field("sessions_user_id_fkey"), Some("userId"));
        assert_eq!(guarded_field("no_such_key"), None);
    }

    #[test]
    fn an_exhausted_pool_is_out_of_reach_and_not_broken() {
        assert!(matches!(store_error(sqlx::Error::PoolTimedOut), StoreError::Unavailable(Some(_))));
        assert!(matches!(store_error(sqlx::Error::RowNotFound), StoreError::Broken(_)));
    }
}
