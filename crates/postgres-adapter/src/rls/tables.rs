//! The tables as row-level security sees them: which verb a column belongs to, and which rows are whose.

mod kairo;
mod public;

use kairo_domain::{ActorRole, Relation, Resource, Verb};

use super::condition::settings::{COMPANY, USER};

pub(super) use kairo::{BOOKKEEPING, IDEMPOTENCY, JOURNAL, LEAD_TIMELINE, POSTED, PRIVATE, TOKEN, TRIGGER};
pub(super) use public::ENUMS;

/// What it takes to write a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Written once.
    Fixed,
    /// Changes along with any change.
    Upkeep,
    /// `Update`.
    Ordinary,
    /// `Update` of everything: what nobody decides about themselves. Otherwise it stays as the condition says.
    Standing(&'static str),
    /// This verb. Otherwise it stays as the condition says.
    Under(Verb, &'static str),
    /// Written by the program itself only, and seen by everybody. Otherwise it stays as the condition says.
    Program(&'static str),
    /// Seen and written by the program itself only.
    Secret,
    /// Written once by whoever makes the row, and then seen by the program itself only.
    Sealed,
    /// `Update`, and seen by the program itself only: who writes it does not see it, before or afterwards.
    Blind,
    /// Computed by the database.
    Derived,
}

/// A table and its columns, in the order of the table.
pub(super) struct Table {
    pub(super) schema: &'static str,
    pub(super) name: &'static str,
    /// The resources whose rows it holds.
    pub(super) kinds: &'static [Kind],
    pub(super) columns: &'static [(&'static str, Class)],
}

/// A resource, and which rows of its table are of it.
pub(super) struct Kind {
    pub(super) resource: Resource,
    pub(super) rows: &'static str,
}

const ID: (&str, Class) = ("id", Class::Fixed);
const CREATED_AT: (&str, Class) = ("created_at", Class::Fixed);

/// Every table whose rights are those of resources.
pub(super) fn all() -> impl Iterator<Item = &'static Table> {
    public::NINE.iter().chain(&kairo::OWN)
}

impl Kind {
    /// The resource of every row of a table.
    const fn of(resource: Resource) -> Self {
        Self { resource, rows: "true" }
    }

    /// The rows that stand to the actor in this relation; `None` when no row of this kind can.
    pub(super) fn standing(&self, relation: Relation) -> Option<String> {
        match relation {
            Relation::Own => self.own_rows(),
            Relation::Company => match self.resource {
                Resource::Company => Some(format!("id = {COMPANY}")),
                Resource::User
                | Resource::Project
                | Resource::Asset
                | Resource::ClientInvitation
                | Resource::StaffInvitation => Some(format!("company_id = {COMPANY}")),
                _ => None,
            },
            Relation::Public => match self.resource {
                Resource::Project | Resource::Service => Some("published AND deleted_at IS NULL".to_owned()),
                Resource::Asset => Some("visibility = 'PUBLIC' AND deleted_at IS NULL".to_owned()),
                _ => None,
            },
            Relation::Foreign => Some("true".to_owned()),
        }
    }

    fn own_rows(&self) -> Option<String> {
        let owner = match self.resource {
            Resource::User => "id",
            Resource::Automation | Resource::Session | Resource::ApiKey | Resource::Credential => "user_id",
            Resource::Asset => "created_by",
            Resource::Run => {
                return Some(format!(
                    "automation_id IN (SELECT id FROM public.automations WHERE user_id = {USER})"
                ));
            }
            _ => return None,
        };
        let own = format!("{owner} = {USER}");
        Some(if self.resource.ownership_follows_company() {
            format!("{own} AND (company_id IS NULL OR company_id = {COMPANY})")
        } else {
            own
        })
    }
}

impl Table {
    /// Its name with that of its schema.
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// The columns that a role may see.
    pub(super) fn visible_to(&self, role: ActorRole) -> Vec<&'static str> {
        let hidden = [Class::Secret, Class::Sealed, Class::Blind];
        self.columns_where(|class| !hidden.contains(&class) || role == ActorRole::System)
    }

    /// The columns that a role may give a value in a new row.
    pub(super) fn given_by(&self, role: ActorRole) -> Vec<&'static str> {
        self.columns_where(|class| match class {
            Class::Secret => role == ActorRole::System,
            Class::Derived => false,
            _ => true,
        })
    }

    pub(super) fn columns_where(&self, fits: impl Fn(Class) -> bool) -> Vec<&'static str> {
        self.columns.iter().filter(|(_, class)| fits(*class)).map(|(name, _)| *name).collect()
    }

    /// What has to hold of a new row, since its maker may not set these columns.
    pub(super) fn resting(&self, may_set: impl Fn(Class) -> bool) -> Vec<&'static str> {
        let rest =
            self.columns.iter().filter(|(_, class)| !may_set(*class)).filter_map(|(_, class)| match class {
                Class::Standing(rest) | Class::Under(_, rest) | Class::Program(rest) => Some(*rest),
                Class::Fixed
                | Class::Upkeep
                | Class::Ordinary
                | Class::Secret
                | Class::Sealed
                | Class::Blind
                | Class::Derived => None,
            });
        rest.collect()
    }

    /// The verbs that change a row.
    pub(super) fn changing_verbs(&self) -> Vec<Verb> {
        let of_columns = self.columns.iter().filter_map(|(_, class)| match class {
            Class::Ordinary | Class::Blind | Class::Standing(_) => Some(Verb::Update),
            Class::Under(verb, _) => Some(*verb),
            Class::Fixed
            | Class::Upkeep
            | Class::Program(_)
            | Class::Secret
            | Class::Sealed
            | Class::Derived => None,
        });
        of_columns.collect()
    }

    /// Whether rows are taken out of sight before they are removed.
    pub(super) fn has_deletion(&self) -> bool {
        self.columns.iter().any(|(name, _)| *name == "deleted_at")
    }
}
