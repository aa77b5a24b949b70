//! The API over the database, and all that is asked of it.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::App;
use actix_web::dev::Service;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{self, TestRequest};
use kairo::Studio;
use kairo::domain::{Actor, NewPassword, NewUser, Resource, Role};
use kairo::http::{Api, RateLimits, Settings};
use kairo::use_cases::CreateUser;
use kairo_testkit::builders::email;
use kairo_testkit::fakes::Mailbox;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};

use super::caller::Caller;
use super::ledger::Ledger;
use super::lists::{KnownRow, rows_of};
use super::scene::{FLOW, Scene};
use crate::world::{PASSWORD, World};

type Answering = Pin<Box<dyn Future<Output = Reply>>>;

/// The API, a connection that no policy binds, and what has been handed out so far.
pub(super) struct Server {
    answer: Box<dyn Fn(TestRequest) -> Answering>,
    studio: Studio,
    mailbox: Mailbox,
    connection: PgConnection,
    ledger: Ledger,
    scenes: u32,
}

/// An answer, read to its end.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// The headers and the body, as they were sent.
    pub(super) text: String,
    pub(super) json: Value,
    /// The values of the cookies that it sets.
    pub(super) cookies: Vec<String>,
}

impl Server {
    pub(super) async fn new(world: &World) -> Self {
        let mailbox = Mailbox::default();
        let studio = world.studio(&mailbox).await;
        let settings = Settings { rate_limits: RateLimits::OFF, ..Settings::new([7; 32]) };
        let api = Api::new(studio.clone(), settings);
        let service = Rc::new(test::init_service(App::new().configure(|app| api.configure(app))).await);
        let answer = move |request: TestRequest| -> Answering {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = service.call(request.to_request()).await.unwrap();
                let (status, headers) = (response.status(), format!("{:?}", response.headers()));
                let cookies = response.response().cookies().map(|cookie| cookie.value().to_owned()).collect();
                let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
                let json = serde_json::from_str(&body).unwrap_or(Value::Null);
                Reply { status, text: format!("{headers}\n{body}"), json, cookies }
            })
        };
        Self {
            answer: Box::new(answer),
            studio,
            mailbox,
            connection: world.connect().await,
            ledger: Ledger::new(),
            scenes: 0,
        }
    }

    pub(super) const fn studio(&self) -> &Studio {
        &self.studio
    }

    /// The rows of the next try.
    pub(super) fn next_scene(&mut self, caller: Caller) -> Scene {
        self.scenes += 1;
        Scene { number: self.scenes, caller }
    }

    #[expect(clippy::disallowed_methods, reason = "the statements are made of words of this test alone")]
    pub(super) async fn execute(&mut self, statements: String) {
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut self.connection).await.unwrap();
    }

    /// Sends a request. This is the one place where answers come in, and none goes by unsearched.
    pub(super) async fn ask(&mut self, operation: &str, request: TestRequest) -> Reply {
        let reply = (self.answer)(request).await;
        self.ledger.search(operation, &reply);
        reply
    }

    /// Posts what is known to be fine.
    pub(super) async fn post(
        &mut self,
        operation: &str,
        path: &str,
        token: Option<&str>,
        body: Value,
    ) -> Value {
        let mut request = TestRequest::post().uri(&format!("/api/v1{path}")).set_json(body);
        if let Some(token) = token {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
        }
        let reply = self.ask(operation, request).await;
        assert!(reply.status.is_success(), "{operation}: {}", reply.text);
        reply.json
    }

    pub(super) async fn sign_in(&mut self, address: &str) -> Value {
        self.post("signIn", "/auth/login", None, json!({"email": address, "password": PASSWORD})).await
    }

    /// Makes somebody who can sign in with the password alone, and tells the address.
    pub(super) async fn newcomer(&mut self) -> String {
        let address = format!("newcomer.{}@example.com", self.scenes);
        let user = NewUser { email: email(&address), name: None, role: Role::Client, company: None };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        self.studio.users().create(&Actor::System, order).await.unwrap();
        address
    }

    /// Makes a webhook of somebody new that fires, and tells the token in its address.
    pub(super) async fn webhook(&mut self) -> String {
        let address = self.newcomer().await;
        let token = self.sign_in(&address).await["accessToken"].as_str().unwrap().to_owned();
        let flow: Value = serde_json::from_str(FLOW).unwrap();
        let draft = json!({"title": "Deliveries", "flow": flow});
        let made = self.post("createAutomation", "/automations", Some(&token), draft).await;
        let path = format!("/automations/{}", made["id"].as_str().unwrap());
        self.post("activateAutomation", &format!("{path}/activate"), Some(&token), json!({})).await;
        let request = TestRequest::get().uri(&format!("/api/v1{path}/triggers"));
        let request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
        let triggers = self.ask("listTriggers", request).await.json;
        let secret = triggers["data"][0]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        self.ledger.remember(&secret);
        secret
    }

    /// Delivers the mails, and tells the token in the last one to this address.
    pub(super) async fn mailed_token(&mut self, address: &str) -> String {
        self.studio.post().deliver_due().await.unwrap();
        let mails = self.mailbox.take();
        for token in mails.iter().filter_map(Mailbox::token_of) {
            self.ledger.remember(&token);
        }
        let to_them = mails.iter().rfind(|mail| mail.to.as_str() == address).unwrap();
        Mailbox::token_of(to_them).unwrap()
    }

    /// All rows of a kind that there are.
    pub(super) async fn rows(&mut self, resource: Resource) -> Vec<KnownRow> {
        sqlx::query_as(rows_of(resource)).fetch_all(&mut self.connection).await.unwrap()
    }

    /// Looks for what the database keeps of secrets in all answers so far.
    pub(super) async fn search_for_what_is_stored(&mut self) {
        let stored: Vec<String> = sqlx::query_scalar(
            "select secret from (
               select password_hash from users
               union select password_hash from kairo.sign_ups
               union select refresh_token from sessions
               union select previous_token from sessions
               union select digest from kairo.api_keys
               union select digest from kairo.one_time_tokens
               union select sealed_secret from kairo.second_factors
               union select sealed from kairo.credentials
               union select unnest(recovery) from kairo.second_factors
             ) as stored (secret) where length(secret) > 20",
        )
        .fetch_all(&mut self.connection)
        .await
        .unwrap();
        self.ledger.search_for_stored(&stored);
    }

    /// How many answers were searched, and for how many secrets.
    pub(super) fn searched(&self) -> (usize, usize) {
        self.ledger.counts()
    }
}
