use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, AutomationId, Denied, FlowNumber, Id, Origin, Refused, Resource, UserId, Verb, Via,
};
use kairo_flow::Plan;
use kairo_ports::UnitOfWork;
use uuid::Uuid;

use crate::engine::Plans;
use crate::ids::share_of;
use crate::live::Live;
use crate::places::Places;
use crate::retry::retry;
use crate::{Error, Ports};

/// What every use case works with: the ports, what is known of revoked tokens, and where the request comes from.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) ports: Arc<Ports>,
    pub(crate) live: Arc<Live>,
    pub(crate) proofs: Arc<Places>,
    pub(crate) origin: Arc<Origin>,
    pub(crate) plans: Arc<Plans>,
}

/// What an order asks for, to be remembered if it is refused.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    verb: Verb,
    resource: Resource,
    subject: Option<Uuid>,
}

impl Asked {
    /// An order about one thing.
    pub(crate) const fn of(verb: Verb, resource: Resource, subject: Uuid) -> Self {
        Self { verb, resource, subject: Some(subject) }
    }

    /// An order about something that does not exist yet.
    pub(crate) const fn for_new(resource: Resource) -> Self {
        Self { verb: Verb::Create, resource, subject: None }
    }

    /// Nobody but a user can own something: for anybody else there is no such thing.
    pub(crate) const fn hidden(self) -> Error {
        Error::NotFound { what: self.resource.as_str() }
    }

    pub(crate) const fn refused(self, why: &'static str) -> Refused {
        Refused { verb: self.verb, resource: self.resource, subject: self.subject, why }
    }
}

impl Desk {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// The plan of a version of a flow. A unit is begun only when it is not kept.
    pub(crate) async fn plan(
        &self,
        automation: AutomationId,
        number: FlowNumber,
    ) -> Result<Arc<Plan>, Error> {
        if let Some(plan) = self.plans.known(automation, number) {
            return Ok(plan);
        }
        let mut work = self.begin_read(&Actor::System).await?;
        self.plans.get(&mut *work, automation, number).await
    }

    /// Does what may take long, where it keeps nobody else from going on.
    ///
    /// # Errors
    /// [`Error::Broken`] when it panicked.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let result = Arc::new(Mutex::new(None));
        let brought = Arc::clone(&result);
        let work = move || *brought.lock().unwrap_or_else(PoisonError::into_inner) = Some(work());
        self.ports.compute.run(Box::new(work)).await;
        let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.ok_or_else(|| Error::Broken("what was to be computed panicked".into()))
    }

    pub(crate) fn new_id<E>(&self) -> Id<E> {
        Id::from_uuid(self.ports.ids.next())
    }

    /// A random number from 0 up to 1.
    pub(crate) fn random_share(&self) -> f64 {
        share_of(self.ports.ids.next())
    }

    /// Begins a unit of work whose journal entries say where they come from.
    pub(crate) async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, Error> {
        let mut work = self.ports.store.begin(actor).await?;
        work.journal().came_from(&self.origin);
        Ok(work)
    }

    pub(crate) async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, Error> {
        Ok(self.ports.store.begin_read(actor).await?)
    }

    /// Runs an order that matters for security: again when another transaction was in the way, and with a line in the
    /// journal when it is refused to the actor.
    pub(crate) async fn order<T, F>(
        &self,
        actor: &Actor,
        asked: Asked,
        order: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let done = retry(order).await;
        if let Err(error) = &done {
            self.remember(actor, asked, error).await?;
        }
        done
    }

    /// Records that something was refused to somebody, in a unit of its own; what is no refusal is not recorded.
    pub(crate) async fn remember(&self, actor: &Actor, asked: Asked, error: &Error) -> Result<(), Error> {
        let Some(why) = error.refusal() else { return Ok(()) };
        let refused = &asked.refused(why);
        retry(|| async move {
            let mut work = self.begin(actor).await?;
            work.journal().record_refusal(actor, refused, self.now()).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// The user who acts in person. What could lock the owner out or let somebody stay is not for API keys.
    pub(crate) fn in_person(&self, actor: &Actor, asked: Asked) -> Result<UserId, Error> {
        match actor {
            Actor::User(user) if !matches!(user.via, Via::ApiKey(..)) => Ok(user.id),
            Actor::Visitor => Err(Error::Unauthenticated("sign in first")),
            Actor::User(_) | Actor::Automation { .. } | Actor::System => {
                let Asked { verb, resource, .. } = asked;
                Err(Error::Forbidden(Denied::Forbidden { role: actor.role(), verb, resource }))
            }
        }
    }
}
