//! Examples of requests with what an example cannot know: tokens and codes that hold here and now.

use kairo_testkit::fakes::{PlainCodes, START};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Who, World};
use crate::things::invitation;

/// The example of an operation that an administrator sends, with a token or a code that holds.
pub(crate) async fn proven(world: &World, path: &str, example: &Value) -> Value {
    let mut body = example.clone();
    match path {
        "/auth/email/verify" => {
            let sign_up = json!({"email": "eve@example.com", "password": "nine looms weave algebra"});
            world.post("/auth/signup", Who::Anonymous, sign_up).await;
            body["token"] = json!(mailed(world).await);
        }
        "/auth/password/reset" => {
            let forgot = json!({"email": "tess@studio.example"});
            world.post("/auth/password/forgot", Who::Anonymous, forgot).await;
            body["token"] = json!(mailed(world).await);
        }
        "/auth/invitations/show" | "/auth/invitations/accept" => {
            invitation(world).await;
            body["token"] = json!(mailed(world).await);
        }
        "/auth/refresh" => {
            let sign_in = json!({"email": "tess@studio.example", "password": PASSWORD});
            let signed_in = world.post("/auth/login", Who::Anonymous, sign_in).await;
            body["refreshToken"] = json!(signed_in.text("/refreshToken"));
        }
        "/me/two-factor/confirm" => {
            begin(world).await;
            body["code"] = json!(PlainCodes::code_at(START));
        }
        "/me/two-factor/recovery-codes" | "/me/two-factor/remove" => {
            begin(world).await;
            let code = json!({"code": PlainCodes::code_at(START)});
            world.post("/me/two-factor/confirm", Who::Admin, code).await;
        }
        _ => {}
    }
    body
}

async fn mailed(world: &World) -> String {
    let mails = world.deliver().await;
    mails.into_iter().map(|mail| mail.token).find(|token| !token.is_empty()).unwrap()
}

async fn begin(world: &World) {
    world.post("/me/two-factor", Who::Admin, json!({"password": PASSWORD})).await;
}
