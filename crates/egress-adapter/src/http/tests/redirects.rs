use super::*;

/// Redirects everything but `/end`.
async fn server(status: u16, location: impl Into<String>) -> Server {
    let location = location.into();
    Server::start(move |heard| {
        let is_end = heard.split(' ').nth(1).unwrap().starts_with("/end");
        if is_end { Answer::new(200, &[], "the end") } else { Answer::redirect(status, &location) }
    })
    .await
}

#[tokio::test]
async fn a_redirect_is_followed_wherever_it_says() {
    let other = server(302, "").await;
    for location in [other.url("/end"), format!("//127.0.0.1:{}/end?a=b", other.port())] {
        let server = server(302, location).await;
        assert_eq!(egress().send(&get(server.url("/"))).await.unwrap().body, "the end");
    }
    for location in ["/end", "end?x", "./a/../../end#here"] {
        let server = server(301, location).await;
        assert_eq!(egress().send(&get(server.url("/start"))).await.unwrap().body, "the end", "{location}");
    }
}

#[tokio::test]
async fn a_redirect_inside_is_refused() {
    for (location, why) in [
        ("http://10.0.0.1/", "the address is not a public one"),
        ("http://169.254.169.254/latest/meta-data/", "the address is not a public one"),
        ("http://2852039166/", "the address is not a public one"),
        ("//[::1]/", "the address is not a public one"),
        ("http://[::ffff:a00:1]/", "the address is not a public one"),
        ("file:///etc/passwd", "only http and https are spoken"),
        (
            "http://ada:s3cret@127.0.0.1/",
            "a URL with a user or a password in it is not fetched: use a header",
        ),
        ("http://256.0.0.1/", "it was redirected to what is not a URL"),
        ("http://inside.example.com/", "the address is not a public one"),
        ("http://localhost/", "the address is not a public one"),
    ] {
        let server = server(307, location).await;
        let egress = egress_over(ScriptedNames::new(&[&["10.0.0.1", "::1"]]), &["127.0.0.1/32"]);
        assert_eq!(refusal(&egress, &get(server.url("/"))).await, why, "{location}");
        assert_eq!(server.heard().len(), 1, "{location}");
    }
}

#[tokio::test]
async fn a_loop_ends_after_five_redirects() {
    let server = server(302, "/again").await;
    assert_eq!(refusal(&egress(), &get(server.url("/"))).await, "it was redirected too often");
    assert_eq!(server.heard().len(), 6);
}

#[tokio::test]
async fn the_fifth_redirect_is_followed() {
    let server = Server::start(|heard| {
        let step: u32 = heard.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        if step == 5 {
            Answer::new(200, &[], "the end")
        } else {
            Answer::redirect(302, &format!("/{}", step + 1))
        }
    });
    let server = server.await;
    assert_eq!(egress().send(&get(server.url("/0"))).await.unwrap().body, "the end");
}

#[tokio::test]
async fn what_is_asked_again_elsewhere_depends_on_the_status() {
    for (status, method, becomes) in [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (301, "PUT", "PUT"),
        (302, "DELETE", "DELETE"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (308, "PATCH", "PATCH"),
    ] {
        let server = server(status, "/end").await;
        let request = EgressRequest { method: method.to_owned(), ..post(server.url("/"), "s3cret") };
        egress().send(&request).await.unwrap();
        let heard = &server.heard()[1];
        let keeps_body = method == becomes;
        assert!(heard.starts_with(&format!("{becomes} /end ")), "{status}: {heard}");
        assert_eq!(heard.ends_with("\r\n\r\ns3cret"), keeps_body, "{status}: {heard}");
        assert_eq!(heard.contains("content-type"), keeps_body, "{status}: {heard}");
        assert_eq!(heard.contains("content-length"), keeps_body, "{status}: {heard}");
    }
}

#[tokio::test]
async fn what_does_not_say_where_to_is_an_answer() {
    for status in [300, 301, 304, 307, 399] {
        let server = Server::start(move |_| {
            Answer::raw(format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n"))
        });
        let server = server.await;
        assert_eq!(egress().send(&get(server.url("/"))).await.unwrap().status, status);
    }
    let server = server(304, "/end").await;
    assert_eq!(egress().send(&get(server.url("/"))).await.unwrap().status, 304);
}

const HEADERS: [(&str, &str); 7] = [
    ("Authorization", "Bearer s3cret"),
    ("Cookie", "s3cret=1"),
    ("Proxy-Authorization", "Basic s3cret"),
    ("X-Api-Key", "s3cret"),
    ("Accept", "application/json"),
    ("Content-Type", "text/plain"),
    ("Idempotency-Key", "run:node:1"),
];

#[tokio::test]
async fn secrets_stay_with_their_origin() {
    let other = server(200, "").await;
    for status in [302, 307, 308] {
        let first = server(status, other.url("/end")).await;
        egress().send(&with_headers(get(first.url("/")), &HEADERS)).await.unwrap();
        assert_eq!(first.heard()[0].matches("s3cret").count(), 4);
    }
    for heard in other.heard() {
        assert!(!heard.contains("s3cret"), "{heard}");
        for line in ["accept: application/json", "content-type: text/plain", "idempotency-key: run:node:1"] {
            assert!(heard.contains(line), "{heard}");
        }
    }
    assert_eq!(other.heard().len(), 3);
}

#[tokio::test]
async fn a_body_stays_with_its_origin() {
    for (status, method) in [(307, "POST"), (308, "POST"), (307, "PUT"), (301, "PATCH"), (302, "DELETE")] {
        let other = server(200, "").await;
        let first = server(status, other.url("/end")).await;
        let request = EgressRequest { method: method.to_owned(), ..post(first.url("/"), "s3cret") };
        let why = refusal(&egress(), &with_headers(request, &HEADERS)).await;
        assert_eq!(why, "it was redirected with its body to another origin", "{status} {method}");
        assert_eq!((first.heard().len(), other.accepted()), (1, 0), "{status} {method}");
    }
}

#[tokio::test]
async fn what_becomes_a_get_leaves_its_body_behind() {
    let other = server(200, "").await;
    let first = server(303, other.url("/end")).await;
    egress().send(&post(first.url("/"), "s3cret")).await.unwrap();
    assert!(other.heard()[0].starts_with("GET /end ") && !other.heard()[0].contains("s3cret"));
}

#[tokio::test]
async fn secrets_go_on_within_their_origin() {
    let server = server(307, "/end").await;
    egress().send(&with_headers(post(server.url("/"), "hello"), &HEADERS)).await.unwrap();
    assert_eq!(server.heard()[1].matches("s3cret").count(), 4);
}

#[tokio::test]
async fn secrets_that_were_left_behind_are_not_picked_up_again() {
    let back = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&back);
    let other = Server::start(move |_| Answer::redirect(302, &told.lock().unwrap())).await;
    let first = server(302, other.url("/")).await;
    *back.lock().unwrap() = first.url("/end");
    egress().send(&with_headers(get(first.url("/")), &HEADERS)).await.unwrap();
    assert!(!first.heard()[1].contains("s3cret"), "{}", first.heard()[1]);
}

#[tokio::test]
async fn nobody_is_told_where_a_request_comes_from() {
    let server = server(302, "/end").await;
    egress().send(&get(server.url("/?token=s3cret"))).await.unwrap();
    assert!(!server.heard()[1].contains("s3cret"), "{}", server.heard()[1]);
}
