use std::sync::Arc;

use kairo_ports::{AccessTokens, Clock, IdSource, Passwords, Store, TokenSource};

use crate::{Companies, Error, Leads, Sessions, Upkeep, Users};

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
    /// Opaque tokens.
    pub tokens: Arc<dyn TokenSource>,
}

/// The studio: a cheap handle, cloned wherever it is needed.
#[derive(Clone)]
pub struct Studio {
    ports: Arc<Ports>,
}

impl Studio {
    /// A studio on these ports.
    pub fn new(ports: Ports) -> Self {
        Self { ports: Arc::new(ports) }
    }

    /// What is done with leads.
    pub fn leads(&self) -> Leads {
        Leads { ports: Arc::clone(&self.ports) }
    }

    /// What is done with users.
    pub fn users(&self) -> Users {
        Users { ports: Arc::clone(&self.ports) }
    }

    /// What is done with companies.
    pub fn companies(&self) -> Companies {
        Companies { ports: Arc::clone(&self.ports) }
    }

    /// Signing in, and who a token stands for.
    pub fn sessions(&self) -> Sessions {
        Sessions { ports: Arc::clone(&self.ports) }
    }

    /// What the program does by itself, now and then.
    pub fn upkeep(&self) -> Upkeep {
        Upkeep { ports: Arc::clone(&self.ports) }
    }

    /// Whether requests can be served: the store answers and has the expected schema.
    ///
    /// # Errors
    /// [`Error::Busy`] when the store is out of reach, [`Error::Broken`] when its schema is not the expected one.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.ports.store.ready().await?)
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::Actor;

    use super::*;
    use crate::{CaptureLead, CreateUser, MoveLead, SignIn};

    fn spawnable<T: Send>(_: T) {}

    /// A use case runs in a task of its own, so that a caller who hangs up cannot cut it short.
    #[expect(dead_code, reason = "it only has to compile")]
    fn use_cases_can_be_spawned(
        studio: &Studio,
        capture: CaptureLead,
        to: MoveLead,
        user: CreateUser,
        sign_in: SignIn,
    ) {
        let actor = Actor::Visitor;
        let (leads, users, sessions) = (studio.leads(), studio.users(), studio.sessions());
        spawnable(async move {
            let _ = leads.capture(&actor, capture, None).await;
            let _ = leads.move_to(&actor, to, None).await;
            let _ = users.create(&actor, user).await;
            let _ = sessions.sign_in(sign_in).await;
        });
    }
}
