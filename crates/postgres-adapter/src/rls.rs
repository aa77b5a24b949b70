//! Row-level security, rendered from the domain's policy table.
//!
//! Nobody writes a policy by hand: [`render`] asks [`kairo_domain::reach`] for every role, resource and verb, and
//! [`crate::migrate`] applies the text whenever it differs from what the database carries. It runs as `kairo_owner`.
//!
//! What SQL cannot say is left to a trigger: `ChangeRole` leaves out the actor's own row, but a column grant knows no
//! rows (`guard_own_role` does).

mod automations;
mod bookkeeping;
mod condition;
mod tables;

use std::fmt::Write;
use std::sync::LazyLock;

use kairo_domain::{ActorRole, Reach, Verb, reach};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use condition::any_of;
use tables::{Class, Table};

/// The database role that a transaction of such an actor becomes.
pub(crate) const fn role_name(role: ActorRole) -> &'static str {
    match role {
        ActorRole::System => "kairo_system",
        ActorRole::Admin => "kairo_admin",
        ActorRole::Team => "kairo_team",
        ActorRole::Client => "kairo_client",
        ActorRole::Anonymous => "kairo_public",
    }
}

/// All grants and policies of the actor roles, as one script that can be run any number of times.
pub fn render() -> String {
    let mut sql = String::from(
        "-- Rendered from the policy table of the domain; not written by hand.\n\
         -- One policy for each role and command; settings are read in scalar sub-selects, once per statement.\n",
    );
    take_back(&mut sql);
    share_names(&mut sql);
    for table in tables::all() {
        let _ = writeln!(sql, "\n-- {}", table.name);
        for role in ActorRole::ALL {
            table_rights(&mut sql, table, role);
        }
    }
    automations::render(&mut sql);
    bookkeeping::render(&mut sql);
    sql
}

/// The digest by which a database knows which rendering it carries.
pub fn digest(script: &str) -> String {
    Sha256::digest(script.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The digest of the script of this program.
pub(crate) fn expected_digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| digest(&render()));
    &DIGEST
}

/// Applies the script unless the database carries it already; whether it was applied.
#[expect(clippy::disallowed_methods, reason = "the script is made of words of this program alone")]
pub(crate) async fn apply(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let digest = expected_digest();
    let carried: Option<String> =
        sqlx::query_scalar("/* kairo:rls.apply */ SELECT digest FROM kairo.rls_state")
            .fetch_optional(&mut *connection)
            .await?;
    if carried.as_deref() == Some(digest) {
        return Ok(false);
    }
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(render())).execute(&mut *transaction).await?;
    sqlx::query(
        "/* kairo:rls.apply */ INSERT INTO kairo.rls_state (digest, applied_at) VALUES ($1, clock_timestamp())
         ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, applied_at = excluded.applied_at",
    )
    .bind(digest)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Starts from nothing, so that a right which the table no longer gives is gone.
fn take_back(sql: &mut String) {
    let roles = all_roles();
    let tables: Vec<_> = tables::all().map(Table::full_name).collect();
    let _ = writeln!(
        sql,
        "\nREVOKE ALL ON {},\n  {},\n  {}\n  FROM {roles};",
        tables.join(", "),
        tables::PRIVATE.join(", "),
        tables::BOOKKEEPING.join(", ")
    );
    let quoted: Vec<_> = ActorRole::ALL.iter().map(|role| format!("'{}'", role_name(*role))).collect();
    let _ = writeln!(
        sql,
        "\nDO $$\nDECLARE\n  old record;\nBEGIN\n  FOR old IN\n    SELECT schemaname, tablename, policyname FROM \
         pg_policies\n     WHERE schemaname IN ('public', 'kairo') AND roles && ARRAY[{}]::name[]\n  LOOP\n    \
         EXECUTE format('DROP POLICY %I ON %I.%I', old.policyname, old.schemaname, old.tablename);\n  END LOOP;\n\
         END\n$$;",
        quoted.join(", ")
    );
}

fn share_names(sql: &mut String) {
    let roles = all_roles();
    let _ = writeln!(sql, "\nGRANT USAGE ON SCHEMA kairo TO {roles};");
    let types: Vec<_> = tables::ENUMS.iter().map(|name| format!("public.\"{name}\"")).collect();
    let _ = writeln!(sql, "GRANT USAGE ON TYPE {} TO {roles};", types.join(", "));
    // So that a running program can tell whether the schema is the one it needs.
    let _ = writeln!(sql, "GRANT SELECT (version, checksum, success) ON kairo.migrations TO kairo_system;");
    let _ = writeln!(sql, "GRANT SELECT (digest) ON kairo.rls_state TO kairo_system;");
}

fn table_rights(sql: &mut String, table: &Table, role: ActorRole) {
    let may = |verb| any_of(table, |resource| reach(role, resource, verb));
    let name = table.full_name();
    let command = |sql: &mut String, command: &str, columns: &[&str], clauses: &str| {
        rights(sql, &name, role, command, columns, clauses);
    };

    if let Some(seen) = may(Verb::Read) {
        let seen = if hides_deleted(table, role, &seen) {
            condition::all(&[&seen, "deleted_at IS NULL"])
        } else {
            seen
        };
        command(sql, "SELECT", &table.visible_to(role), &format!("USING ({seen})"));
    }
    if let Some(made) = may(Verb::Create) {
        let resting = table.resting(|class| may_set(role, table, class));
        let mut parts = vec![made.as_str()];
        parts.extend(resting);
        let check = condition::all(&parts);
        command(sql, "INSERT", &table.given_by(role), &format!("WITH CHECK ({check})"));
    }
    let changed = table.columns_where(|class| may_set(role, table, class));
    if !changed.is_empty() {
        let within = |resource| {
            let verbs = table.changing_verbs();
            verbs.into_iter().fold(Reach::NOTHING, |all, verb| all.and(reach(role, resource, verb)))
        };
        if let Some(rows) = any_of(table, within) {
            let columns = [changed, table.columns_where(|class| class == Class::Upkeep)].concat();
            command(sql, "UPDATE", &columns, &format!("USING ({rows}) WITH CHECK ({rows})"));
        }
    }
    // The program itself also clears away what no verb names, such as sessions that ended long ago.
    let purged = if role == ActorRole::System { Some("true".to_owned()) } else { may(Verb::Purge) };
    if let Some(rows) = purged {
        command(sql, "DELETE", &[], &format!("USING ({rows})"));
    }
}

/// Whether the policy has to leave out deleted rows. The new row of an UPDATE has to pass this policy too, so who may
/// delete has to see what is deleted. And who sees every row has no condition at all: under one, no index would serve
/// comparisons that are not leakproof, and the store's statements leave out deleted rows anyway.
fn hides_deleted(table: &Table, role: ActorRole, seen: &str) -> bool {
    let may_delete = table.kinds.iter().any(|kind| !reach(role, kind.resource, Verb::Delete).is_nothing());
    table.has_deletion() && !may_delete && seen != "true" && !condition::hides_deleted(seen)
}

/// Whether the role may give a column of this class another value than its first.
fn may_set(role: ActorRole, table: &Table, class: Class) -> bool {
    let reaches = |verb| table.kinds.iter().map(move |kind| reach(role, kind.resource, verb));
    let some = |verb| reaches(verb).any(|reach| !reach.is_nothing());
    match class {
        Class::Fixed | Class::Upkeep | Class::Sealed | Class::Derived => false,
        Class::Ordinary => some(Verb::Update) || some(Verb::Erase),
        Class::Blind => some(Verb::Update),
        Class::Standing(_) => reaches(Verb::Update).all(|reach| reach == Reach::EVERYTHING),
        Class::Under(verb, _) => some(verb),
        Class::Program(_) | Class::Secret => role == ActorRole::System,
    }
}

/// One grant and one policy.
fn rights(sql: &mut String, table: &str, role: ActorRole, command: &str, columns: &[&str], clauses: &str) {
    let role = role_name(role);
    let listed = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    let policy = format!("{role}_{}", command.to_lowercase());
    let _ = writeln!(sql, "GRANT {command}{listed} ON {table} TO {role};");
    let _ = writeln!(sql, "CREATE POLICY {policy} ON {table} FOR {command} TO {role} {clauses};");
}

fn all_roles() -> String {
    ActorRole::ALL.map(role_name).join(", ")
}

#[cfg(test)]
mod tests;
