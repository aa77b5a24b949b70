mod field;
mod flow_version;
mod settings;
mod status;
mod transition;

use std::ops::Deref;

use chrono::{DateTime, Utc};
use kairo_flow::{Fault, FlowDocument};

use crate::{Change, Entity, Facts, Id, Message, Patch, Resource, Subject, Title, UserId, Version};

pub use field::AutomationField;
pub use flow_version::{FlowNumber, FlowVersion};
pub use settings::{AutomationSettings, SettingsIssue};
pub use status::AutomationStatus;
pub use transition::{AutomationMoved, AutomationRefused};

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
    /// Which version of the flow that is.
    pub flow_number: FlowNumber,
    /// How its runs are kept within bounds, and what they all know.
    pub settings: AutomationSettings,
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

/// What is said of an automation that is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAutomation {
    /// Its title.
    pub title: Title,
    /// What it is for.
    pub description: Option<Message>,
    /// What it does; faults are allowed, since it begins as a draft.
    pub flow: FlowDocument,
    /// How its runs are kept within bounds.
    pub settings: AutomationSettings,
}

/// What is changed about an automation beside its flow and its status.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AutomationPatch {
    /// Its title.
    pub title: Change<Title>,
    /// What it is for.
    pub description: Patch<Message>,
    /// How its runs are kept within bounds; replaced as a whole.
    pub settings: Change<AutomationSettings>,
}

/// An automation was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomationEdited {
    /// The automation.
    pub automation: AutomationId,
    /// The public names of the fields that changed.
    pub fields: Vec<&'static str>,
}

/// An automation got another flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowDrawn {
    /// The automation.
    pub automation: AutomationId,
    /// The number of the new version of its flow.
    pub number: FlowNumber,
}

impl Automation {
    /// A new automation: a draft.
    pub fn create(id: AutomationId, owner: UserId, new: NewAutomation, at: DateTime<Utc>) -> Self {
        Self::restore(AutomationRecord {
            id,
            owner,
            title: new.title,
            description: new.description,
            flow: new.flow,
            flow_number: FlowNumber::FIRST,
            settings: new.settings,
            status: AutomationStatus::Draft,
            execution_count: 0,
            last_executed_at: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            version: Version::FIRST,
        })
    }

    /// Rebuilds an automation from storage.
    pub const fn restore(record: AutomationRecord) -> Self {
        Self { record }
    }

    /// Edits what is said of the automation. `None` when the edit changes nothing: then there is no new version.
    pub fn edit(&mut self, patch: AutomationPatch, at: DateTime<Utc>) -> Option<AutomationEdited> {
        let record = &mut self.record;
        let fields = [
            ("title", patch.title.apply(&mut record.title)),
            ("description", patch.description.apply(&mut record.description)),
            ("settings", patch.settings.apply(&mut record.settings)),
        ];
        let fields: Vec<_> =
            fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect();
        if fields.is_empty() {
            return None;
        }
        self.touch(at);
        Some(AutomationEdited { automation: self.id, fields })
    }

    /// Replaces the flow, which makes a new version of it. `faults` are those of the new flow; one that fires must
    /// have none. `None` when nothing but what an editor forgets anyway is different.
    ///
    /// # Errors
    /// [`AutomationRefused::NotRunnable`] for a flow with faults while the automation is ACTIVE.
    pub fn draw(
        &mut self,
        flow: FlowDocument,
        faults: Vec<Fault>,
        at: DateTime<Utc>,
    ) -> Result<Option<FlowDrawn>, AutomationRefused> {
        if self.status == AutomationStatus::Active && !faults.is_empty() {
            return Err(AutomationRefused::NotRunnable(faults));
        }
        if self.flow.is_same_flow(&flow) {
            return Ok(None);
        }
        self.record.flow = flow;
        self.record.flow_number = self.flow_number.next();
        self.touch(at);
        Ok(Some(FlowDrawn { automation: self.id, number: self.flow_number }))
    }

    /// Takes the automation out of sight; it fires no more.
    pub fn delete(&mut self, at: DateTime<Utc>) -> AutomationId {
        self.record.deleted_at = Some(at);
        self.touch(at);
        self.id
    }

    /// Whether its triggers fire.
    pub fn fires(&self) -> bool {
        self.status == AutomationStatus::Active && self.deleted_at.is_none()
    }

    /// Whether a person may start it: while it fires, or as a test while it is a draft.
    pub fn may_be_run_by_hand(&self) -> bool {
        self.fires() || (self.status == AutomationStatus::Draft && self.deleted_at.is_none())
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
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
mod tests;
