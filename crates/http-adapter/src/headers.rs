use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Fault, Problem};

/// The value of a header that is given once. Of two values, another reader of the request may have taken the other,
/// so neither is chosen.
pub(crate) fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    spelled: &str,
) -> Result<Option<&'a HeaderValue>, Problem> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => {
            let fault = Fault::of_header(spelled, "repeated", "is given more than once");
            Err(Problem::malformed(format!("`{spelled}` can be given once only"), vec![fault]))
        }
    }
}
