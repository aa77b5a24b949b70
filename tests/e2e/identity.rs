//! Journeys of people: invited, signed out everywhere, robbed of a token.

use std::time::Duration;

use kairo_testkit::postgres::ephemeral_database;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::mail::{mails_of, token_in};
use crate::program::{Place, Program, body, eventually};

const PASSWORD: &str = "violet tractor hums";
/// Within this time every process knows what was revoked on one.
const KNOWN_WITHIN: Duration = Duration::from_secs(1);

impl Program {
    async fn sign_in(&self, email: &str, password: &str) -> Value {
        let credentials = json!({"email": email, "password": password});
        let answer = self.http.post(self.api("/auth/login")).json(&credentials).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
        body(answer).await
    }

    async fn refresh(&self, token: &str) -> reqwest::Response {
        let order = json!({"refreshToken": token});
        self.http.post(self.api("/auth/refresh")).json(&order).send().await.unwrap()
    }

    async fn status_of_me(&self, access_token: &str) -> StatusCode {
        self.get("/me", access_token).await.status()
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

#[tokio::test]
async fn an_invited_client_signs_in_and_sees_the_own_company_alone() {
    let database = ephemeral_database().await;
    let place = Place::on_database(database.url());
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let company = json!({"name": "Difference Engines"});
    let made =
        program.http.post(program.api("/companies")).bearer_auth(&team).json(&company).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let company = text(&body(made).await, "id");

    let invite = json!({"email": "ada@engines.example", "companyId": company});
    let sent =
        program.http.post(program.api("/invitations")).bearer_auth(&team).json(&invite).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::CREATED, "{}", sent.text().await.unwrap());
    let mailed = async || mails_of(&place, "ada@engines.example").first().map(|mail| token_in(mail));
    let token = eventually("a mail with an invitation", mailed).await;

    let shown = json!({"token": token});
    let shown = program.http.post(program.api("/auth/invitations/show")).json(&shown).send().await.unwrap();
    assert_eq!(body(shown).await["companyName"], "Difference Engines");
    let accept = json!({"token": token, "name": "Ada", "password": PASSWORD});
    let accepted =
        program.http.post(program.api("/auth/invitations/accept")).json(&accept).send().await.unwrap();
    assert_eq!(accepted.status(), StatusCode::CREATED, "{}", accepted.text().await.unwrap());

    let signed_in = program.sign_in("ada@engines.example", PASSWORD).await;
    let ada = text(&signed_in, "accessToken");
    let own = unpublished_projects_of(database.url(), &text(&signed_in["user"], "id"), &company).await;
    assert_eq!(own, ["difference-engine"], "of all companies' unpublished projects, her own company's");
    let companies = body(program.get("/companies", &ada).await).await;
    let names: Vec<_> = companies["data"].as_array().unwrap().iter().map(|one| text(one, "name")).collect();
    assert_eq!(names, ["Difference Engines"]);
    for path in ["/leads", "/invitations"] {
        assert_eq!(program.get(path, &ada).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let users = body(program.get("/users", &ada).await).await;
    assert_eq!(users["data"].as_array().unwrap().len(), 1, "herself alone");
    let again =
        program.http.post(program.api("/auth/invitations/accept")).json(&accept).send().await.unwrap();
    assert_eq!(body(again).await["code"], "token_invalid");
    assert_eq!(program.stop().await, Some(0));
}

/// What a client sees of projects that are not published, as their transactions see it: each of the demo's companies
/// has some, and this company gets one.
async fn unpublished_projects_of(database: &str, user: &str, company: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(database).await.unwrap();
    let insert = "insert into projects (company_id, slug, title, summary, content)
                  select id, case when id = $1::text::uuid then 'difference-engine' else 'of-' || id end, 'T', 'S', '[]'
                    from companies";
    let made = sqlx::query(insert).bind(company).execute(&mut connection).await.unwrap();
    assert!(made.rows_affected() > 1, "there are other companies");
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("set local role kairo_client").execute(&mut *transaction).await.unwrap();
    let context = "select set_config('kairo.actor', 'user', true), set_config('kairo.user', $1, true),
                          set_config('kairo.company', $2, true)";
    sqlx::query(context).bind(user).bind(company).execute(&mut *transaction).await.unwrap();
    let seen = sqlx::query_scalar("select slug from projects where not published order by slug");
    seen.fetch_all(&mut *transaction).await.unwrap()
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_session_on_every_process() {
    let place = Place::new();
    let first = place.serve(&["--demo"]).await;
    let second = place.serve(&["--demo"]).await;
    let (email, password) = first.demo_account("CLIENT");
    let stolen = text(&first.sign_in(&email, &password).await, "refreshToken");
    let owner = body(first.refresh(&stolen).await).await;
    let owner = body(first.refresh(&text(&owner, "refreshToken")).await).await;
    let access = text(&owner, "accessToken");
    assert_eq!(second.status_of_me(&access).await, StatusCode::OK);

    assert_eq!(first.refresh(&stolen).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(first.status_of_me(&access).await, StatusCode::UNAUTHORIZED);
    let noticed = second.until_refused("/me", &access, KNOWN_WITHIN).await;
    println!("the second process refused the owner's access token after {} ms", noticed.as_millis());
    assert_eq!(second.refresh(&text(&owner, "refreshToken")).await.status(), StatusCode::UNAUTHORIZED);

    let admin = second.demo_token("ADMIN").await;
    let audit = body(second.get("/audit?event=session.token_reused", &admin).await).await;
    assert_eq!(audit["data"].as_array().unwrap().len(), 1, "{audit}");
    assert_eq!((first.stop().await, second.stop().await), (Some(0), Some(0)));
}

#[tokio::test]
async fn who_is_suspended_is_out_on_every_process() {
    let place = Place::new();
    let first = place.serve(&["--demo"]).await;
    let second = place.serve(&["--demo"]).await;
    let (email, password) = first.demo_account("CLIENT");
    let client = first.sign_in(&email, &password).await;
    let (id, access) = (text(&client["user"], "id"), text(&client, "accessToken"));
    assert_eq!(second.status_of_me(&access).await, StatusCode::OK);
    let admin = first.demo_token("ADMIN").await;
    let suspend = first.api(&format!("/users/{id}/suspend"));
    let suspended = first.http.post(suspend).bearer_auth(&admin).send().await.unwrap();
    assert_eq!(suspended.status(), StatusCode::OK, "{}", suspended.text().await.unwrap());
    second.until_refused("/companies", &access, KNOWN_WITHIN).await;
    assert_eq!((first.stop().await, second.stop().await), (Some(0), Some(0)));
}

#[tokio::test]
async fn keys_rotate_while_the_program_serves_and_nobody_is_signed_out() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let (email, password) = program.demo_account("TEAM");
    let before = program.sign_in(&email, &password).await;
    let keys = async || {
        let jwks = program.http.get(format!("{}/.well-known/jwks.json", program.url)).send().await.unwrap();
        body(jwks).await["keys"].as_array().unwrap().iter().map(|key| text(key, "kid")).collect::<Vec<_>>()
    };
    let old = keys().await;
    let rotated = place.run(&["keys", "rotate", "--overlap", "8"]).await;
    assert!(rotated.status.success(), "{}", crate::program::stderr(&rotated));
    assert_eq!(program.status_of_me(&text(&before, "accessToken")).await, StatusCode::OK);
    let after = body(program.refresh(&text(&before, "refreshToken")).await).await;
    assert_eq!(program.status_of_me(&text(&after, "accessToken")).await, StatusCode::OK);
    let both = keys().await;
    assert_eq!((both.len(), &both[1..]), (2, &old[..]), "the new one signs, the old one is still read");
    let listed = crate::program::stdout(&place.run(&["keys", "list"]).await);
    assert!(listed.contains(&both[0]) && listed.contains(&old[0]), "{listed}");
    assert_eq!(program.stop().await, Some(0));
}
