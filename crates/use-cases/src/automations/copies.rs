use kairo_domain::{Actor, Automation, AutomationId, AutomationSettings, Message, NewAutomation, Title};
use kairo_flow::FlowDocument;

use super::Automations;
use crate::{Error, Once, Outcome};

/// An automation as a file: what it takes to make it again somewhere else. Credentials are named in the flow, so the
/// file holds none.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationFile {
    /// Its title.
    pub title: Title,
    /// What it is for.
    pub description: Option<Message>,
    /// What it does.
    pub flow: FlowDocument,
    /// How its runs are kept within bounds.
    pub settings: AutomationSettings,
}

/// An automation to be made like another one.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyAutomation {
    /// The other one.
    pub automation: AutomationId,
    /// The title of the new one; that of the other one with a mark unless told.
    pub title: Option<Title>,
}

impl Automations {
    /// Makes an automation of the actor's own like one that the actor can see. It begins as a draft with addresses of
    /// its own.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach; those of [`Automations::create`].
    pub async fn duplicate(
        &self,
        actor: &Actor,
        order: CopyAutomation,
        once: Option<Once<Automation>>,
    ) -> Result<Outcome<Automation>, Error> {
        let file = self.export(actor, order.automation).await?;
        let title = order.title.unwrap_or_else(|| copy_of(&file.title));
        self.import(actor, AutomationFile { title, ..file }, once).await
    }

    /// What it takes to make an automation again somewhere else.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn export(&self, actor: &Actor, id: AutomationId) -> Result<AutomationFile, Error> {
        let automation = self.get(actor, id).await?;
        Ok(AutomationFile {
            title: automation.title.clone(),
            description: automation.description.clone(),
            flow: automation.flow.clone(),
            settings: automation.settings.clone(),
        })
    }

    /// Makes an automation of the actor's own from a file. It begins as a draft.
    ///
    /// # Errors
    /// Those of [`Automations::create`].
    pub async fn import(
        &self,
        actor: &Actor,
        file: AutomationFile,
        once: Option<Once<Automation>>,
    ) -> Result<Outcome<Automation>, Error> {
        let AutomationFile { title, description, flow, settings } = file;
        self.create(actor, NewAutomation { title, description, flow, settings }, once).await
    }
}

/// The title with a mark; one that would get too long keeps its own.
fn copy_of(title: &Title) -> Title {
    Title::parse(&format!("{} (copy)", title.as_str())).unwrap_or_else(|_| title.clone())
}
