use chrono::TimeDelta;
use kairo_domain::{
    ApiKey, ApiKeyId, CompanyId, Credential, CredentialId, CredentialKind, CredentialName, CredentialRecord,
    EmailChange, EmailChangeId, Invitation, InvitationId, OneTimeToken, Purpose, Redacted, Role, Scope,
    SecondFactor, SignUp, SignUpId, Title, UserId, Version,
};

use super::{Builder, at, email, next_id, person};
use crate::fakes::{NumberedTokens, START};

impl Builder<Invitation> {
    /// The invitation.
    pub fn build(self) -> Invitation {
        self.0
    }
}

impl Builder<ApiKey> {
    /// The key.
    pub fn build(self) -> ApiKey {
        self.0
    }
}

impl Builder<CredentialRecord> {
    /// The credential.
    pub fn build(self) -> Credential {
        Credential::restore(self.0)
    }
}

impl Builder<SignUp> {
    /// The sign-up.
    pub fn build(self) -> SignUp {
        self.0
    }
}

impl Builder<EmailChange> {
    /// The change of address.
    pub fn build(self) -> EmailChange {
        self.0
    }
}

impl Builder<SecondFactor> {
    /// The second factor.
    pub fn build(self) -> SecondFactor {
        self.0
    }
}

impl Builder<OneTimeToken> {
    /// The token, as it is stored.
    pub fn build(self) -> OneTimeToken {
        self.0
    }
}

/// An invitation made at [`START`] by nobody in particular.
pub fn invitation(address: &str, role: Role) -> Builder<Invitation> {
    Builder(Invitation {
        id: InvitationId::from_uuid(next_id()),
        email: email(address),
        role,
        company: None,
        invited_by: None,
        created_at: START,
        expires_at: START + Invitation::LIFETIME,
        accepted_at: None,
        revoked_at: None,
    })
}

/// An open invitation of a client with every field filled that an open one can have.
pub fn full_invitation(company: CompanyId, by: UserId) -> Builder<Invitation> {
    invitation("Ivy.Invited+1@Example.com", Role::Client).with(|invitation| {
        invitation.company = Some(company);
        invitation.invited_by = Some(by);
        invitation.created_at = at(10) + TimeDelta::microseconds(7);
        invitation.expires_at = at(1_000) + TimeDelta::microseconds(11);
    })
}

/// A key made at [`START`] that may read leads.
pub fn api_key(user: UserId) -> Builder<ApiKey> {
    let id = ApiKeyId::from_uuid(next_id());
    Builder(ApiKey {
        id,
        user,
        name: Title::parse("Export").unwrap(),
        prefix: "kairo_a1b2".to_owned(),
        digest: NumberedTokens::digest_of(&id.to_string()),
        scopes: Scope::named("leads:read").into_iter().collect(),
        expires_at: START + ApiKey::LIFETIME,
        created_at: START,
        last_used_at: None,
        revoked_at: None,
    })
}

/// A revoked key with every scope and every field filled.
pub fn full_api_key(user: UserId) -> Builder<ApiKey> {
    api_key(user).with(|key| {
        key.name = Title::parse("The \"old\" one – 50%").unwrap();
        key.scopes = Scope::ALL.into_iter().collect();
        key.expires_at = at(500) + TimeDelta::microseconds(3);
        key.created_at = at(5);
        key.last_used_at = Some(at(60));
        key.revoked_at = Some(at(70) + TimeDelta::microseconds(1));
    })
}

/// A credential with a token, made at [`START`] and never used.
pub fn credential(owner: UserId, name: &str) -> Builder<CredentialRecord> {
    let id = CredentialId::from_uuid(next_id());
    Builder(CredentialRecord {
        id,
        owner,
        name: CredentialName::parse(name).unwrap(),
        kind: CredentialKind::Bearer,
        sealed: Redacted::new(format!("sealed for {id}")),
        created_at: START,
        updated_at: START,
        last_used_at: None,
        version: Version::FIRST,
    })
}

/// A credential with every field filled and all times different.
pub fn full_credential(owner: UserId) -> Builder<CredentialRecord> {
    credential(owner, "acme-crm_2.token").with(|credential| {
        credential.kind = CredentialKind::Basic;
        credential.created_at = at(5) + TimeDelta::microseconds(3);
        credential.updated_at = at(60);
        credential.last_used_at = Some(at(70) + TimeDelta::microseconds(1));
        credential.version = Version::from_number(4);
    })
}

/// A sign-up made at [`START`].
pub fn sign_up(address: &str) -> Builder<SignUp> {
    Builder(SignUp {
        id: SignUpId::from_uuid(next_id()),
        email: email(address),
        name: Some(person("Nora Ünal")),
        created_at: START,
        expires_at: START + SignUp::LIFETIME,
    })
}

/// A change of address asked for at [`START`] and not confirmed yet.
pub fn email_change(user: UserId, to: &str) -> Builder<EmailChange> {
    Builder(EmailChange {
        id: EmailChangeId::from_uuid(next_id()),
        user,
        new_email: email(to),
        created_at: START,
        expires_at: START + EmailChange::LIFETIME,
        old_confirmed_at: None,
        new_confirmed_at: None,
    })
}

/// A second factor that was begun at [`START`] and never proven.
pub fn second_factor(user: UserId) -> Builder<SecondFactor> {
    Builder(SecondFactor {
        user,
        sealed_secret: Redacted::new(format!("sealed for {user}")),
        created_at: START,
        confirmed_at: None,
        last_step: None,
        recovery: vec![],
    })
}

/// A second factor in use, with two recovery codes left.
pub fn full_second_factor(user: UserId) -> Builder<SecondFactor> {
    second_factor(user).with(|factor| {
        factor.confirmed_at = Some(at(30) + TimeDelta::microseconds(9));
        factor.last_step = Some(58_907_520);
        factor.recovery = ["second", "first"].map(NumberedTokens::digest_of).to_vec();
    })
}

/// A mailed token made at [`START`], good for an hour.
pub fn one_time_token(token: &str, purpose: Purpose) -> Builder<OneTimeToken> {
    Builder(OneTimeToken {
        digest: NumberedTokens::digest_of(token),
        purpose,
        created_at: START,
        expires_at: START + TimeDelta::hours(1),
    })
}
