use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::program::eventually;

/// A server inside, on every address of this machine, which counts whoever connects.
pub(super) struct Trap {
    pub(super) port: u16,
    caught: Arc<AtomicUsize>,
}

impl Trap {
    pub(super) async fn set() -> Self {
        let listener = match TcpListener::bind("[::]:0").await {
            Ok(listener) => listener,
            // A machine without IPv6.
            Err(_) => TcpListener::bind("0.0.0.0:0").await.unwrap(),
        };
        let trap = Self { port: listener.local_addr().unwrap().port(), caught: Arc::default() };
        let caught = Arc::clone(&trap.caught);
        #[expect(clippy::disallowed_methods, reason = "it serves as long as the test lives")]
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                caught.fetch_add(1, Ordering::Relaxed);
            }
        });
        trap
    }

    /// How many have connected so far. Connections are taken in the order in which they come, so when one that is made
    /// now is counted, all before it are.
    pub(super) async fn caught(&self) -> usize {
        let before = self.caught.load(Ordering::Relaxed);
        let _own = TcpStream::connect(("127.0.0.2", self.port)).await.unwrap();
        let counted = async || Some(self.caught.load(Ordering::Relaxed)).filter(|caught| *caught > before);
        eventually("the trap to catch whoever comes", counted).await - 1
    }
}

/// Somebody else's server: sends everybody on to another address, and counts them.
pub(super) async fn misleading(to: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let misled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&misled);
    #[expect(clippy::disallowed_methods, reason = "it serves as long as the test lives")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 2048]).await;
            let answer = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, misled)
}
