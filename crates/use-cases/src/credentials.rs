use kairo_domain::{
    Actor, Condition, Count, Credential, CredentialChange, CredentialField, CredentialId, CredentialName,
    CredentialPatch, CredentialSecret, Direction, Entity, Event, FieldValue, Filter, NewCredential, Page,
    PageRequest, Resource, Seen, Sort, Test, UserId, Verb,
};
use kairo_ports::UnitOfWork;

use crate::desk::{Asked, Desk};
use crate::retry::retry;
use crate::{Error, Listing};

/// How many credentials a user may have.
const MOST: u64 = 200;

/// What automations authenticate with elsewhere. Secrets go in and never come out again.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) desk: Desk,
}

/// A credential to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateCredential {
    /// What flows call it.
    pub name: CredentialName,
    /// Its secret.
    pub secret: CredentialSecret,
}

/// Changes to a credential, its secret apart.
#[derive(Clone, Debug, PartialEq)]
pub struct EditCredential {
    /// Which credential.
    pub credential: CredentialId,
    /// What to change.
    pub patch: CredentialPatch,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// Another secret for a credential.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplaceSecret {
    /// Which credential.
    pub credential: CredentialId,
    /// The secret, of the credential's kind.
    pub secret: CredentialSecret,
    /// Which version was seen.
    pub seen: Seen,
}

/// A credential to remove for good.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCredential {
    /// Which credential.
    pub credential: CredentialId,
    /// Which version was seen.
    pub seen: Seen,
}

impl Credentials {
    /// Lists the credentials within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no credential at all, [`Error::Forbidden`] for API keys.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &Listing<CredentialField>,
    ) -> Result<Page<Credential>, Error> {
        actor.may_list(Resource::Credential)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.credentials().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one credential.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: CredentialId) -> Result<Credential, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let credential = work.credentials().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &credential)?;
        Ok(credential.without_secret())
    }

    /// Makes a credential for the actor.
    ///
    /// # Errors
    /// [`Error::Taken`] when the actor has another one of this name, [`Error::Invalid`] when there are too many,
    /// [`Error::Forbidden`] for API keys.
    pub async fn create(&self, actor: &Actor, order: CreateCredential) -> Result<Credential, Error> {
        let (desk, order) = (&self.desk, &order);
        let asked = Asked::for_new(Resource::Credential);
        desk.order(actor, asked, || async move {
            let owner = desk.in_person(actor, asked)?;
            let (id, now) = (desk.new_id(), desk.now());
            let new = NewCredential {
                owner,
                name: order.name.clone(),
                kind: order.secret.kind(),
                sealed: desk.ports.vault.seal(&order.secret.to_bytes(), &place(id))?,
            };
            let credential = Credential::create(id, new, now);
            let permit = actor.may(Verb::Create, &credential)?;
            let mut work = desk.begin(actor).await?;
            check_number(&mut *work, owner).await?;
            work.credentials().add(&permit, &credential).await?;
            let event = Event::Credential { credential: id, change: CredentialChange::Created };
            work.journal().record(&permit, &event, now).await?;
            work.commit().await?;
            Ok(credential.without_secret())
        })
        .await
    }

    /// Edits a credential; an edit that changes nothing makes no new version. Flows that use an old name do not find it
    /// any more.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`]; [`Error::Taken`] when the owner has another one of
    /// the new name.
    pub async fn edit(&self, actor: &Actor, order: EditCredential) -> Result<Credential, Error> {
        let (desk, order, id) = (&self.desk, &order, order.credential);
        let asked = Asked::of(Verb::Update, Resource::Credential, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut credential = work.credentials().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Update, &credential)?;
            desk.in_person(actor, asked)?;
            order.seen.check(credential.version)?;
            let Some(change) = credential.edit(order.patch.clone(), now) else { return Ok(credential) };
            work.credentials().save(&permit, &credential).await?;
            work.journal().record(&permit, &Event::Credential { credential: id, change }, now).await?;
            work.commit().await?;
            Ok(credential)
        })
        .await
    }

    /// Puts another secret of the same kind in the place of a credential's; steps that begin from now on use it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`]; [`Error::Invalid`] at `/kind` when the credential is
    /// of another kind.
    pub async fn replace_secret(&self, actor: &Actor, order: ReplaceSecret) -> Result<Credential, Error> {
        let (desk, order, id) = (&self.desk, &order, order.credential);
        let asked = Asked::of(Verb::Update, Resource::Credential, id.uuid());
        let sealed = &desk.ports.vault.seal(&order.secret.to_bytes(), &place(id))?;
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut credential = work.credentials().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Update, &credential)?;
            desk.in_person(actor, asked)?;
            order.seen.check(credential.version)?;
            check_kind(&credential, &order.secret)?;
            let change = credential.replace_secret(sealed.clone(), now);
            work.credentials().save_secret(&permit, &credential).await?;
            work.journal().record(&permit, &Event::Credential { credential: id, change }, now).await?;
            work.commit().await?;
            Ok(credential.without_secret())
        })
        .await
    }

    /// Removes a credential with its secret, for good. Steps that need it fail from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn delete(&self, actor: &Actor, order: DeleteCredential) -> Result<(), Error> {
        let (desk, order, id) = (&self.desk, &order, order.credential);
        let asked = Asked::of(Verb::Purge, Resource::Credential, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let credential = work.credentials().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Purge, &credential)?;
            desk.in_person(actor, asked)?;
            order.seen.check(credential.version)?;
            work.credentials().remove(&permit, &credential).await?;
            let event = Event::Credential { credential: id, change: CredentialChange::Deleted };
            work.journal().record(&permit, &event, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}

/// What a credential's secret is sealed for: copied to another row, it does not open.
pub(crate) fn place(id: CredentialId) -> String {
    format!("credential:{id}")
}

/// Opens what a user's flows mean by a name, and notes that it was used.
///
/// # Errors
/// [`Error::NotFound`] when the user has no credential of this name, [`Error::Broken`] when its secret cannot be opened
/// with the keys at hand.
pub(crate) async fn open_named(desk: &Desk, owner: UserId, name: &str) -> Result<CredentialSecret, Error> {
    retry(|| async move {
        let mut work = desk.begin(&Actor::System).await?;
        let secret = open_within(desk, &mut *work, owner, name).await?;
        work.commit().await?;
        Ok(secret)
    })
    .await
}

/// Opens it in a unit of the program itself.
pub(crate) async fn open_within(
    desk: &Desk,
    work: &mut dyn UnitOfWork,
    owner: UserId,
    name: &str,
) -> Result<CredentialSecret, Error> {
    let unknown = |_| Error::NotFound { what: Credential::NAME };
    let name = CredentialName::parse(name).map_err(unknown)?;
    let credential = work.credentials().of_owner_by_name(owner, &name).await?;
    let credential = credential.ok_or(Error::NotFound { what: Credential::NAME })?;
    let bytes = desk.ports.vault.open(&credential.sealed, &place(credential.id))?;
    let secret = CredentialSecret::from_bytes(&bytes).map_err(|error| Error::Broken(error.into()))?;
    let now = desk.now();
    if credential.is_use_news(now) {
        work.credentials().note_use(credential.id, now).await?;
    }
    Ok(secret)
}

async fn check_number(work: &mut dyn UnitOfWork, owner: UserId) -> Result<(), Error> {
    let is_theirs = Test::Equal(FieldValue::Id(owner.uuid()));
    let filter = Filter {
        conditions: vec![Condition { field: CredentialField::OwnerId, test: is_theirs }],
        search: None,
    };
    let sort = Sort::by(CredentialField::Name, Direction::Ascending);
    let counted = PageRequest { count: Count::Exact, ..PageRequest::default() };
    let page = work.credentials().list(&filter, &sort, &counted).await?;
    if page.total.is_some_and(|total| total.rows >= MOST) {
        let message = format!("there are {MOST} credentials already: delete one first");
        return Err(Error::invalid("", "too_many", message));
    }
    Ok(())
}

/// Flows rely on what a credential is.
fn check_kind(credential: &Credential, secret: &CredentialSecret) -> Result<(), Error> {
    if credential.kind == secret.kind() {
        return Ok(());
    }
    let message = format!("must be {}, as the credential is", credential.kind.as_str());
    Err(Error::invalid("/kind", "another_kind", message))
}

#[cfg(test)]
mod tests;
