use async_trait::async_trait;
use kairo_domain::{OneTimeToken, Purpose, TokenDigest};
use kairo_ports::{OneTimeTokens, StoreError};

use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl OneTimeTokens for MemoryUnitOfWork {
    async fn find(&mut self, digest: &TokenDigest) -> Result<Option<OneTimeToken>, StoreError> {
        self.demand_system()?;
        Ok(self.view.one_time_tokens.get(&key(digest)).cloned())
    }

    async fn add(&mut self, token: &OneTimeToken) -> Result<(), StoreError> {
        self.demand_system()?;
        let token = token.clone();
        self.write(move |shelf| shelf.one_time_tokens.put_new(key(&token.digest), token.clone(), "token"))
    }

    async fn take(&mut self, digest: &TokenDigest) -> Result<(), StoreError> {
        self.demand_system()?;
        let key = key(digest);
        self.write(
            move |shelf| {
                if shelf.one_time_tokens.remove(&key) { Ok(()) } else { Err(StoreError::Stale) }
            },
        )
    }

    async fn discard(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            shelf.one_time_tokens.remove_where(usize::MAX, |token| token.purpose == purpose);
            Ok(())
        })
    }
}

fn key(digest: &TokenDigest) -> String {
    digest.as_str().to_owned()
}
