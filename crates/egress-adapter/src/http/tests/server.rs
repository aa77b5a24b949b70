use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What a server says to one request.
pub(super) struct Answer {
    text: Vec<u8>,
    then: Then,
}

/// What a server does once it has said it.
enum Then {
    Listen,
    HangUp,
    /// Says `x` for ever.
    Flood,
    /// Says nothing for ever.
    Stall,
}

/// A server that speaks just enough HTTP/1.1, until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

struct State {
    script: Box<dyn Fn(&str) -> Answer + Send + Sync>,
    accepted: AtomicUsize,
    heard: Mutex<Vec<String>>,
}

impl Answer {
    /// An answer that is complete.
    pub(super) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        Self::raw(format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\n\r\n{body}"))
    }

    pub(super) fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("Location", location)], "moved")
    }

    pub(super) fn raw(text: impl Into<Vec<u8>>) -> Self {
        Self { text: text.into(), then: Then::Listen }
    }

    pub(super) fn then_hang_up(self) -> Self {
        Self { then: Then::HangUp, ..self }
    }

    pub(super) fn then_flood(self) -> Self {
        Self { then: Then::Flood, ..self }
    }

    pub(super) fn then_stall(self) -> Self {
        Self { then: Then::Stall, ..self }
    }
}

impl Server {
    /// Answers every request by what it heard.
    pub(super) async fn start(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::bind(script, None).await
    }

    pub(super) async fn start_tls(acceptor: TlsAcceptor) -> Self {
        Self::bind(|_| Answer::new(200, &[], "hello"), Some(acceptor)).await
    }

    async fn bind(script: impl Fn(&str) -> Answer + Send + Sync + 'static, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            script: Box::new(script),
            accepted: AtomicUsize::new(0),
            heard: Mutex::new(Vec::new()),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&state), tls));
        Self { address, state, _tasks: tasks }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections there were.
    pub(super) fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// The requests that were heard, names of headers in lower case.
    pub(super) fn heard(&self) -> Vec<String> {
        self.state.heard.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        state.accepted.fetch_add(1, Ordering::SeqCst);
        connections.spawn(connection(stream, Arc::clone(&state), tls.clone()));
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, tls: Option<TlsAcceptor>) {
    match tls {
        None => talk(stream, &state).await,
        // Who does not trust us hangs up.
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                talk(stream, &state).await;
            }
        }
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, state: &State) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        state.heard.lock().unwrap().push(request.clone());
        let answer = (state.script)(&request);
        if stream.write_all(&answer.text).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match answer.then {
            Then::Listen => {}
            Then::HangUp => return,
            Then::Stall => std::future::pending().await,
            Then::Flood => while stream.write_all(&[b'x'; 4096]).await.is_ok() {},
        }
    }
}

async fn read(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if stream.read_line(&mut request).await.unwrap_or(0) == 0 {
            return None;
        }
    }
    let length = request.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(request + str::from_utf8(&body).unwrap())
}
