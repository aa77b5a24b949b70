use std::time::Duration;

use actix_web::HttpResponse;
use kairo_use_cases::Code;
use serde_json::json;

use crate::Api;
use crate::problem::Problem;

/// Whether the process is alive. Nothing else is asked, so that a broken database restarts no process.
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Whether requests can be served.
pub(crate) async fn ready(api: Api) -> Result<HttpResponse, Problem> {
    let checked = api.run(|studio| async move { studio.ready().await }).await;
    // A balancer must take 500 and 503 for the same thing: send nobody here.
    checked.map_err(|_| Problem::new(Code::Busy, "the studio is not ready to serve requests"))?;
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}

/// For how long the page of metrics waits for those that have to be looked for. Whoever asks does not wait much longer.
const LOOKING: Duration = Duration::from_secs(2);

/// The metrics of this process, and those that it looks for.
pub(crate) async fn metrics(api: Api) -> Result<HttpResponse, Problem> {
    let nothing = || Problem::new(Code::NotFound, "this installation records no metrics");
    let metrics = api.settings().metrics.as_ref().ok_or_else(nothing)?;
    if let Some(look) = metrics.due_look()
        && api.tasks().run(LOOKING, look).await.is_err()
    {
        tracing::warn!("some metrics are as they were: they could not be looked for in time");
    }
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render()))
}
