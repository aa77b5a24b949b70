use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Somebody else's server: it answers every request, and remembers what was asked under which key.
#[derive(Clone)]
pub(super) struct Sink {
    port: u16,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Sink {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let serving = sink.clone();
        #[expect(clippy::disallowed_methods, reason = "it serves as long as the script lives")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        sink
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked, by the body that names it, with the key it came under.
    pub(super) fn requests(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let (mut length, mut key, mut line) = (0, String::new(), String::new());
            stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
            loop {
                line.clear();
                stream.read_line(&mut line).await.ok()?;
                let Some((name, value)) = line.trim_end().split_once(": ") else { break };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().ok()?,
                    "idempotency-key" => value.clone_into(&mut key),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok()?;
            let what = String::from_utf8_lossy(&body).into_owned();
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push((what, key));
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.ok()?;
        }
    }
}
