use super::*;

const NOT_PUBLIC: &str = "the address is not a public one";

#[tokio::test]
async fn a_server_of_this_machine_is_out_of_reach_in_every_notation() {
    let server = Server::start(|_| Answer::new(200, &[], "inside")).await;
    let egress = egress_over(Arc::default(), &[]);
    for host in
        ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::ffff:127.0.0.1]", "[::]"]
    {
        let request = get(format!("http://{host}:{}/", server.port()));
        assert_eq!(refusal(&egress, &request).await, NOT_PUBLIC, "{host}");
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let server = Server::start(|_| Answer::new(200, &[], "inside")).await;
    let names = ScriptedNames::new(&[&["127.0.0.1"], &["::ffff:127.0.0.1", "fd00::1"]]);
    let egress = egress_over(Arc::clone(&names), &[]);
    for name in ["hooks.example.com", "hooks.example.com."] {
        let request = get(format!("http://{name}:{}/", server.port()));
        assert_eq!(refusal(&egress, &request).await, NOT_PUBLIC, "{name}");
    }
    assert_eq!(names.asked(), ["hooks.example.com", "hooks.example.com."]);
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_local_name_is_refused_before_it_is_looked_up() {
    let names = ScriptedNames::new(&[&["93.184.216.34"]]);
    let egress = egress_over(Arc::clone(&names), &[]);
    for name in ["localhost", "printer.local", "metadata.google.internal.", "postgres"] {
        let why = refusal(&egress, &get(format!("http://{name}/"))).await;
        assert_eq!(why, "the name belongs to a local network", "{name}");
    }
    assert!(names.asked().is_empty());
}

#[tokio::test]
async fn an_allowed_network_is_reached_by_name() {
    let server = Server::start(|heard| Answer::new(200, &[], heard)).await;
    let names = ScriptedNames::new(&[&["10.9.9.9", "127.0.0.1"]]);
    let request = get(format!("http://hooks.internal:{}/", server.port()));
    let answer = egress_over(names, &["127.0.0.1/32"]).send(&request).await.unwrap();
    assert!(answer.body.windows(14).any(|part| part == b"hooks.internal"), "{}", server.heard()[0]);
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_connected_to() {
    let server = Server::start(|_| Answer::new(200, &[("Connection", "close")], "").then_hang_up()).await;
    let names = ScriptedNames::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let egress = egress_over(Arc::clone(&names), &["127.0.0.1/32"]);
    let request = get(format!("http://rebind.example.com:{}/", server.port()));
    egress.send(&request).await.unwrap();
    assert_eq!(names.asked().len(), 1, "nothing is looked up between the check and the connection");
    assert_eq!(refusal(&egress, &request).await, NOT_PUBLIC);
    assert_eq!(names.asked().len(), 2);
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_kept_connection_leads_where_it_led_when_the_name_was_checked() {
    let server = Server::start(|_| Answer::new(200, &[], "")).await;
    let names = ScriptedNames::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let egress = egress_over(Arc::clone(&names), &["127.0.0.1/32"]);
    let request = get(format!("http://rebind.example.com:{}/", server.port()));
    egress.send(&request).await.unwrap();
    egress.send(&request).await.unwrap();
    assert_eq!((names.asked().len(), server.accepted(), server.heard().len()), (1, 1, 2));
}

#[tokio::test]
async fn what_is_not_http_or_carries_a_user_is_refused() {
    let egress = egress();
    for (url, why) in [
        ("file:///etc/passwd", "only http and https are spoken"),
        (
            "http://ada:s3cret@127.0.0.1/",
            "a URL with a user or a password in it is not fetched: use a header",
        ),
        ("/relative", "it is not a URL"),
        ("http://256.0.0.1/", "it is not a URL"),
        ("http:///", "it is not a URL"),
    ] {
        assert_eq!(refusal(&egress, &get(url)).await, why, "{url}");
    }
    let endless = format!("http://127.0.0.1/{}", "a".repeat(70_000));
    assert_eq!(refusal(&egress, &get(endless)).await, "it is not a URL");
}
