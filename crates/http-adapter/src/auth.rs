//! Getting in and out: what callers ask for who are not signed in yet, or not any more.

mod dto;
pub(crate) mod invitation;
pub(crate) mod password;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
