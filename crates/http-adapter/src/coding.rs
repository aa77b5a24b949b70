use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, Encoding};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Answers without a coding to a caller who accepts none that there is, not even that.
///
/// The alternative is 406, and nobody is helped by it: RFC 9110, 12.5.3, allows either.
pub(crate) async fn plain_when_nothing_fits<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let supported =
        [Encoding::identity(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate(), Encoding::zstd()];
    let accepted = request.get_header::<AcceptEncoding>();
    if accepted.is_some_and(|accepted| accepted.negotiate(supported.iter()).is_none()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.call(request).await
}
