//! A network that fails on command.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// A TCP proxy on 127.0.0.1 in front of a server. It ends, with all its connections, when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use kairo_testkit::chaos::ChaosProxy;
///
/// let proxy = ChaosProxy::before("127.0.0.1:5432").await;
/// let url = proxy.url_through("postgres://me@db.example:5432/app");
/// assert_eq!(url, format!("postgres://me@{}/app", proxy.address()));
/// # }
/// ```
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    accepting: AbortHandle,
}

#[derive(Clone, Copy, Debug, Default)]
struct Weather {
    is_paused: bool,
    cuts: u64,
}

impl ChaosProxy {
    /// A proxy in front of a server, such as `127.0.0.1:5432`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn before(server: impl Into<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let weather = watch::Sender::new(Weather::default());
        let serving = serve(listener, server.into(), weather.subscribe());
        #[expect(clippy::disallowed_methods, reason = "the task ends with the proxy")]
        let accepting = tokio::spawn(serving).abort_handle();
        Self { address, weather, accepting }
    }

    /// Where the proxy listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL whose host and port are replaced by the proxy's.
    pub fn url_through(&self, url: &str) -> String {
        let host_from = url.find("://").map_or(0, |at| at + 3);
        let authority_to = url[host_from..].find(['/', '?']).map_or(url.len(), |at| host_from + at);
        let login_to = url[host_from..authority_to].rfind('@').map_or(host_from, |at| host_from + at + 1);
        format!("{}{}{}", &url[..login_to], self.address, &url[authority_to..])
    }

    /// Keeps back what the server says, on open connections and on new ones; they stay open.
    pub fn pause(&self) {
        self.weather.send_modify(|weather| weather.is_paused = true);
    }

    /// Lets the server be heard again; nothing that it said is lost.
    pub fn resume(&self) {
        self.weather.send_modify(|weather| weather.is_paused = false);
    }

    /// Cuts all connections that are open. New ones are served.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.cuts += 1);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(listener: TcpListener, server: String, weather: watch::Receiver<Weather>) {
    // Dropped with this task, and its connections with it.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(forward(client, server.clone(), weather.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn forward(client: TcpStream, server: String, mut weather: watch::Receiver<Weather>) {
    let cuts = weather.borrow().cuts;
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let heard = weather.clone();
    tokio::select! {
        _ = weather.wait_for(|weather| weather.cuts != cuts) => {}
        () = speak(from_client, to_server) => {}
        () = listen(from_server, to_client, heard) => {}
    }
}

async fn speak(mut client: OwnedReadHalf, mut server: OwnedWriteHalf) {
    let _ = tokio::io::copy(&mut client, &mut server).await;
}

async fn listen(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
) {
    let mut said = vec![0; 16 * 1024];
    while let Ok(bytes @ 1..) = server.read(&mut said).await {
        // The proxy is gone when nobody makes weather any more.
        if weather.wait_for(|weather| !weather.is_paused).await.is_err() {
            return;
        }
        if client.write_all(&said[..bytes]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A server that says everything back.
    async fn echo() -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        (address, serving)
    }

    async fn say(stream: &mut TcpStream, word: &[u8; 2]) -> bool {
        stream.write_all(word).await.unwrap();
        hears(stream, word).await
    }

    async fn hears(stream: &mut TcpStream, word: &[u8; 2]) -> bool {
        let mut heard = [0; 2];
        let read = tokio::time::timeout(Duration::from_millis(50), stream.read_exact(&mut heard)).await;
        matches!(read, Ok(Ok(_))) && heard == *word
    }

    #[tokio::test]
    async fn a_pause_keeps_answers_back_and_loses_none() {
        let (server, _serving) = echo().await;
        let proxy = ChaosProxy::before(server.to_string()).await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(say(&mut stream, b"hi").await);
        proxy.pause();
        assert!(!say(&mut stream, b"ho").await);
        let mut second = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(!say(&mut second, b"he").await);
        proxy.resume();
        assert!(hears(&mut stream, b"ho").await);
        assert!(hears(&mut second, b"he").await);
    }

    #[tokio::test]
    async fn a_cut_ends_open_connections_only() {
        let (server, _serving) = echo().await;
        let proxy = ChaosProxy::before(server.to_string()).await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(say(&mut stream, b"hi").await);
        proxy.cut();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_u8()).await.unwrap();
        assert!(ended.is_err());
        let mut second = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(say(&mut second, b"he").await);
        drop(proxy);
        let ended = tokio::time::timeout(Duration::from_secs(5), second.read_u8()).await.unwrap();
        assert!(ended.is_err());
    }
}
