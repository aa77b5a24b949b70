use std::sync::Arc;

use kairo_domain::Origin;
use kairo_ports::{
    AccessTokens, Clock, Compute, Egress, IdSource, Mailer, OneTimeCodes, Passwords, RefreshTokens,
    Signatures, Store, TokenSource, Vault,
};

use crate::desk::Desk;
use crate::engine::Plans;
use crate::live::Live;
use crate::places::Places;
use crate::{
    Accounts, ApiKeys, Audit, Automations, Companies, Credentials, Error, Firings, Invitations, Jobs, Leads,
    Links, Post, Runs, Sessions, SignUps, TwoFactor, Upkeep, Users,
};

/// Everything the use cases need from the outside.
pub struct Ports {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Password hashes.
    pub passwords: Arc<dyn Passwords>,
    /// Access tokens.
    pub access_tokens: Arc<dyn AccessTokens>,
    /// Refresh tokens.
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    /// Other opaque tokens.
    pub tokens: Arc<dyn TokenSource>,
    /// Codes of authenticator apps.
    pub codes: Arc<dyn OneTimeCodes>,
    /// What the store must not be able to read.
    pub vault: Arc<dyn Vault>,
    /// Mails.
    pub mailer: Arc<dyn Mailer>,
    /// Requests to other servers.
    pub egress: Arc<dyn Egress>,
    /// Signatures of others.
    pub signatures: Arc<dyn Signatures>,
    /// What keeps a thread busy for long.
    pub compute: Arc<dyn Compute>,
    /// Where mailed links lead.
    pub links: Links,
}

/// The studio: a cheap handle, cloned wherever it is needed.
#[derive(Clone)]
pub struct Studio {
    desk: Desk,
}

impl Studio {
    /// A studio on these ports.
    pub fn new(ports: Ports) -> Self {
        let (live, proofs) = (Arc::new(Live::default()), Arc::new(Places::default()));
        let (origin, plans) = (Arc::new(Origin::default()), Arc::new(Plans::default()));
        Self { desk: Desk { ports: Arc::new(ports), live, proofs, origin, plans } }
    }

    /// The same studio, asked from this place: what it writes into the journal says so.
    #[must_use]
    pub fn from_origin(&self, origin: Origin) -> Self {
        Self { desk: Desk { origin: Arc::new(origin), ..self.desk.clone() } }
    }

    /// What is done with leads.
    pub fn leads(&self) -> Leads {
        Leads { desk: self.desk.clone() }
    }

    /// What is done with users by others.
    pub fn users(&self) -> Users {
        Users { desk: self.desk.clone() }
    }

    /// What users do with their own account.
    pub fn accounts(&self) -> Accounts {
        Accounts { desk: self.desk.clone() }
    }

    /// Asking for an account.
    pub fn sign_ups(&self) -> SignUps {
        SignUps { desk: self.desk.clone() }
    }

    /// Asking somebody to become a user.
    pub fn invitations(&self) -> Invitations {
        Invitations { desk: self.desk.clone() }
    }

    /// What is done with companies.
    pub fn companies(&self) -> Companies {
        Companies { desk: self.desk.clone() }
    }

    /// What is done with automations.
    pub fn automations(&self) -> Automations {
        Automations { desk: self.desk.clone() }
    }

    /// What is done with runs.
    pub fn runs(&self) -> Runs {
        Runs { desk: self.desk.clone() }
    }

    /// What fires automations without a person.
    pub fn firings(&self) -> Firings {
        Firings { desk: self.desk.clone(), slot: None }
    }

    /// What workers do.
    pub fn jobs(&self) -> Jobs {
        Jobs::new(self.desk.clone())
    }

    /// Signing in and out, and who a token stands for.
    pub fn sessions(&self) -> Sessions {
        Sessions { desk: self.desk.clone() }
    }

    /// The second factor of users.
    pub fn two_factor(&self) -> TwoFactor {
        TwoFactor { desk: self.desk.clone() }
    }

    /// What programs sign in with.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { desk: self.desk.clone() }
    }

    /// What automations authenticate with elsewhere.
    pub fn credentials(&self) -> Credentials {
        Credentials { desk: self.desk.clone() }
    }

    /// Who did what.
    pub fn audit(&self) -> Audit {
        Audit { desk: self.desk.clone() }
    }

    /// The mails that are owed.
    pub fn post(&self) -> Post {
        Post { desk: self.desk.clone() }
    }

    /// What the program does by itself, now and then.
    pub fn upkeep(&self) -> Upkeep {
        Upkeep { desk: self.desk.clone() }
    }

    /// Whether requests can be served: the store answers and has the expected schema.
    ///
    /// # Errors
    /// [`Error::Busy`] when the store is out of reach, [`Error::Broken`] when its schema is not the expected one.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.desk.ports.store.ready().await?)
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::{Actor, Job};

    use super::*;
    use crate::{CaptureLead, ChangePassword, CreateCredential, CreateUser, MoveLead, SignIn};

    fn spawnable<T: Send>(_: T) {}

    /// A use case runs in a task of its own, so that a caller who hangs up cannot cut it short.
    #[expect(dead_code, reason = "it only has to compile")]
    fn use_cases_can_be_spawned(
        studio: &Studio,
        capture: CaptureLead,
        to: MoveLead,
        user: CreateUser,
        sign_in: SignIn,
        password: ChangePassword,
        (job, credential): (Job, CreateCredential),
    ) {
        let actor = Actor::Visitor;
        let (leads, users, sessions) = (studio.leads(), studio.users(), studio.sessions());
        let (jobs, firings) = (studio.jobs(), studio.firings());
        let (accounts, post, credentials) = (studio.accounts(), studio.post(), studio.credentials());
        spawnable(async move {
            let _ = leads.capture(&actor, capture, None).await;
            let _ = leads.move_to(&actor, to, None).await;
            let _ = users.create(&actor, user).await;
            let _ = sessions.sign_in(sign_in).await;
            let _ = sessions.refresh("token").await;
            let _ = accounts.change_password(&actor, password).await;
            let _ = credentials.create(&actor, credential).await;
            let _ = post.deliver_due().await;
            let _ = jobs.perform(&job).await;
            let _ = firings.fire_schedules().await;
        });
    }
}
