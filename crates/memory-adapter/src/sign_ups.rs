use async_trait::async_trait;
use kairo_domain::{SignUp, SignUpId};
use kairo_ports::{PasswordHash, SignUpRepository, StoreError};

use crate::unit_of_work::MemoryUnitOfWork;

/// A sign-up with what its password is checked against.
#[derive(Clone)]
pub(crate) struct Applicant {
    pub(crate) sign_up: SignUp,
    password_hash: PasswordHash,
}

#[async_trait]
impl SignUpRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: SignUpId) -> Result<Option<(SignUp, PasswordHash)>, StoreError> {
        self.demand_system()?;
        let applicant = self.view.sign_ups.get(&id.uuid()).cloned();
        Ok(applicant.map(|applicant| (applicant.sign_up, applicant.password_hash)))
    }

    async fn add(&mut self, sign_up: &SignUp, password: &PasswordHash) -> Result<(), StoreError> {
        self.demand_system()?;
        let applicant = Applicant { sign_up: sign_up.clone(), password_hash: password.clone() };
        self.write(move |shelf| shelf.sign_ups.put_new(applicant.sign_up.id.uuid(), applicant.clone(), "id"))
    }

    async fn remove(&mut self, sign_up: &SignUp) -> Result<(), StoreError> {
        self.demand_system()?;
        let address = sign_up.email.folded();
        self.write(move |shelf| {
            let asks_for_it = |applicant: &Applicant| applicant.sign_up.email.folded() == address;
            shelf.sign_ups.remove_where(usize::MAX, asks_for_it);
            Ok(())
        })
    }
}
