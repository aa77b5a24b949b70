use std::sync::Arc;

use actix_web::App;
use actix_web::cookie::Cookie;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, TryIntoHeaderPair};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::ServiceConfig;
use kairo_domain::{
    Actor, CompanyDetails, CompanyId, CompanyName, Email, NewPassword, NewUser, PersonName, Redacted, Role,
    UserId,
};
use kairo_http::{Api, RateLimits, Settings};
use kairo_memory::MemoryStore;
use kairo_testkit::fakes::{
    InPlace, Mailbox, ManualClock, NumberedIds, NumberedRefreshTokens, NumberedTokens, PlainCodes,
    PlainPasswords, PlainSignatures, PlainTokens, PlainVault, ScriptedEgress,
};
use kairo_use_cases::{CreateCompany, CreateUser, Links, Outcome, Ports, SignIn, Studio};
use serde_json::{Value, json};

use crate::secrets::Secrets;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    Client,
    /// A client of another company.
    Outsider,
    Team,
    Admin,
}

/// An API with one user of each role, and two companies with a client each.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) studio: Studio,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: ManualClock,
    pub(crate) mailbox: Mailbox,
    /// The company of the client.
    pub(crate) company: CompanyId,
    /// The company of the outsider.
    pub(crate) elsewhere: CompanyId,
    secrets: Secrets,
    accounts: Vec<Account>,
}

/// A user of the world who is signed in.
struct Account {
    who: Who,
    name: &'static str,
    id: UserId,
    token: String,
}

/// A mail that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) kind: String,
    pub(crate) to: String,
    /// Empty for a mail without a link.
    pub(crate) token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The cookies that it sets.
    pub(crate) fn cookies(&self) -> Vec<Cookie<'static>> {
        let lines = self.headers.get_all("set-cookie").map(|line| line.to_str().unwrap().to_owned());
        lines.map(|line| Cookie::parse(line).unwrap()).collect()
    }

    /// The faults of a problem as (pointer, code).
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let faults = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        faults.iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
    }

    /// Checks that it is a whole problem document, and returns its code.
    pub(crate) fn problem(&self) -> String {
        let body = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(body["status"], self.status);
        assert_eq!(body["requestId"].as_str(), self.header("x-request-id"));
        for member in ["type", "title", "detail", "instance"] {
            assert!(body[member].is_string(), "{member} is missing in {body}");
        }
        self.text("/code")
    }
}

/// Settings under which nobody has to wait.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::new([7; 32]);
    settings.rate_limits = RateLimits::OFF;
    settings
}

pub(crate) async fn world() -> World {
    world_with(settings()).await
}

pub(crate) async fn world_with(settings: Settings) -> World {
    let (clock, mailbox) = (ManualClock::new(), Mailbox::default());
    let store = Arc::new(MemoryStore::new());
    let studio = Studio::new(Ports {
        store: Arc::clone(&store) as Arc<_>,
        clock: Arc::new(clock.clone()),
        ids: Arc::new(NumberedIds::new()),
        passwords: Arc::new(PlainPasswords),
        access_tokens: Arc::new(PlainTokens),
        refresh_tokens: Arc::new(NumberedRefreshTokens),
        tokens: Arc::new(NumberedTokens::default()),
        codes: Arc::new(PlainCodes::default()),
        vault: Arc::new(PlainVault),
        mailer: Arc::new(mailbox.clone()),
        egress: Arc::new(ScriptedEgress::default()),
        signatures: Arc::new(PlainSignatures),
        compute: Arc::new(InPlace),
        links: Links::below("https://studio.example"),
    });
    let api = Api::new(studio.clone(), settings);
    let (company, elsewhere) = (company(&studio, "Acme").await, company(&studio, "Umbrella").await);
    let (secrets, accounts) = (Secrets::default(), Vec::new());
    let mut world = World { api, studio, store, clock, mailbox, company, elsewhere, secrets, accounts };
    for (who, name, role, company) in [
        (Who::Client, "cleo", Role::Client, Some(company)),
        (Who::Outsider, "otto", Role::Client, Some(elsewhere)),
        (Who::Team, "tess", Role::Team, None),
        (Who::Admin, "ada", Role::Admin, None),
    ] {
        let id = world.user(name, role, company).await;
        let token = world.sign_in(name).await;
        world.accounts.push(Account { who, name, id, token });
    }
    world
}

impl World {
    /// The same studio behind an API that is set up differently.
    pub(crate) fn behind(self, settings: Settings) -> Self {
        Self { api: Api::new(self.studio.clone(), settings), ..self }
    }

    pub(crate) fn token(&self, who: Who) -> Option<&str> {
        self.account(who).map(|account| account.token.as_str())
    }

    /// The id of somebody who is signed in.
    pub(crate) fn id(&self, who: Who) -> UserId {
        self.account(who).unwrap().id
    }

    fn account(&self, who: Who) -> Option<&Account> {
        self.accounts.iter().find(|account| account.who == who)
    }

    /// Makes a user `<name>@studio.example`, who has [`PASSWORD`].
    pub(crate) async fn user(&self, name: &str, role: Role, company: Option<CompanyId>) -> UserId {
        let user = NewUser {
            email: Email::parse(&format!("{name}@studio.example")).unwrap(),
            name: Some(PersonName::parse(name).unwrap()),
            role,
            company,
        };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        self.studio.users().create(&Actor::System, order).await.unwrap().id
    }

    /// Signs a user in, and returns the access token.
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let email = Email::parse(&format!("{name}@studio.example")).unwrap();
        let order = SignIn { email, password: Redacted::new(PASSWORD.to_owned()), code: None };
        let signed_in = self.studio.sessions().sign_in(order).await.unwrap();
        for secret in [&signed_in.access_token, &signed_in.refresh_token] {
            self.secrets.remember(secret.expose());
        }
        signed_in.access_token.expose().clone()
    }

    /// Signs everybody in again, whose tokens are over.
    pub(crate) async fn sign_in_again(&mut self) {
        for at in 0..self.accounts.len() {
            self.accounts[at].token = self.sign_in(self.accounts[at].name).await;
        }
    }

    pub(crate) fn as_(&self, who: Who, request: TestRequest) -> TestRequest {
        match self.token(who) {
            Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
            None => request,
        }
    }

    /// Sends a request to the usual app: everything at its usual place.
    pub(crate) async fn send(&self, request: TestRequest) -> Reply {
        exchange(|config| self.api.configure(config), request, &self.secrets).await
    }

    pub(crate) async fn get(&self, path: &str, who: Who) -> Reply {
        self.send(self.as_(who, TestRequest::get().uri(&at(path)))).await
    }

    pub(crate) async fn get_with(&self, path: &str, who: Who, header: impl TryIntoHeaderPair) -> Reply {
        self.send(self.as_(who, TestRequest::get().uri(&at(path)).insert_header(header))).await
    }

    pub(crate) async fn post(&self, path: &str, who: Who, body: Value) -> Reply {
        self.send(self.as_(who, TestRequest::post().uri(&at(path)).set_json(body))).await
    }

    pub(crate) async fn patch(&self, path: &str, who: Who, body: Value) -> Reply {
        self.send(self.as_(who, TestRequest::patch().uri(&at(path)).set_json(body))).await
    }

    pub(crate) async fn put(&self, path: &str, who: Who, body: Value) -> Reply {
        self.send(self.as_(who, TestRequest::put().uri(&at(path)).set_json(body))).await
    }

    pub(crate) async fn delete(&self, path: &str, who: Who) -> Reply {
        self.send(self.as_(who, TestRequest::delete().uri(&at(path)))).await
    }

    /// Writes to something, on whatever version it has.
    pub(crate) async fn write(&self, method: Method, path: &str, who: Who, body: Value) -> Reply {
        let request = TestRequest::default().method(method).uri(&at(path)).insert_header(("if-match", "*"));
        self.send(self.as_(who, request.set_json(body))).await
    }

    /// From now on no answer may show this.
    pub(crate) fn keep_secret(&self, secret: &str) {
        self.secrets.remember(secret);
    }

    /// Does whatever runs have to do now, as a worker.
    pub(crate) async fn work(&self) {
        loop {
            let jobs = self.store.take_due_jobs(self.clock.shows());
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                self.studio.jobs().perform(&job).await.unwrap();
            }
        }
    }

    /// Sends the mails that are owed, and tells what each is, to whom, and the token in its link.
    pub(crate) async fn deliver(&self) -> Vec<Delivered> {
        self.studio.post().deliver_due().await.unwrap();
        let mails = self.mailbox.take().into_iter().map(|mail| {
            let content = format!("{:?}", mail.content);
            let kind = content.split([' ', '(']).next().unwrap_or_default().to_owned();
            let token = Mailbox::token_of(&mail);
            Delivered { kind, to: mail.to.as_str().to_owned(), token: token.unwrap_or_default() }
        });
        let mails: Vec<_> = mails.collect();
        mails.iter().for_each(|mail| self.secrets.remember(&mail.token));
        mails
    }

    /// A lead as staff get it, by name.
    pub(crate) async fn lead(&self, name: &str) -> Value {
        let reply = self.post("/leads", Who::Team, contact(name)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }
}

/// Makes a company.
pub(crate) async fn company(studio: &Studio, name: &str) -> CompanyId {
    let details = CompanyDetails {
        name: CompanyName::parse(name).unwrap(),
        website: None,
        industry: None,
        logo_url: None,
        metadata: None,
    };
    let made = studio.companies().create(&Actor::System, CreateCompany { details }, None).await.unwrap();
    let Outcome::Done(company) = made else { unreachable!("without a key, nothing is replayed") };
    company.id
}

/// The path below which the API is in the usual app.
pub(crate) fn at(path: &str) -> String {
    if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1{path}") }
}

/// The body of a contact form.
pub(crate) fn contact(name: &str) -> Value {
    json!({"name": name, "email": "ada@example.com", "message": "A website with a robot, please."})
}

/// Sends a request to an app with these services.
pub(crate) async fn send(services: impl FnOnce(&mut ServiceConfig), request: TestRequest) -> Reply {
    exchange(services, request, &Secrets::default()).await
}

/// The one place where answers arrive.
async fn exchange(
    services: impl FnOnce(&mut ServiceConfig),
    request: TestRequest,
    secrets: &Secrets,
) -> Reply {
    let app = init_service(App::new().configure(services)).await;
    let request = request.to_request();
    let operation = format!("{} {}", request.method(), request.path());
    let response = match app.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            // As the server does with what no middleware answered.
            let request = TestRequest::default().to_http_request();
            actix_web::dev::ServiceResponse::new(request, error.error_response())
        }
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let reply = Reply { status, headers, bytes: read_body(response).await.to_vec() };
    secrets.inspect(&operation, &reply);
    reply
}
