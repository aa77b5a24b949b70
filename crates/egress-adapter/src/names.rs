use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::Guard;
use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// Who knows the addresses of names.
#[async_trait]
pub(crate) trait Names: Send + Sync {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// What this machine knows: its hosts file and its name servers.
pub(crate) struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// The only way from a name to a connection: what is not permitted is left out, and what is handed back is connected to
/// without being looked up again. So a name that changes its mind between the check and the connection cannot exist.
#[derive(Clone)]
pub(crate) struct GuardedNames {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) guard: Arc<Guard>,
}

impl GuardedNames {
    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let reach = self.guard.reach(name)?;
        let found = self.names.addresses(name).await?;
        if found.is_empty() {
            return Err(io::Error::from(io::ErrorKind::NotFound).into());
        }
        let mut permitted = found;
        permitted.retain(|address| self.guard.permits(reach, *address));
        if permitted.is_empty() { Err(Refusal::Address.into()) } else { Ok(permitted) }
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let own = self.clone();
        Box::pin(async move {
            let permitted = own.look_up(name.as_str()).await?;
            // Port 0 stands for that of the URL.
            Ok(Box::new(permitted.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
