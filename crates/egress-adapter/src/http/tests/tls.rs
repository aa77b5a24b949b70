use certificate::SelfSigned;
use reqwest::Certificate;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

/// A server of this name, and the certificate to trust it by.
async fn server(name: &str) -> (Server, Certificate) {
    let SelfSigned { certificate, key } = SelfSigned::of(name);
    let key = PrivateKeyDer::try_from(key).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.clone().into()], key).unwrap();
    let server = Server::start_tls(TlsAcceptor::from(Arc::new(config))).await;
    (server, Certificate::from_der(&certificate).unwrap())
}

/// Asks `hooks.example.com`, which is the server of the test.
async fn ask(server: &Server, trusted: Option<Certificate>) -> Result<EgressResponse, EgressError> {
    let names = ScriptedNames::new(&[&["127.0.0.1"]]);
    let allowed = vec!["127.0.0.1/32".parse().unwrap()];
    let settings = EgressSettings { allowed, ..EgressSettings::default() };
    let egress = HttpEgress::assemble(settings, names, ClientBuilder::new().tls_certs_only(trusted)).unwrap();
    egress.send(&get(format!("https://hooks.example.com:{}/", server.port()))).await
}

fn given_up(answer: Result<EgressResponse, EgressError>) -> String {
    match answer {
        Err(EgressError::Permanent(cause)) => cause.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_with_a_good_certificate_is_asked() {
    let (server, certificate) = server("hooks.example.com").await;
    assert_eq!(ask(&server, Some(certificate)).await.unwrap().body, "hello");
}

#[tokio::test]
async fn a_certificate_of_nobody_we_know_is_for_good() {
    let (server, _) = server("hooks.example.com").await;
    assert_eq!(given_up(ask(&server, None).await), "the server's certificate is not good");
}

#[tokio::test]
async fn a_certificate_of_another_name_is_for_good() {
    let (server, certificate) = server("other.example.com").await;
    assert_eq!(given_up(ask(&server, Some(certificate)).await), "the server's certificate is not good");
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_server_without_tls_is_for_good() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let egress = egress();
    let request = get(format!("https://127.0.0.1:{port}/"));
    let speak = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, text).await.unwrap();
        stream
    };
    let (answer, _stream) = tokio::join!(egress.send(&request), speak);
    assert_eq!(given_up(answer), "there is no TLS that both sides speak");
}
