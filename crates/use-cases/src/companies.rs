use kairo_domain::{
    Actor, Company, CompanyDetails, CompanyField, CompanyId, CompanyPatch, Event, Page, Resource, Seen, Verb,
};
use kairo_ports::UnitOfWork;

use crate::desk::{Asked, Desk};
use crate::once::{keep, replay};
use crate::{Error, Listing, Once, Outcome};

/// What is done with companies.
#[derive(Clone)]
pub struct Companies {
    pub(crate) desk: Desk,
}

/// A company to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateCompany {
    /// What is known of it.
    pub details: CompanyDetails,
}

/// Other details for a company.
#[derive(Clone, Debug, PartialEq)]
pub struct EditCompany {
    /// Which company.
    pub company: CompanyId,
    /// What to change.
    pub patch: CompanyPatch,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// A company to take out of sight.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCompany {
    /// Which company.
    pub company: CompanyId,
    /// Which version was seen.
    pub seen: Seen,
}

impl Companies {
    /// Lists the companies within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no company at all.
    pub async fn list(&self, actor: &Actor, query: &Listing<CompanyField>) -> Result<Page<Company>, Error> {
        actor.may_list(Resource::Company)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.companies().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one company.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: CompanyId) -> Result<Company, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let company = work.companies().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &company)?;
        Ok(company)
    }

    /// Makes a company.
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`] unless the actor may; [`Error::KeyReused`] and
    /// [`Error::InProgress`] when `once` says so.
    pub async fn create(
        &self,
        actor: &Actor,
        order: CreateCompany,
        once: Option<Once<Company>>,
    ) -> Result<Outcome<Company>, Error> {
        let (desk, order, once) = (&self.desk, &order, once.as_ref());
        desk.order(actor, Asked::for_new(Resource::Company), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            actor.may_ever(Verb::Create, Resource::Company)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let company = create_within(&mut *work, desk, actor, order).await?;
            keep(&mut *work, once, &company, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(company))
        })
        .await
    }

    /// Edits what is known of a company; an edit that changes nothing makes no new version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn edit(&self, actor: &Actor, order: EditCompany) -> Result<Company, Error> {
        let (desk, order, id) = (&self.desk, &order, order.company);
        desk.order(actor, Asked::of(Verb::Update, Resource::Company, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut company = work.companies().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Update, &company)?;
            order.seen.check(company.version)?;
            let Some(edited) = company.edit(order.patch.clone(), now) else { return Ok(company) };
            work.companies().save(&permit, &company).await?;
            work.journal().record(&permit, &Event::CompanyEdited(edited), now).await?;
            work.commit().await?;
            Ok(company)
        })
        .await
    }

    /// Takes a company out of sight. Its users stay, and see nothing of it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn delete(&self, actor: &Actor, order: DeleteCompany) -> Result<(), Error> {
        let (desk, order, id) = (&self.desk, &order, order.company);
        desk.order(actor, Asked::of(Verb::Delete, Resource::Company, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut company = work.companies().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Delete, &company)?;
            order.seen.check(company.version)?;
            company.delete(now);
            work.companies().save(&permit, &company).await?;
            work.journal().record(&permit, &Event::CompanyDeleted { company: id }, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}

/// Makes a company, in a unit of whoever calls.
pub(crate) async fn create_within(
    work: &mut dyn UnitOfWork,
    desk: &Desk,
    actor: &Actor,
    order: &CreateCompany,
) -> Result<Company, Error> {
    let now = desk.now();
    let company = Company::create(desk.new_id(), order.details.clone(), now);
    let permit = actor.may(Verb::Create, &company)?;
    work.companies().add(&permit, &company).await?;
    work.journal().record(&permit, &Event::CompanyCreated { company: company.id }, now).await?;
    Ok(company)
}

/// Refuses a company that is not there. The store's own check still finds one that was taken out of sight.
pub(crate) async fn known_company(
    work: &mut dyn UnitOfWork,
    company: Option<CompanyId>,
) -> Result<(), Error> {
    let Some(company) = company else { return Ok(()) };
    match work.companies().get(company).await? {
        Some(_) => Ok(()),
        None => Err(Error::invalid("/companyId", "unknown_reference", "must name something that exists")),
    }
}
