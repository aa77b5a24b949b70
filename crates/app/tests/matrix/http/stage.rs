//! One try: its rows, its caller, and what the request says.

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use actix_web::test::TestRequest;
use kairo::domain::{Actor, Resource, Role};
use kairo::ports::Clock;
use kairo::system::SystemClock;
use kairo::use_cases::{Invite, Outcome};
use kairo_testkit::builders::email;
use serde_json::{Value, json};

use super::caller::Caller;
use super::document::Operation;
use super::scene::{Scene, Subject, Whose, second_factor};
use super::server::{Reply, Server};
use super::table::{Given, Row};
use crate::world::PASSWORD;

/// One try.
pub(super) struct Stage {
    pub(super) scene: Scene,
    /// The caller's access token.
    access_token: Option<String>,
    /// The token or the code that the request may need.
    pub(super) proof: String,
}

impl Stage {
    /// Makes the rows, signs the caller in, and gets whatever the request needs besides.
    pub(super) async fn set(server: &mut Server, caller: Caller, given: Given) -> Self {
        let scene = server.next_scene(caller);
        server.execute(scene.population()).await;
        let access_token = match caller {
            Caller::Anonymous => None,
            _ => Some(text(&server.sign_in(&scene.address(Whose::Mine)).await["accessToken"])),
        };
        let mut stage = Self { scene, access_token, proof: "made-up".to_owned() };
        if let Some(proof) = stage.prepare(server, given).await {
            stage.proof = proof;
        }
        stage
    }

    async fn prepare(&self, server: &mut Server, given: Given) -> Option<String> {
        let stranger = self.scene.address(Whose::Theirs);
        match given {
            Given::Nothing => None,
            Given::SecondFactor | Given::SecondFactorBegun if self.access_token.is_none() => None,
            Given::SecondFactor => {
                server.execute(second_factor(self.scene.me())).await;
                None
            }
            Given::SecondFactorBegun => Some(self.code_of_a_new_app(server).await),
            Given::Active => {
                server.execute(self.scene.moved("ACTIVE")).await;
                None
            }
            Given::Archived => {
                server.execute(self.scene.moved("ARCHIVED")).await;
                None
            }
            Given::Failed => {
                server.execute(self.scene.failed()).await;
                None
            }
            Given::Webhook => {
                server.execute(self.scene.addressed()).await;
                None
            }
            Given::WebhookToken => Some(server.webhook().await),
            Given::Newcomer => Some(server.newcomer().await),
            Given::RefreshToken => {
                let address = server.newcomer().await;
                Some(text(&server.sign_in(&address).await["refreshToken"]))
            }
            Given::SignUpToken => {
                let address = self.scene.address(Whose::Nobodys);
                let body = json!({"email": address, "password": PASSWORD});
                server.post("signUp", "/auth/signup", None, body).await;
                Some(server.mailed_token(&address).await)
            }
            Given::ResetToken => {
                server
                    .post("forgotPassword", "/auth/password/forgot", None, json!({"email": stranger}))
                    .await;
                Some(server.mailed_token(&stranger).await)
            }
            Given::InvitationToken => {
                let address = self.scene.address(Whose::Nobodys);
                let order = Invite { email: email(&address), role: Role::Client, company: None };
                let invited =
                    server.studio().invitations().create(&Actor::System, order, None).await.unwrap();
                assert!(matches!(invited, Outcome::Done(_)));
                Some(server.mailed_token(&address).await)
            }
        }
    }

    /// Begins to set up an authenticator app, and tells the code that it shows now.
    async fn code_of_a_new_app(&self, server: &mut Server) -> String {
        let token = self.access_token.as_deref();
        let body = json!({"password": PASSWORD});
        let begun = server.post("beginTwoFactor", "/me/two-factor", token, body).await;
        let app = totp_rs::Totp::from_url(text(&begun["url"])).unwrap();
        let now = u64::try_from(SystemClock.now().timestamp()).unwrap();
        app.generate(now).to_string()
    }

    /// The path of an operation on a thing, below whoever the path says it belongs to.
    pub(super) fn path(&self, operation: &Operation, place: Option<(Subject, Whose)>) -> String {
        let Some((Subject { resource, whose }, owner)) = place else {
            return operation.path.replace("{token}", &self.proof);
        };
        let part = self.scene.id(resource, whose).to_string();
        let id = if operation.path.starts_with("/users/{id}") {
            self.scene.id(Resource::User, owner).to_string()
        } else {
            part.clone()
        };
        let path = operation.path.replace("{id}", &id).replace("{number}", "1").replace("{node}", "hook");
        let path = if path.ends_with("/compare") { format!("{path}?from=1&to=1") } else { path };
        match (path.find('{'), path.find('}')) {
            (Some(start), Some(end)) => format!("{}{part}{}", &path[..start], &path[end + 1..]),
            _ => path,
        }
    }

    /// Reads something.
    pub(super) async fn get(&self, server: &mut Server, operation: &Operation, path: &str) -> Reply {
        self.ask(server, operation, path, None).await
    }

    /// Sends what the row says.
    pub(super) async fn send(
        &self,
        server: &mut Server,
        operation: &Operation,
        row: &Row,
        path: &str,
    ) -> Reply {
        self.ask(server, operation, path, row.body.map(|body| body(self))).await
    }

    async fn ask(
        &self,
        server: &mut Server,
        operation: &Operation,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = TestRequest::with_uri(&format!("/api/v1{path}")).method(operation.method.clone());
        if operation.needs_version {
            request = request.insert_header((IF_MATCH, "*"));
        }
        if let Some(token) = &self.access_token {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
        }
        if let Some(body) = body {
            let content_type = operation.content_type.clone().unwrap();
            request = request.insert_header((CONTENT_TYPE, content_type)).set_payload(body.to_string());
        }
        server.ask(&operation.id, request).await
    }
}

fn text(json: &Value) -> String {
    json.as_str().unwrap().to_owned()
}
