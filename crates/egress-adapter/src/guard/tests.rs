use super::*;

fn guard(allowed: &[&str]) -> Guard {
    Guard::new(allowed.iter().map(|network| network.parse().unwrap()).collect())
}

fn check(guard: &Guard, url: &str) -> Result<(), Refusal> {
    guard.check(&Url::parse(url).unwrap())
}

fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

/// Ways to write an address that is not public, of which the URL makes one.
const PRIVATE_HOSTS: [&str; 103] = [
    // Loopback.
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0X7F000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.0.0.1",
    "0177.0x0.0.1",
    "127.0x1",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "①②⑦.0.0.1",
    "0x7f000001.",
    // This network.
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.1.2.3",
    // Private.
    "10.0.0.1",
    "10.1",
    "167772161",
    "0xa000001",
    "012.0.0.1",
    "0xa.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "2886729729",
    "0xac100001",
    "0254.020.0.1",
    "192.168.0.1",
    "192.168.1",
    "192.168.257",
    "3232235521",
    "0xc0a80001",
    "0300.0250.0.1",
    // Carriers' NAT, and the credentials of a cloud that keeps them there.
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    // Link local: the credentials of the others.
    "169.254.169.254",
    "169.254.43518",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "025177524776",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.170.2",
    // Assigned to something else.
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    "0xffffffff",
    // IPv6: unspecified, loopback.
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    // Mapped, compatible, translated.
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::FFFF:A9FE:A9FE]",
    "[::ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[::a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    // Unique local, link local, site local, multicast.
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[febf::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff0e::1]",
    // Discard, benchmarks, documentation, segment routing, not given out.
    "[100::1]",
    "[2001:2::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[4000::1]",
];

#[test]
fn an_address_that_is_not_public_is_refused_in_every_notation() {
    let guard = guard(&[]);
    for host in PRIVATE_HOSTS {
        for url in [format!("http://{host}/"), format!("https://{host}:8443/a?b#c")] {
            assert_eq!(check(&guard, &url), Err(Refusal::Address), "{url}");
        }
    }
}

#[test]
fn what_is_no_address_to_the_url_never_gets_to_the_guard() {
    for host in ["256.0.0.1", "127.0.0.0.1", "0x100000000", "[fe80::1%25eth0]", "[::1", "127.0.0.08", ""] {
        assert!(Url::parse(&format!("http://{host}/")).is_err(), "{host}");
    }
}

#[test]
fn public_addresses_and_names_pass() {
    let guard = guard(&[]);
    for host in [
        "8.8.8.8",
        "134744072",
        "[2606:4700:4700::1111]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "example.com",
        "example.com.",
        "hooks.example.com:8443",
        "bücher.example",
        "localhost.example.com",
        "internal.example.com",
        "mylocal.example",
        "notlocal.notinternal",
    ] {
        assert_eq!(check(&guard, &format!("https://{host}/")), Ok(()), "{host}");
    }
}

#[test]
fn local_names_are_refused_before_they_are_looked_up() {
    let guard = guard(&[]);
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "loc%61lhost",
        "\u{ff4c}ocalhost",
        "a.localhost",
        "localhost.localdomain",
        "printer.local",
        "printer.local.",
        "db.svc.cluster.local",
        "metadata.google.internal",
        "metadata.google.internal.",
        "METADATA.GOOGLE.INTERNAL",
        "wiki.corp",
        "router.lan",
        "nas.home",
        "nas.home.arpa",
        "home.arpa",
        "hr.intranet",
        "key.private",
        "local",
        "postgres",
        "postgres.",
    ] {
        assert_eq!(check(&guard, &format!("http://{host}/")), Err(Refusal::LocalName), "{host}");
    }
}

#[test]
fn an_allowed_network_is_reached_in_every_notation_and_its_neighbours_are_not() {
    let guard = guard(&["127.0.0.1/32", "fd00:1::/64", "10.1.0.0/16"]);
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "10.1.2.3", "[fd00:1::9]"] {
        assert_eq!(check(&guard, &format!("http://{host}/")), Ok(()), "{host}");
    }
    for host in ["127.0.0.2", "10.2.0.1", "[::1]", "[fd00:2::9]", "[::127.0.0.1]", "169.254.169.254"] {
        assert_eq!(check(&guard, &format!("http://{host}/")), Err(Refusal::Address), "{host}");
    }
}

#[test]
fn a_local_name_leads_to_allowed_networks_only() {
    let guard = guard(&["10.1.0.0/16"]);
    for name in ["n8n.internal", "localhost"] {
        let reach = guard.reach(name).unwrap();
        assert!(guard.permits(reach, ip("10.1.0.1")), "{name}");
        assert!(guard.permits(reach, ip("::ffff:10.1.0.1")), "{name}");
        assert!(!guard.permits(reach, ip("127.0.0.1")), "{name}");
        assert!(!guard.permits(reach, ip("8.8.8.8")), "{name}");
    }
    let reach = guard.reach("example.com").unwrap();
    assert!(guard.permits(reach, ip("8.8.8.8")));
    assert!(guard.permits(reach, ip("10.1.0.1")));
    assert!(!guard.permits(reach, ip("10.2.0.1")));
}

#[test]
fn only_http_and_https_without_a_user_are_fetched() {
    let guard = guard(&["0.0.0.0/0", "::/0"]);
    for url in [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ws://example.com/",
        "data:,hello",
        "unix:/run/docker.sock",
        "javascript:alert(1)",
        "blob:https://example.com/x",
    ] {
        assert_eq!(check(&guard, url), Err(Refusal::Scheme), "{url}");
    }
    for url in ["https://ada@example.com/", "https://ada:secret@example.com/", "https://:secret@example.com/"]
    {
        assert_eq!(check(&guard, url), Err(Refusal::UserInfo), "{url}");
    }
    // What looks like a port and a password is a user, and what looks like a user is a path.
    assert_eq!(check(&guard, "http://example.com:80@127.0.0.1/"), Err(Refusal::UserInfo));
    assert_eq!(check(&guard, "http://example.com\\@127.0.0.1/"), Ok(()));
}
