//! The nine tables as row-level security sees them: which verb a column belongs to, and which rows are whose.

use kairo_domain::{ActorRole, Relation, Resource, Verb};

use super::condition::settings::{COMPANY, USER};

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
    /// Seen and written by the program itself only.
    Secret,
}

/// A table and its columns, in the order of the table.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) resource: Resource,
    pub(super) columns: &'static [(&'static str, Class)],
}

use Class::{Fixed, Ordinary, Secret, Standing, Under, Upkeep};

const DELETED_AT: (&str, Class) = ("deleted_at", Under(Verb::Delete, "deleted_at IS NULL"));
const ID: (&str, Class) = ("id", Fixed);
const CREATED_AT: (&str, Class) = ("created_at", Fixed);
const UPDATED_AT: (&str, Class) = ("updated_at", Upkeep);
const VERSION: (&str, Class) = ("version", Upkeep);

/// The enums of the schema, by Prisma's names.
pub(super) const ENUMS: [&str; 5] = ["Role", "AutoStatus", "RunStatus", "AssetType", "LeadStatus"];

/// The columns of the journal that are written; its number is the database's.
pub(super) const JOURNAL: &[&str] = &[
    "at",
    "actor",
    "actor_id",
    "role",
    "verb",
    "resource",
    "subject",
    "event",
    "body",
    "company_id",
    "request_id",
    "address",
    "agent",
];

/// The columns of the idempotency keys.
pub(super) const IDEMPOTENCY: &[&str] =
    &["scope", "key", "body_digest", "status", "headers", "body", "created_at", "expires_at"];

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "companies",
        resource: Resource::Company,
        columns: &[
            ID,
            ("name", Ordinary),
            ("website", Ordinary),
            ("industry", Ordinary),
            ("logo_url", Ordinary),
            ("metadata", Ordinary),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
        ],
    },
    Table {
        name: "users",
        resource: Resource::User,
        columns: &[
            ID,
            ("email", Standing("true")),
            ("password_hash", Secret),
            ("name", Ordinary),
            ("role", Under(Verb::ChangeRole, "role = 'CLIENT'")),
            ("company_id", Standing("company_id IS NULL")),
            ("avatar_url", Ordinary),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
            ("email_verified_at", Standing("email_verified_at IS NULL")),
            ("suspended_at", Standing("suspended_at IS NULL")),
        ],
    },
    Table {
        name: "projects",
        resource: Resource::Project,
        columns: &[
            ID,
            ("company_id", Ordinary),
            ("slug", Ordinary),
            ("title", Ordinary),
            ("summary", Ordinary),
            ("hero_asset", Ordinary),
            ("content", Ordinary),
            ("metrics", Ordinary),
            ("tags", Ordinary),
            ("published", Under(Verb::Publish, "NOT published")),
            ("featured", Ordinary),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
        ],
    },
    Table {
        name: "services",
        resource: Resource::Service,
        columns: &[
            ID,
            ("slug", Ordinary),
            ("title", Ordinary),
            ("tagline", Ordinary),
            ("description", Ordinary),
            ("content", Ordinary),
            ("icon_url", Ordinary),
            ("planet_model_url", Ordinary),
            ("featured_order", Ordinary),
            ("published", Under(Verb::Publish, "NOT published")),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
        ],
    },
    Table {
        name: "automations",
        resource: Resource::Automation,
        columns: &[
            ID,
            ("user_id", Ordinary),
            ("title", Ordinary),
            ("description", Ordinary),
            ("flow", Ordinary),
            ("status", Under(Verb::Move, "status = 'DRAFT'")),
            ("execution_count", Under(Verb::Run, "execution_count = 0")),
            ("last_executed_at", Under(Verb::Run, "last_executed_at IS NULL")),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
        ],
    },
    Table {
        name: "automation_runs",
        resource: Resource::Run,
        columns: &[
            ID,
            ("automation_id", Fixed),
            ("status", Ordinary),
            ("started_at", Ordinary),
            ("completed_at", Ordinary),
            ("duration_ms", Ordinary),
            ("logs", Ordinary),
            ("error", Ordinary),
            VERSION,
            ("phase", Ordinary),
            ("fence", Ordinary),
        ],
    },
    Table {
        name: "assets",
        resource: Resource::Asset,
        columns: &[
            ID,
            ("filename", Ordinary),
            ("url", Ordinary),
            ("type", Ordinary),
            ("size_bytes", Ordinary),
            ("mime_type", Ordinary),
            ("metadata", Ordinary),
            ("tags", Ordinary),
            ("created_by", Ordinary),
            CREATED_AT,
            VERSION,
            DELETED_AT,
            ("company_id", Ordinary),
            ("visibility", Under(Verb::Publish, "visibility = 'PRIVATE'")),
        ],
    },
    Table {
        name: "leads",
        resource: Resource::Lead,
        columns: &[
            ID,
            ("name", Ordinary),
            ("email", Ordinary),
            ("message", Ordinary),
            ("phone", Ordinary),
            ("company", Ordinary),
            ("source", Ordinary),
            ("utm_source", Ordinary),
            ("utm_medium", Ordinary),
            ("utm_campaign", Ordinary),
            ("metadata", Ordinary),
            ("status", Under(Verb::Move, "status = 'NEW'")),
            CREATED_AT,
            UPDATED_AT,
            VERSION,
            DELETED_AT,
            ("status_reason", Under(Verb::Move, "status_reason IS NULL")),
        ],
    },
    Table {
        name: "sessions",
        resource: Resource::Session,
        columns: &[
            ID,
            ("user_id", Fixed),
            ("refresh_token", Secret),
            ("expires_at", Ordinary),
            ("ip_address", Ordinary),
            ("user_agent", Ordinary),
            CREATED_AT,
            ("last_used_at", Ordinary),
            ("revoked_at", Under(Verb::Delete, "revoked_at IS NULL")),
        ],
    },
];

impl Table {
    /// The rows that stand to the actor in this relation; `None` when no row of this table can.
    pub(super) fn rows(&self, relation: Relation) -> Option<String> {
        match relation {
            Relation::Own => self.own_rows(),
            Relation::Company => match self.resource {
                Resource::Company => Some(format!("id = {COMPANY}")),
                Resource::User | Resource::Project | Resource::Asset => {
                    Some(format!("company_id = {COMPANY}"))
                }
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
            Resource::Automation | Resource::Session => "user_id",
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

    /// The columns that a role may see, and give a value in a new row.
    pub(super) fn visible_to(&self, role: ActorRole) -> Vec<&'static str> {
        self.columns_where(|class| class != Class::Secret || role == ActorRole::System)
    }

    pub(super) fn columns_where(&self, fits: impl Fn(Class) -> bool) -> Vec<&'static str> {
        self.columns.iter().filter(|(_, class)| fits(*class)).map(|(name, _)| *name).collect()
    }

    /// What has to hold of a new row, since its maker may not set these columns.
    pub(super) fn resting(&self, may_set: impl Fn(Class) -> bool) -> Vec<&'static str> {
        let rest =
            self.columns.iter().filter(|(_, class)| !may_set(*class)).filter_map(|(_, class)| match class {
                Class::Standing(rest) | Class::Under(_, rest) => Some(*rest),
                Class::Fixed | Class::Upkeep | Class::Ordinary | Class::Secret => None,
            });
        rest.collect()
    }

    /// Whether rows are taken out of sight before they are removed.
    pub(super) fn has_deletion(&self) -> bool {
        self.columns.contains(&DELETED_AT)
    }
}
