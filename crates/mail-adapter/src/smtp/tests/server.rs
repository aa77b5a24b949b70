use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

/// What a server does with the one mail it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Accept,
    /// Refuses the recipient with this code.
    Refuse(u16),
    HangUpAtOnce,
    HangUpAtData,
    /// Takes the connection and never says a word.
    Silence,
}

/// A mail server that speaks just enough SMTP (RFC 5321).
pub(super) struct Server {
    listener: TcpListener,
    script: Script,
}

impl Server {
    pub(super) async fn bind(script: Script) -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), script }
    }

    pub(super) fn url(&self) -> String {
        format!("smtp://{}", self.listener.local_addr().unwrap())
    }

    /// Whether anybody has connected so far.
    pub(super) async fn was_called(&self) -> bool {
        let soon = std::time::Duration::from_millis(100);
        tokio::time::timeout(soon, self.listener.accept()).await.is_ok()
    }

    /// Serves one connection, and tells what was said on it.
    pub(super) async fn serve(self) -> String {
        let (stream, _) = self.listener.accept().await.unwrap();
        match self.script {
            Script::HangUpAtOnce => String::new(),
            Script::Silence => std::future::pending().await,
            script => talk(stream, script).await,
        }
    }
}

async fn talk(stream: TcpStream, script: Script) -> String {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader);
    let mut heard = String::new();
    let mut is_data = false;
    say(&mut writer, "220 mail.example.com ESMTP\r\n").await;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.unwrap_or(0) == 0 {
            return heard;
        }
        heard.push_str(&line);
        let answer = match line.trim_end() {
            "." if is_data => {
                is_data = false;
                "250 taken\r\n".to_owned()
            }
            _ if is_data => continue,
            "DATA" if script == Script::HangUpAtData => return heard,
            "DATA" => {
                is_data = true;
                "354 go on\r\n".to_owned()
            }
            command => answer(command, script),
        };
        say(&mut writer, &answer).await;
    }
}

fn answer(command: &str, script: Script) -> String {
    match (command.split(' ').next().unwrap(), script) {
        ("EHLO", _) => "250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n".to_owned(),
        ("AUTH", _) => "235 welcome\r\n".to_owned(),
        ("RCPT", Script::Refuse(code)) => format!("{code} <ada@example.com>: no such user\r\n"),
        ("QUIT", _) => "221 bye\r\n".to_owned(),
        _ => "250 fine\r\n".to_owned(),
    }
}

async fn say(writer: &mut OwnedWriteHalf, text: &str) {
    // Who has hung up hears nothing.
    let _ = writer.write_all(text.as_bytes()).await;
}
