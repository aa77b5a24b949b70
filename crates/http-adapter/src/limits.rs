use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use kairo_use_cases::Code;
use tokio::time::{Instant, timeout_at};

use crate::BodyPace;
use crate::problem::Problem;

/// Left in a request's extensions once its body was read to the end.
pub(crate) struct BodyRead;

/// Reads a body within its bounds of size and time.
pub(crate) async fn read(
    payload: &mut Payload,
    headers: &HeaderMap,
    limit: usize,
    pace: BodyPace,
) -> Result<Bytes, Problem> {
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let started = Instant::now();
    let mut body = BytesMut::new();
    loop {
        let until = started + pace.allowance(body.len());
        let Ok(chunk) = timeout_at(until, payload.next()).await else { return Err(too_slow(pace)) };
        let Some(chunk) = chunk else { return Ok(body.freeze()) };
        let chunk = chunk.map_err(|error| incomplete(&error))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::TooLarge, format!("the body may have at most {limit} bytes"))
}

fn too_slow(pace: BodyPace) -> Problem {
    let BodyPace { deadline, bytes_per_second, .. } = pace;
    let detail = format!(
        "the body must arrive within {} seconds and at {bytes_per_second} bytes a second",
        deadline.as_secs_f32()
    );
    Problem::new(Code::Timeout, detail)
}

fn incomplete(error: &PayloadError) -> Problem {
    tracing::debug!(%error, "a body broke off");
    Problem::malformed("the body broke off", Vec::new())
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::time::Duration;

    use futures_util::stream;
    use tokio::time::sleep;

    use super::*;

    /// A body of one byte every so often, without an end.
    fn dripping(every: Duration) -> Payload {
        let drops = stream::unfold((), move |()| async move {
            sleep(every).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        });
        Payload::Stream { payload: Box::pin(drops) as Pin<Box<_>> }
    }

    async fn read_all(mut payload: Payload, limit: usize) -> Result<Bytes, Code> {
        let pace = BodyPace::default();
        read(&mut payload, &HeaderMap::new(), limit, pace).await.map_err(|problem| problem.code())
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_a_second_is_too_slow() {
        let started = Instant::now();
        assert_eq!(read_all(dripping(Duration::from_secs(1)), 1024).await, Err(Code::Timeout));
        assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_steady_sender_has_until_the_deadline() {
        let started = Instant::now();
        // 2,000 bytes a second are fast enough for the rate, and never end.
        assert_eq!(read_all(dripping(Duration::from_micros(500)), 1 << 20).await, Err(Code::Timeout));
        assert_eq!(started.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_without_length_is_cut_at_the_limit() {
        assert_eq!(read_all(dripping(Duration::from_micros(1)), 10).await, Err(Code::TooLarge));
    }
}
