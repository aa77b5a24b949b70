use std::sync::Arc;

use kairo_domain::{Actor, Company, CompanyDetails, CompanyId, Event, Id, Verb};

use crate::retry::retry;
use crate::{Error, Ports};

/// What is done with companies.
#[derive(Clone)]
pub struct Companies {
    pub(crate) ports: Arc<Ports>,
}

/// A company to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateCompany {
    /// What is known of it.
    pub details: CompanyDetails,
}

impl Companies {
    /// Makes a company.
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`] unless the actor may.
    pub async fn create(&self, actor: &Actor, order: CreateCompany) -> Result<Company, Error> {
        let order = &order;
        retry(|| async move {
            let now = self.ports.clock.now();
            let mut work = self.ports.store.begin(actor).await?;
            let company = Company::create(Id::from_uuid(self.ports.ids.next()), order.details.clone(), now);
            let permit = actor.may(Verb::Create, &company)?;
            work.companies().add(&permit, &company).await?;
            work.journal().record(&permit, &Event::CompanyCreated { company: company.id }, now).await?;
            work.commit().await?;
            Ok(company)
        })
        .await
    }

    /// Shows one company.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: CompanyId) -> Result<Company, Error> {
        let mut work = self.ports.store.begin_read(actor).await?;
        let company = work.companies().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &company)?;
        Ok(company)
    }
}
