use async_trait::async_trait;
use kairo_domain::{
    Filter, Invitation, InvitationField, InvitationId, Page, PageRequest, Permit, Sort, Verb,
};
use kairo_ports::{InvitationRepository, StoreError};

use crate::guard::{Guard, refused, sees};
use crate::listing::page_of;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl InvitationRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let invitation = self.view.invitations.get(&id.uuid());
        Ok(invitation.filter(|invitation| sees(&self.actor, *invitation)).cloned())
    }

    async fn list(
        &mut self,
        filter: &Filter<InvitationField>,
        sort: &Sort<InvitationField>,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StoreError> {
        let shown = self.view.invitations.rows().filter(|invitation| sees(&self.actor, *invitation));
        Ok(page_of(shown, filter, sort, page))
    }

    async fn add(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError> {
        let (guard, invitation) = (Guard::new(self.actor, permit), invitation.clone());
        self.write(move |shelf| add(shelf, &guard, &invitation))
    }

    async fn settle(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError> {
        let (guard, invitation) = (Guard::new(self.actor, permit), invitation.clone());
        self.write(move |shelf| settle(shelf, &guard, &invitation))
    }
}

fn add(shelf: &mut Shelf, guard: &Guard, invitation: &Invitation) -> Result<(), StoreError> {
    guard.allows_adding(invitation)?;
    let address = invitation.email.folded();
    let asks_the_same =
        |other: &Invitation| other.id != invitation.id && other.is_open() && other.email.folded() == address;
    if invitation.is_open() && shelf.invitations.rows().any(asks_the_same) {
        return Err(StoreError::Taken { what: "email" });
    }
    // As foreign keys: who and what was deleted is still there.
    if invitation.company.is_some_and(|company| shelf.companies.get(&company.uuid()).is_none()) {
        return Err(StoreError::Missing { what: "companyId" });
    }
    if invitation.invited_by.is_some_and(|user| shelf.users.get(&user.uuid()).is_none()) {
        return Err(StoreError::Missing { what: "invitedBy" });
    }
    shelf.invitations.put_new(invitation.id.uuid(), invitation.clone(), "id")
}

fn settle(shelf: &mut Shelf, guard: &Guard, invitation: &Invitation) -> Result<(), StoreError> {
    guard.concerns(invitation)?;
    let stored = shelf.invitations.get(&invitation.id.uuid());
    let stored = stored.filter(|stored| sees(guard.actor(), *stored) && stored.is_open());
    let stored = stored.ok_or(StoreError::Stale)?;
    let verb = guard.permit().verb();
    // Whoever may make one may send it again.
    if !matches!(verb, Verb::Create | Verb::Delete) {
        return Err(refused(format!("a permit to {verb} settles nothing")));
    }
    guard.may(verb, stored)?;
    let settled = Invitation {
        expires_at: invitation.expires_at,
        accepted_at: invitation.accepted_at,
        revoked_at: invitation.revoked_at,
        ..stored.clone()
    };
    shelf.invitations.put(settled.id.uuid(), settled);
    Ok(())
}
