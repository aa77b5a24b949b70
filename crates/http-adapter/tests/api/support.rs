use std::sync::Arc;

use actix_web::App;
use actix_web::dev::Service;
use actix_web::http::header::{HeaderMap, TryIntoHeaderPair};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::ServiceConfig;
use kairo_domain::{Actor, CompanyDetails, CompanyName, Email, NewPassword, NewUser, PersonName, Role};
use kairo_http::{Api, Settings};
use kairo_memory::MemoryStore;
use kairo_testkit::fakes::{ManualClock, NumberedIds, NumberedTokens, PlainPasswords, PlainTokens};
use kairo_use_cases::{CreateCompany, CreateUser, Ports, Studio};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    Client,
    Team,
    Admin,
}

/// An API with one user of each role.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) studio: Studio,
    pub(crate) clock: ManualClock,
    tokens: Vec<(Who, String)>,
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

pub(crate) fn settings() -> Settings {
    Settings::new([7; 32])
}

pub(crate) async fn world() -> World {
    world_with(settings()).await
}

pub(crate) async fn world_with(settings: Settings) -> World {
    let clock = ManualClock::new();
    let studio = Studio::new(Ports {
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(clock.clone()),
        ids: Arc::new(NumberedIds::new()),
        passwords: Arc::new(PlainPasswords),
        access_tokens: Arc::new(PlainTokens),
        tokens: Arc::new(NumberedTokens::default()),
    });
    let mut world = World { api: Api::new(studio.clone(), settings), studio, clock, tokens: Vec::new() };
    let details = CompanyDetails {
        name: CompanyName::parse("Acme").unwrap(),
        website: None,
        industry: None,
        logo_url: None,
        metadata: None,
    };
    let company =
        world.studio.companies().create(&Actor::System, CreateCompany { details }).await.unwrap().id;
    for (who, name, role) in [
        (Who::Client, "cleo", Role::Client),
        (Who::Team, "tess", Role::Team),
        (Who::Admin, "ada", Role::Admin),
    ] {
        let user = NewUser {
            email: Email::parse(&format!("{name}@studio.example")).unwrap(),
            name: Some(PersonName::parse(name).unwrap()),
            role,
            company: (role == Role::Client).then_some(company),
        };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        world.studio.users().create(&Actor::System, order).await.unwrap();
        let body = json!({"email": format!("{name}@studio.example"), "password": PASSWORD});
        let reply = world.post("/auth/login", Who::Anonymous, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        world.tokens.push((who, reply.text("/accessToken")));
    }
    world
}

impl World {
    /// The same studio behind an API that is set up differently.
    pub(crate) fn behind(self, settings: Settings) -> Self {
        Self { api: Api::new(self.studio.clone(), settings), ..self }
    }

    pub(crate) fn token(&self, who: Who) -> Option<&str> {
        self.tokens.iter().find(|(known, _)| *known == who).map(|(_, token)| token.as_str())
    }

    pub(crate) fn as_(&self, who: Who, request: TestRequest) -> TestRequest {
        match self.token(who) {
            Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
            None => request,
        }
    }

    /// Sends a request to the usual app: everything at its usual place.
    pub(crate) async fn send(&self, request: TestRequest) -> Reply {
        send(|config| self.api.configure(config), request).await
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

    pub(crate) async fn delete(&self, path: &str, who: Who) -> Reply {
        self.send(self.as_(who, TestRequest::delete().uri(&at(path)))).await
    }

    /// A lead as staff get it, by name.
    pub(crate) async fn lead(&self, name: &str) -> Value {
        let reply = self.post("/leads", Who::Team, contact(name)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }
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
    let app = init_service(App::new().configure(services)).await;
    let response = match app.call(request.to_request()).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            // As the server does with what no middleware answered.
            let request = TestRequest::default().to_http_request();
            actix_web::dev::ServiceResponse::new(request, error.error_response())
        }
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, bytes: read_body(response).await.to_vec() }
}
