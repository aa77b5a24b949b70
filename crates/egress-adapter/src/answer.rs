use bytes::{Bytes, BytesMut};
use kairo_ports::{EgressError, EgressResponse};
use reqwest::Response;
use reqwest::header::HeaderMap;

use crate::failure::explain;

/// How many headers an answer may have.
pub(crate) const MAX_HEADERS: usize = 128;
/// How long its headers may be together.
pub(crate) const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Reads an answer to its end, or until it is too long.
pub(crate) async fn read(response: Response, max: usize) -> Result<EgressResponse, EgressError> {
    let status = response.status().as_u16();
    let headers = headers(response.headers())?;
    Ok(EgressResponse { status, headers, body: body(response, max).await? })
}

fn headers(headers: &HeaderMap) -> Result<Vec<(String, String)>, EgressError> {
    let length: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if length > MAX_HEADER_BYTES {
        return Err(EgressError::TooLarge { max: MAX_HEADER_BYTES });
    }
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Ok(headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect())
}

async fn body(mut response: Response, max: usize) -> Result<Bytes, EgressError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > max) {
        return Err(EgressError::TooLarge { max });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
        if chunk.len() > max - body.len() {
            return Err(EgressError::TooLarge { max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
