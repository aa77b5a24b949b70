use std::fmt::Write;

use actix_web::http::StatusCode;
use kairo_use_cases::Code;

/// What HTTP says for a code: the one place where codes become statuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    /// After how many seconds trying again makes sense, where that is always the same.
    pub(crate) retry_after: Option<u32>,
    /// When it happens, for the documentation.
    pub(crate) when: &'static str,
    /// What the caller can do, for the documentation.
    pub(crate) remedy: &'static str,
}

impl Row {
    pub(crate) const fn of(code: Code) -> Self {
        let (status, title, when, remedy) = match code {
            Code::Unauthenticated => (
                401,
                "Sign in first",
                "There are no credentials, or none that hold.",
                "Sign in and send the token as `Authorization: Bearer …`, or let the browser send its cookies.",
            ),
            Code::SecondFactorRequired => (
                401,
                "A code is needed",
                "The password was right, and the account asks for a code besides.",
                "Send the code of the authenticator app or a recovery code as well.",
            ),
            Code::Forbidden => (
                403,
                "Not allowed",
                "The role, or the scopes of the API key, may know of the thing, and may not do this to it; or a browser \
                 sent its cookies without the proof that the page was ours.",
                "Ask somebody with a role that may. With cookies, send `X-CSRF-Token`.",
            ),
            Code::NotFound => (
                404,
                "Not found",
                "The thing is not there, or it is not for this caller to see; the two look alike.",
                "Check the path and the id, and who is signed in.",
            ),
            Code::Malformed => (
                400,
                "The request cannot be read",
                "The body is no JSON, nests too deep or repeats a key; or a query parameter or header is wrong.",
                "Correct what `detail` and `errors` name.",
            ),
            Code::Invalid => (
                422,
                "Some values are refused",
                "The body can be read, and some of its values are refused or unknown.",
                "Correct the values that `errors` lists; it lists all of them at once.",
            ),
            Code::TokenInvalid => (
                422,
                "The mailed token is not valid",
                "It was used, its time is over, or it was never made.",
                "Ask for another one.",
            ),
            Code::IllegalTransition => (
                409,
                "The state machine has no such step",
                "A thing cannot go from where it stands (`from`) to where it was asked to go (`to`).",
                "Choose one of `allowed`, or read the thing again.",
            ),
            Code::LastAdmin => (
                409,
                "The last administrator stays",
                "Nobody else with the role ADMIN could sign in after this.",
                "Make somebody else an administrator first.",
            ),
            Code::FlowNotRunnable => (
                409,
                "The flow has faults",
                "An automation was to be activated, run or tried out with a flow that cannot run; or one that fires was to \
                 get such a flow.",
                "Correct what `faults` lists; each names a node or an edge and a place in the flow.",
            ),
            Code::NotActive => (
                409,
                "The automation does not fire",
                "The automation is paused or archived, so nobody can run it.",
                "Activate it, or restore it and run the draft as a test.",
            ),
            Code::StillOpen => (
                409,
                "The run has not ended",
                "Only a run that has ended can be done again.",
                "Wait for its end, or cancel it first.",
            ),
            Code::Taken => (
                409,
                "In use already",
                "A value that must be unique is in use.",
                "Choose another value for the field that `errors` names.",
            ),
            Code::Stale => (
                412,
                "Changed meanwhile",
                "The version in `If-Match` is not the current one, or another change came first.",
                "Read the thing again and repeat the change on what you then see.",
            ),
            Code::VersionRequired => (
                428,
                "Say which version you saw",
                "This write must say which version it was made from.",
                "Send the `ETag` of what you read as `If-Match`.",
            ),
            Code::KeyReused => (
                422,
                "Idempotency key used twice",
                "The `Idempotency-Key` was used before with another body or another `If-Match`.",
                "Use a new key for a new request.",
            ),
            Code::InProgress => (
                409,
                "Still under way",
                "The first request with this `Idempotency-Key` has not been answered yet.",
                "Send the same request again after `Retry-After` seconds.",
            ),
            Code::TooLarge => {
                (413, "Too large", "The body has more bytes than this operation takes.", "Send less.")
            }
            Code::UnsupportedMedia => (
                415,
                "Wrong media type",
                "The body's `Content-Type` or `Content-Encoding` is not one this operation reads.",
                "Send JSON as `application/json` in UTF-8, without compression.",
            ),
            Code::MethodNotAllowed => (
                405,
                "Wrong method",
                "The path exists, and not with this method.",
                "Use one of the methods in `Allow`.",
            ),
            Code::Timeout => (
                408,
                "Too slow",
                "The body did not arrive in time, or arrived too slowly.",
                "Send it again over a faster connection.",
            ),
            Code::RateLimited => (
                429,
                "Too many requests",
                "More requests than this caller may make in this time, or too many that failed to sign in.",
                "Wait for `Retry-After` seconds. `RateLimit` tells beforehand how many requests are left.",
            ),
            Code::Busy => (
                503,
                "Busy",
                "Out of capacity for the moment, or the answer takes too long.",
                "Send the same request again after `Retry-After` seconds; with an `Idempotency-Key` if it writes.",
            ),
            Code::RunFailed => (
                500,
                "The run has failed",
                "The run that was to answer this delivery ended with an error before it said anything.",
                "Nothing: the delivery was taken in. Sent again, it fires once more, unless it has a name (`webhook-id` or \
                 `idempotency-key`). The owner of the automation sees the run.",
            ),
            Code::Broken => (
                500,
                "Our fault",
                "Something failed that the caller can do nothing about.",
                "Quote `requestId` when you ask for help.",
            ),
        };
        Self { status, title, retry_after: retry_after(code), when, remedy }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code for an answer that says no more than a status.
    pub(crate) fn code_of(status: StatusCode) -> Code {
        // 422, 409 and 500 mean several codes, and a library can mean none of the first two.
        let exact = Code::ALL.into_iter().find(|code| Self::of(*code).status == status.as_u16());
        let known = exact.filter(|_| !matches!(status.as_u16(), 409 | 422 | 500));
        known.unwrap_or(if status.is_client_error() { Code::Malformed } else { Code::Broken })
    }
}

const fn retry_after(code: Code) -> Option<u32> {
    match code {
        Code::InProgress | Code::Busy => Some(1),
        _ => None,
    }
}

/// The list of errors as Markdown, for `docs/errors.md`.
pub fn render_errors() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         Every refusal is a problem document (RFC 9457, `application/problem+json`) with `type`, `title`, `status`,\n\
         `detail`, `instance`, `code` and `requestId`. Match on `code`: the list below is closed. `errors`, where\n\
         present, lists every fault of the request at once as `{pointer, code, message}`; the pointer is a JSON\n\
         pointer into the body, `/query/<name>` for a query parameter, `/headers/<name>` for a header.\n\n\
         `flow_not_runnable` has `faults` instead: `{code, message, pointer, id}`, where the pointer leads into the flow\n\
         and `id` is that of the node or edge at fault, or null.\n\n\
         This page is generated from the table in `crates/http-adapter/src/problem/row.rs`.\n\n\
         | code | status | title |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let row = Row::of(code);
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| [`{code}`](#{code}) | {} | {} |", row.status, row.title);
    }
    for code in Code::ALL {
        let row = Row::of(code);
        let _ = write!(page, "\n## {code}\n\n`urn:kairo:error:{code}`, status {}.\n\n", row.status);
        let _ = write!(page, "{}\n\n**What to do:** {}\n", row.when, row.remedy);
        if let Some(seconds) = row.retry_after {
            let _ = write!(page, "\nThe answer has `Retry-After: {seconds}`.\n");
        }
    }
    page
}
