use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::Api;

/// The keys that access tokens are checked with (RFC 7517).
#[derive(Serialize)]
struct KeySet {
    keys: Vec<Key>,
}

/// An Ed25519 public key (RFC 8037).
#[derive(Serialize)]
struct Key {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
    x: String,
}

/// The keys with which other services can check access tokens. A key is listed before it signs, and for as long as
/// its tokens live, so that a copy of five minutes is good enough.
pub(crate) async fn keys(api: Api) -> HttpResponse {
    let published = api.studio().sessions().published_keys().into_iter();
    let key = |kid, x| Key { kty: "OKP", crv: "Ed25519", alg: "EdDSA", r#use: "sig", kid, x };
    let keys = KeySet { keys: published.map(|published| key(published.id, published.x)).collect() };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    response.content_type("application/jwk-set+json").json(keys)
}
