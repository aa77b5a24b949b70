//! What every operation of the OpenAPI document asks for, in the policy's words, and what to send to it.
//!
//! What the policy alone does not say, and all of it:
//! - [`Asks::Anybody`]: the operation makes a visitor somebody, or it is public, so nobody is refused.
//! - [`Asks::Holder`]: who holds a mailed token is not asked who they are; a made-up one is `token_invalid`.
//! - [`Asks::Knower`]: who knows a secret address is not asked who they are; behind a made-up one is nothing.
//! - [`Asks::OwnThing`]: below `/me` there is only what is one's own, whatever else an administrator may do elsewhere.
//! - [`Row::told_as`]: who knows of invitations at all is told that it is the role that they may not give.
//! - A thing below the address of somebody whose it is not is not there.

use kairo::domain::{Resource, Verb};
use serde_json::{Value, json};

use super::scene::Whose;
use super::stage::Stage;
use crate::world::{CREDENTIAL, PASSWORD};

/// What an operation asks for. An operation that is about two kinds of things has two rows.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) asks: Asks,
    pub(super) given: Given,
    pub(super) body: Option<fn(&Stage) -> Value>,
    /// For a thing to be made: the kind that one has to know of to be told no.
    pub(super) told_as: Option<Resource>,
}

/// Of what it is asked, and what.
#[derive(Clone, Copy)]
pub(super) enum Asks {
    /// Nothing of anybody's.
    Anybody,
    /// What a mailed token is for.
    Holder,
    /// What a secret address is for.
    Knower,
    /// The caller's own account, or something of it. Where it takes the caller's password, it is the right one.
    Oneself(Resource, Verb),
    /// A thing that the path names, of whoever it is.
    Thing(Resource, &'static [Verb]),
    /// A thing that the path names, which has to be the caller's.
    OwnThing(Resource, &'static [Verb]),
    /// A thing to be made, which belongs to nobody yet.
    New(Resource, &'static [Verb]),
    /// All there is of a kind within the caller's reach.
    Many(Resource),
}

/// What there has to be beforehand, besides the scene.
#[derive(Clone, Copy)]
pub(super) enum Given {
    Nothing,
    /// The caller's second factor is on.
    SecondFactor,
    /// It was begun; the proof is the first code.
    SecondFactorBegun,
    /// The automations fire.
    Active,
    /// The automations are archived.
    Archived,
    /// The runs have failed.
    Failed,
    /// The webhooks have addresses.
    Webhook,
    /// The proof is the token in the address of a webhook that fires.
    WebhookToken,
    /// The proof is the address of somebody without a second factor, which the people of the scene have.
    Newcomer,
    /// The proof is a refresh token of such a person.
    RefreshToken,
    /// The proof is the token of a sign-up.
    SignUpToken,
    /// The proof is the token to reset a password.
    ResetToken,
    /// The proof is the token of an invitation.
    InvitationToken,
}

impl Row {
    const fn new(operation: &'static str, asks: Asks) -> Self {
        Self { operation, asks, given: Given::Nothing, body: None, told_as: None }
    }

    const fn given(self, given: Given) -> Self {
        Self { given, ..self }
    }

    const fn sends(self, body: fn(&Stage) -> Value) -> Self {
        Self { body: Some(body), ..self }
    }

    const fn told_as(self, kind: Resource) -> Self {
        Self { told_as: Some(kind), ..self }
    }

    /// Of what kind the list is, if it asks for one.
    pub(super) const fn lists(&self) -> Option<Resource> {
        match self.asks {
            Asks::Many(resource) => Some(resource),
            _ => None,
        }
    }

    pub(super) const fn with_a_made_up_token(self) -> Self {
        self.given(Given::Nothing)
    }
}

/// The whole table.
pub(super) fn rows() -> Vec<Row> {
    [
        public(),
        own_account(),
        own_credentials(),
        users(),
        users_credentials(),
        companies(),
        credentials(),
        automations(),
        automations_flows(),
        runs(),
        invitations(),
        leads(),
    ]
    .concat()
}

fn public() -> Vec<Row> {
    vec![
        Row::new("getOpenApi", Asks::Anybody),
        Row::new("signUp", Asks::Anybody)
            .sends(|stage| json!({"email": stage.scene.address(Whose::Nobodys), "password": PASSWORD})),
        Row::new("signIn", Asks::Anybody)
            .given(Given::Newcomer)
            .sends(|stage| json!({"email": stage.proof, "password": PASSWORD})),
        Row::new("signIn", Asks::Anybody)
            .given(Given::Newcomer)
            .sends(|stage| json!({"email": stage.proof, "password": PASSWORD, "transport": "cookie"})),
        Row::new("refreshSession", Asks::Anybody)
            .given(Given::RefreshToken)
            .sends(|stage| json!({"refreshToken": stage.proof})),
        Row::new("forgotPassword", Asks::Anybody)
            .sends(|stage| json!({"email": stage.scene.address(Whose::Theirs)})),
        Row::new("verifyEmail", Asks::Holder)
            .given(Given::SignUpToken)
            .sends(|stage| json!({"token": stage.proof, "password": PASSWORD})),
        Row::new("resetPassword", Asks::Holder)
            .given(Given::ResetToken)
            .sends(|stage| json!({"token": stage.proof, "password": "seven kettles hum quietly"})),
        Row::new("showInvitation", Asks::Holder)
            .given(Given::InvitationToken)
            .sends(|stage| json!({"token": stage.proof})),
        Row::new("acceptInvitation", Asks::Holder)
            .given(Given::InvitationToken)
            .sends(|stage| json!({"token": stage.proof, "password": PASSWORD})),
    ]
}

fn own_account() -> Vec<Row> {
    use Resource::User;
    vec![
        Row::new("getMe", Asks::Oneself(User, Verb::Read)),
        Row::new("editMe", Asks::Oneself(User, Verb::Update)).sends(|_| json!({"name": "Grace"})),
        Row::new("changePassword", Asks::Oneself(User, Verb::Update))
            .sends(|_| json!({"currentPassword": PASSWORD, "newPassword": "seven kettles hum quietly"})),
        Row::new("changeEmail", Asks::Oneself(User, Verb::Update))
            .sends(|stage| json!({"email": stage.scene.address(Whose::Nobodys), "password": PASSWORD})),
        Row::new("getTwoFactor", Asks::Oneself(User, Verb::Read)).given(Given::SecondFactor),
        Row::new("beginTwoFactor", Asks::Oneself(User, Verb::Update))
            .sends(|_| json!({"password": PASSWORD})),
        Row::new("confirmTwoFactor", Asks::Oneself(User, Verb::Update))
            .given(Given::SecondFactorBegun)
            .sends(|stage| json!({"code": stage.proof})),
        Row::new("renewRecoveryCodes", Asks::Oneself(User, Verb::Update))
            .given(Given::SecondFactor)
            .sends(|_| json!({"password": PASSWORD})),
        Row::new("removeTwoFactor", Asks::Oneself(User, Verb::Update))
            .given(Given::SecondFactor)
            .sends(|_| json!({"password": PASSWORD})),
    ]
}

fn own_credentials() -> Vec<Row> {
    use Resource::{ApiKey, Session};
    vec![
        Row::new("signOut", Asks::Oneself(Session, Verb::Delete)).sends(|_| json!({"sessions": "all"})),
        Row::new("listMySessions", Asks::Many(Session)),
        Row::new("endMySession", Asks::OwnThing(Session, &[Verb::Delete])),
        Row::new("listMyApiKeys", Asks::Many(ApiKey)),
        Row::new("createApiKey", Asks::Oneself(ApiKey, Verb::Create))
            .sends(|_| json!({"name": "Export", "scopes": ["leads:read"]})),
        Row::new("revokeMyApiKey", Asks::OwnThing(ApiKey, &[Verb::Delete])),
    ]
}

fn users() -> Vec<Row> {
    use Resource::User;
    vec![
        Row::new("listUsers", Asks::Many(User)),
        Row::new("listColleagues", Asks::Many(Resource::Colleague)),
        // Who adds a user vouches for the address, and that is a right that is given.
        Row::new("addUser", Asks::New(User, &[Verb::Create, Verb::ChangeRole]))
            .sends(|stage| json!({"email": stage.scene.address(Whose::Nobodys), "role": "TEAM"})),
        Row::new("getUser", Asks::Thing(User, &[Verb::Read])),
        Row::new("editUser", Asks::Thing(User, &[Verb::Update])).sends(|_| json!({"name": "Grace"})),
        Row::new("deleteUser", Asks::Thing(User, &[Verb::Delete])),
        Row::new("changeRole", Asks::Thing(User, &[Verb::ChangeRole])).sends(|_| json!({"role": "TEAM"})),
        Row::new("changeCompany", Asks::Thing(User, &[Verb::ChangeRole]))
            .sends(|stage| json!({"companyId": stage.scene.company(Whose::Theirs)})),
        Row::new("suspendUser", Asks::Thing(User, &[Verb::ChangeRole])),
        Row::new("reactivateUser", Asks::Thing(User, &[Verb::ChangeRole])),
        Row::new("resetTwoFactor", Asks::Thing(User, &[Verb::ChangeRole])).given(Given::SecondFactor),
    ]
}

fn users_credentials() -> Vec<Row> {
    use Resource::{ApiKey, Session};
    vec![
        Row::new("listUserSessions", Asks::Thing(Session, &[Verb::Read])),
        Row::new("listUserSessions", Asks::Many(Session)),
        Row::new("endUserSession", Asks::Thing(Session, &[Verb::Delete])),
        Row::new("listUserApiKeys", Asks::Thing(ApiKey, &[Verb::Read])),
        Row::new("listUserApiKeys", Asks::Many(ApiKey)),
        Row::new("revokeUserApiKey", Asks::Thing(ApiKey, &[Verb::Delete])),
    ]
}

fn companies() -> Vec<Row> {
    use Resource::{Audit, Company};
    vec![
        Row::new("listCompanies", Asks::Many(Company)),
        Row::new("createCompany", Asks::New(Company, &[Verb::Create])).sends(|_| json!({"name": "Acme"})),
        Row::new("getCompany", Asks::Thing(Company, &[Verb::Read])),
        Row::new("editCompany", Asks::Thing(Company, &[Verb::Update])).sends(|_| json!({"name": "Globex"})),
        Row::new("deleteCompany", Asks::Thing(Company, &[Verb::Delete])),
        Row::new("listAudit", Asks::Many(Audit)),
    ]
}

fn credentials() -> Vec<Row> {
    use Resource::Credential;
    vec![
        Row::new("listCredentials", Asks::Many(Credential)),
        Row::new("createCredential", Asks::Oneself(Credential, Verb::Create))
            .sends(|_| json!({"name": "erp", "secret": {"kind": "bearer", "token": CREDENTIAL}})),
        Row::new("getCredential", Asks::Thing(Credential, &[Verb::Read])),
        Row::new("editCredential", Asks::Thing(Credential, &[Verb::Update]))
            .sends(|_| json!({"name": "renamed"})),
        Row::new("replaceCredentialSecret", Asks::Thing(Credential, &[Verb::Update]))
            .sends(|_| json!({"kind": "bearer", "token": CREDENTIAL})),
        Row::new("deleteCredential", Asks::Thing(Credential, &[Verb::Purge])),
    ]
}

fn invitations() -> Vec<Row> {
    use Resource::{ClientInvitation, StaffInvitation};
    vec![
        Row::new("listInvitations", Asks::Many(ClientInvitation)),
        Row::new("inviteUser", Asks::New(ClientInvitation, &[Verb::Create]))
            .sends(|stage| json!({"email": stage.scene.address(Whose::Nobodys)})),
        Row::new("inviteUser", Asks::New(StaffInvitation, &[Verb::Create]))
            .told_as(ClientInvitation)
            .sends(|stage| json!({"email": stage.scene.address(Whose::Nobodys), "role": "TEAM"})),
        Row::new("getInvitation", Asks::Thing(ClientInvitation, &[Verb::Read])),
        Row::new("getInvitation", Asks::Thing(StaffInvitation, &[Verb::Read])),
        Row::new("revokeInvitation", Asks::Thing(ClientInvitation, &[Verb::Delete])),
        Row::new("revokeInvitation", Asks::Thing(StaffInvitation, &[Verb::Delete])),
        Row::new("resendInvitation", Asks::Thing(ClientInvitation, &[Verb::Create])),
        Row::new("resendInvitation", Asks::Thing(StaffInvitation, &[Verb::Create])),
    ]
}

fn leads() -> Vec<Row> {
    use Resource::Lead;
    vec![
        Row::new("listLeads", Asks::Many(Lead)),
        Row::new("captureLead", Asks::New(Lead, &[Verb::Create]))
            .sends(|_| json!({"name": "Ada", "email": "ada@example.com", "message": "Hello"})),
        Row::new("getLead", Asks::Thing(Lead, &[Verb::Read])),
        Row::new("editLead", Asks::Thing(Lead, &[Verb::Update])).sends(|_| json!({"name": "Grace"})),
        Row::new("deleteLead", Asks::Thing(Lead, &[Verb::Delete])),
        Row::new("moveLead", Asks::Thing(Lead, &[Verb::Move])).sends(|_| json!({"to": "CONTACTED"})),
        Row::new("noteLead", Asks::Thing(Lead, &[Verb::Update])).sends(|_| json!({"text": "Call again"})),
        // What is in them is the lead's: who may read that reads all of them, and nobody else any.
        Row::new("listLeadNotes", Asks::Thing(Lead, &[Verb::Read])),
        Row::new("listLeadTimeline", Asks::Thing(Lead, &[Verb::Read])),
    ]
}

fn automations() -> Vec<Row> {
    use Resource::Automation;
    vec![
        Row::new("listAutomations", Asks::Many(Automation)),
        Row::new("createAutomation", Asks::Oneself(Automation, Verb::Create)).sends(|_| json!({"title": "New"})),
        Row::new("importAutomation", Asks::Oneself(Automation, Verb::Create)).sends(|_| {
            json!({"kairo": "automation", "formatVersion": 1, "title": "New", "flow": {"nodes": [], "edges": []}})
        }),
        Row::new("listNodeKinds", Asks::Oneself(Automation, Verb::Read)),
        Row::new("validateFlow", Asks::Oneself(Automation, Verb::Read))
            .sends(|_| json!({"nodes": [], "edges": []})),
        Row::new("getAutomation", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("editAutomation", Asks::Thing(Automation, &[Verb::Update])).sends(|_| json!({"title": "Other"})),
        Row::new("deleteAutomation", Asks::Thing(Automation, &[Verb::Delete])),
        Row::new("activateAutomation", Asks::Thing(Automation, &[Verb::Move])),
        Row::new("pauseAutomation", Asks::Thing(Automation, &[Verb::Move])).given(Given::Active),
        Row::new("archiveAutomation", Asks::Thing(Automation, &[Verb::Move])),
        Row::new("restoreAutomation", Asks::Thing(Automation, &[Verb::Move])).given(Given::Archived),
        // Who sees it can make another of their own.
        Row::new("duplicateAutomation", Asks::Thing(Automation, &[Verb::Read])).sends(|_| json!({})),
        Row::new("exportAutomation", Asks::Thing(Automation, &[Verb::Read])),
    ]
}

fn automations_flows() -> Vec<Row> {
    use Resource::Automation;
    vec![
        Row::new("getFlow", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("drawFlow", Asks::Thing(Automation, &[Verb::Update]))
            .sends(|_| json!({"nodes": [], "edges": []})),
        Row::new("listFlowVersions", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("getFlowVersion", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("compareFlowVersions", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("restoreFlowVersion", Asks::Thing(Automation, &[Verb::Update])),
        Row::new("dryRunAutomation", Asks::Thing(Automation, &[Verb::Read])).sends(|_| json!({})),
        Row::new("listTriggers", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("rotateWebhook", Asks::Thing(Automation, &[Verb::Update])).given(Given::Webhook),
        Row::new("deliverHook", Asks::Knower).given(Given::WebhookToken).sends(|_| json!({"order": 17})),
    ]
}

fn runs() -> Vec<Row> {
    use Resource::{Automation, Run};
    vec![
        Row::new("listRuns", Asks::Many(Run)),
        Row::new("runAutomation", Asks::Thing(Automation, &[Verb::Run])).sends(|_| json!({"trigger": "go"})),
        Row::new("listAutomationRuns", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("getRunFigures", Asks::Thing(Automation, &[Verb::Read])),
        Row::new("getRun", Asks::Thing(Run, &[Verb::Read])),
        Row::new("listSteps", Asks::Thing(Run, &[Verb::Read])),
        Row::new("followRun", Asks::Thing(Run, &[Verb::Read])).given(Given::Failed),
        Row::new("cancelRun", Asks::Thing(Run, &[Verb::Update])),
        Row::new("retryRun", Asks::Thing(Run, &[Verb::Update])).given(Given::Failed).sends(|_| json!({})),
    ]
}
