//! Who and what is there before any cell is tried.

/// The actor.
pub(crate) const ME: &str = "00000000-0000-0000-0000-00000000000a";
/// Somebody of the same company.
pub(crate) const COLLEAGUE: &str = "00000000-0000-0000-0000-00000000000b";
/// Somebody of another company.
pub(crate) const STRANGER: &str = "00000000-0000-0000-0000-00000000000c";
/// Somebody of no company.
pub(crate) const LONER: &str = "00000000-0000-0000-0000-00000000000d";
/// The actor's company.
pub(crate) const OUR_COMPANY: &str = "00000000-0000-0000-0000-0000000000a0";
/// Another company.
pub(crate) const THEIR_COMPANY: &str = "00000000-0000-0000-0000-0000000000b0";

/// People and companies, and an automation of each person.
pub(crate) fn population() -> String {
    format!(
        "insert into companies (id, name) values ('{OUR_COMPANY}', 'Ours'), ('{THEIR_COMPANY}', 'Theirs');
         insert into users (id, email, password_hash, role, company_id) values
           ('{ME}', 'me@example.com', '!', 'TEAM', '{OUR_COMPANY}'),
           ('{COLLEAGUE}', 'colleague@example.com', '!', 'CLIENT', '{OUR_COMPANY}'),
           ('{STRANGER}', 'stranger@example.com', '!', 'CLIENT', '{THEIR_COMPANY}'),
           ('{LONER}', 'loner@example.com', '!', 'CLIENT', null),
           (gen_random_uuid(), 'one@example.com', '!', 'ADMIN', null),
           (gen_random_uuid(), 'two@example.com', '!', 'ADMIN', null);
         insert into automations (id, user_id, title, flow)
           select {automation}, id, 'Automation', '{{\"nodes\": [], \"edges\": []}}' from users;",
        automation = automation_of("id"),
    )
}

/// The id of a person's automation, both as SQL: the person's, with another first digit.
pub(crate) fn automation_of(person: &str) -> String {
    format!("('f' || substr({person}::text, 2))::uuid")
}
