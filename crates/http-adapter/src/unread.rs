use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

/// A request body that is held on to while it is answered.
///
/// When nobody holds the body of a chunked request, actix-http 3.20 goes on reading it after the answer, for as long
/// as the sender cares to send. While somebody does, it closes the connection after the answer.
pub(crate) struct Held(Rc<RefCell<Payload>>);

impl Held {
    /// Puts itself between the request and its readers.
    pub(crate) fn of(request: &mut ServiceRequest) -> Self {
        let held = Rc::new(RefCell::new(request.take_payload()));
        let shared = Rc::clone(&held);
        let payload = stream::poll_fn(move |context| shared.borrow_mut().poll_next_unpin(context));
        request.set_payload(Payload::Stream { payload: Box::pin(payload) });
        Self(held)
    }

    /// Holds on until the answer is written.
    pub(crate) fn until_written(self, body: BoxBody) -> BoxBody {
        BoxBody::new(HoldingBody { body, _held: self.0 })
    }
}

struct HoldingBody {
    body: BoxBody,
    _held: Rc<RefCell<Payload>>,
}

impl MessageBody for HoldingBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
