use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use zeroize::Zeroizing;

use crate::signing_key::KeyParts;
use crate::{BadSigningKey, SigningKey};

mod text;

#[cfg(test)]
mod tests;

/// A key of a [`Keyring`].
#[derive(Clone, Debug)]
pub struct RingKey {
    /// The key.
    pub key: SigningKey,
    /// From when on it signs, unless a later one does. Put it into every node's ring before then.
    pub signs_from: DateTime<Utc>,
}

/// The keys of an installation, of which one signs at a time. Clones are the same ring, and it can be replaced while
/// the program runs.
#[derive(Clone)]
pub struct Keyring(Arc<RwLock<Arc<Ring>>>);

/// Keys that are no ring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyring {
    /// There is none.
    #[error("a keyring has at least one key")]
    Empty,
    /// The same key is there more than once.
    #[error("a keyring has every key once")]
    Twice,
    /// A line of its text is neither a key nor a comment.
    #[error("line {line} of the keyring is not a base64 key and the RFC 3339 instant from which it signs")]
    Line {
        /// The line, counted from 1.
        line: usize,
    },
    /// The cryptography library refuses a key.
    #[error(transparent)]
    Key(#[from] BadSigningKey),
}

/// The keys as they were at one time, by when they begin to sign; never empty.
pub(crate) struct Ring(Box<[Member]>);

/// A key of the ring with what follows from it.
pub(crate) struct Member {
    /// What the world calls it.
    pub(crate) id: String,
    pub(crate) parts: KeyParts,
    ring_key: RingKey,
    /// When the next one begins to sign.
    replaced_at: Option<DateTime<Utc>>,
}

impl Keyring {
    /// A ring of these keys, in any order.
    ///
    /// # Errors
    /// [`BadKeyring`] when there is none, one is there twice, or the cryptography library refuses one.
    pub fn new(keys: Vec<RingKey>) -> Result<Self, BadKeyring> {
        Ok(Self(Arc::new(RwLock::new(Arc::new(Ring::new(keys)?)))))
    }

    /// A ring of one key.
    ///
    /// # Errors
    /// [`BadKeyring::Key`] when the cryptography library refuses it.
    pub fn single(key: SigningKey) -> Result<Self, BadKeyring> {
        Self::new(vec![RingKey { key, signs_from: DateTime::UNIX_EPOCH }])
    }

    /// Puts other keys into the ring, for everybody who holds it.
    ///
    /// # Errors
    /// [`BadKeyring`] as [`Keyring::new`]; the ring stays as it was then.
    pub fn replace(&self, keys: Vec<RingKey>) -> Result<(), BadKeyring> {
        let ring = Arc::new(Ring::new(keys)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// The keys, by when they begin to sign.
    pub fn keys(&self) -> Vec<RingKey> {
        self.ring().0.iter().map(|member| member.ring_key.clone()).collect()
    }

    /// The key that signs now.
    pub fn signing_key(&self, now: DateTime<Utc>) -> SigningKey {
        self.ring().signing(now).key().clone()
    }

    pub(crate) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ring {
    fn new(mut keys: Vec<RingKey>) -> Result<Self, BadKeyring> {
        keys.sort_by_key(|key| key.signs_from);
        let replaced_at: Vec<_> = keys.iter().skip(1).map(|key| Some(key.signs_from)).chain([None]).collect();
        let members = keys.into_iter().zip(replaced_at).map(|(key, at)| Member::new(key, at));
        let members = members.collect::<Result<Box<[_]>, _>>()?;
        let is_twice = |(at, member): (usize, &Member)| members[..at].iter().any(|m| m.id == member.id);
        if members.is_empty() {
            return Err(BadKeyring::Empty);
        }
        if members.iter().enumerate().any(is_twice) {
            return Err(BadKeyring::Twice);
        }
        Ok(Self(members))
    }

    /// The key that signs: the latest that has begun to, or the first of all.
    pub(crate) fn signing(&self, now: DateTime<Utc>) -> &Member {
        &self.0[self.signing_place(now)]
    }

    /// Every key: the one that signs, those before it from the latest, then those to come.
    pub(crate) fn signing_first(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Member> {
        let (begun, to_come) = self.0.split_at(self.signing_place(now) + 1);
        begun.iter().rev().chain(to_come)
    }

    /// The keys whose signatures count, in the order of [`Ring::signing_first`]: those to come, for a node whose clock
    /// is ahead; and those replaced no longer ago than `overlap`.
    pub(crate) fn trusted(&self, now: DateTime<Utc>, overlap: TimeDelta) -> impl Iterator<Item = &Member> {
        self.signing_first(now).filter(move |member| member.replaced_at.is_none_or(|at| now <= at + overlap))
    }

    /// The key with this id.
    pub(crate) fn find(&self, id: &str) -> Option<&Member> {
        self.0.iter().find(|member| member.id == id)
    }

    /// Every key, by when it begins to sign.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    fn signing_place(&self, now: DateTime<Utc>) -> usize {
        self.0.partition_point(|member| member.ring_key.signs_from <= now).saturating_sub(1)
    }
}

impl Member {
    fn new(ring_key: RingKey, replaced_at: Option<DateTime<Utc>>) -> Result<Self, BadSigningKey> {
        let parts = ring_key.key.to_pair()?;
        Ok(Self { id: parts.id(), parts, ring_key, replaced_at })
    }

    /// The secret of this key for one purpose.
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key().derive(purpose))
    }

    const fn key(&self) -> &SigningKey {
        &self.ring_key.key
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ring().iter().map(|member| &member.ring_key)).finish()
    }
}
