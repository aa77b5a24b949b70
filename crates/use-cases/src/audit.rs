use kairo_domain::{Actor, JournalEntry, JournalField, Page, Resource};

use crate::desk::Desk;
use crate::{Error, Listing};

/// Who did what.
#[derive(Clone)]
pub struct Audit {
    pub(crate) desk: Desk,
}

impl Audit {
    /// Lists the lines of the journal within the actor's reach: all of them for administrators, what they did
    /// themselves for everybody else.
    ///
    /// # Errors
    /// [`Error::NotFound`] for visitors.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &Listing<JournalField>,
    ) -> Result<Page<JournalEntry>, Error> {
        actor.may_list(Resource::Audit)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.journal().list(&query.filter, &query.sort, &query.page).await?)
    }
}
