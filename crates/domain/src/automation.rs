mod status;

use std::ops::Deref;

use chrono::{DateTime, Utc};
use kairo_flow::{Fault, FlowDocument, check};

use crate::{Entity, Facts, Id, IllegalTransition, Message, Resource, Subject, Title, UserId, Version};

pub use status::AutomationStatus;

/// The id of an automation.
pub type AutomationId = Id<Automation>;

impl Entity for Automation {
    const NAME: &'static str = "automation";
}

/// A flow that a user drew, and whether it fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Automation {
    record: AutomationRecord,
}

/// Everything a store keeps of an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationRecord {
    /// Its id.
    pub id: AutomationId,
    /// Its owner, whose rights its runs have.
    pub owner: UserId,
    /// Its title.
    pub title: Title,
    /// What it is for.
    pub description: Option<Message>,
    /// What it does.
    pub flow: FlowDocument,
    /// Whether it fires.
    pub status: AutomationStatus,
    /// How often it was run.
    pub execution_count: u32,
    /// When it was last run.
    pub last_executed_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

/// An automation changed its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutomationMoved {
    /// The automation.
    pub automation: AutomationId,
    /// Where it stood.
    pub from: AutomationStatus,
    /// Where it stands.
    pub to: AutomationStatus,
}

/// Why an automation did not change its status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AutomationRefused {
    /// The machine has no such edge.
    #[error("{0}")]
    Illegal(IllegalTransition<AutomationStatus>),
    /// The flow has faults.
    #[error("the flow has {} faults and cannot be activated", .0.len())]
    NotRunnable(Vec<Fault>),
}

impl Automation {
    /// Rebuilds an automation from storage.
    pub const fn restore(record: AutomationRecord) -> Self {
        Self { record }
    }

    /// Moves the automation along its machine; only a flow without faults becomes ACTIVE.
    ///
    /// # Errors
    /// [`AutomationRefused`]; the automation is then unchanged.
    pub fn move_to(
        &mut self,
        to: AutomationStatus,
        at: DateTime<Utc>,
    ) -> Result<AutomationMoved, AutomationRefused> {
        let from = self.status;
        if !from.next().contains(&to) {
            let allowed = from.next().to_vec();
            return Err(AutomationRefused::Illegal(IllegalTransition { from, to, allowed }));
        }
        let faults = if to == AutomationStatus::Active { check(&self.flow) } else { Vec::new() };
        if !faults.is_empty() {
            return Err(AutomationRefused::NotRunnable(faults));
        }
        self.record.status = to;
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
        Ok(AutomationMoved { automation: self.id, from, to })
    }
}

impl Deref for Automation {
    type Target = AutomationRecord;

    fn deref(&self) -> &AutomationRecord {
        &self.record
    }
}

impl Subject for Automation {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.owner), ..Facts::of(Resource::Automation, self.id.uuid()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn automation(flow: FlowDocument) -> Automation {
        Automation::restore(AutomationRecord {
            id: AutomationId::from_uuid(Uuid::from_u128(1)),
            owner: UserId::from_uuid(Uuid::from_u128(2)),
            title: Title::parse("Welcome").unwrap(),
            description: None,
            flow,
            status: AutomationStatus::Draft,
            execution_count: 0,
            last_executed_at: None,
            created_at: at(0),
            updated_at: at(0),
            deleted_at: None,
            version: Version::FIRST,
        })
    }

    fn runnable() -> FlowDocument {
        let nodes = json!([{"id": "t", "type": "trigger.manual"}]);
        FlowDocument::parse(json!({"nodes": nodes, "edges": []})).unwrap()
    }

    #[test]
    fn a_flow_with_faults_is_not_activated() {
        let mut automation = automation(FlowDocument::empty());
        let refused = automation.move_to(AutomationStatus::Active, at(1)).unwrap_err();
        assert!(matches!(refused, AutomationRefused::NotRunnable(faults) if faults.len() == 1));
        assert_eq!(automation.status, AutomationStatus::Draft);
    }

    #[test]
    fn an_archived_automation_is_restored_as_a_draft() {
        let mut automation = automation(FlowDocument::empty());
        automation.move_to(AutomationStatus::Archived, at(1)).unwrap();
        assert!(automation.move_to(AutomationStatus::Active, at(2)).is_err());
        automation.move_to(AutomationStatus::Draft, at(2)).unwrap();
        assert_eq!(automation.version.number(), 3);
    }

    proptest! {
        #[test]
        fn no_walk_leaves_the_edges(walk in prop::collection::vec(prop::sample::select(AutomationStatus::ALL.to_vec()), 0..40)) {
            let mut automation = automation(runnable());
            for to in walk {
                let before = automation.clone();
                match automation.move_to(to, at(1)) {
                    Ok(moved) => {
                        prop_assert!(before.status.next().contains(&to));
                        prop_assert_eq!((moved.from, automation.status), (before.status, to));
                        prop_assert_eq!(automation.version, before.version.next());
                    }
                    Err(_) => {
                        prop_assert!(!before.status.next().contains(&to));
                        prop_assert_eq!(&automation, &before);
                    }
                }
            }
        }
    }
}
