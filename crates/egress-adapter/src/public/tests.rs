use super::*;

fn is_public_destination(address: &str) -> bool {
    is_public(destination(address.parse().unwrap()))
}

#[test]
fn every_special_network_is_refused_from_its_first_address_to_its_last() {
    let v4 = SPECIAL_V4.iter().flat_map(|network| [network.network(), network.broadcast()]).map(IpAddr::V4);
    let v6 = SPECIAL_V6.iter().flat_map(|network| [network.network(), network.broadcast()]).map(IpAddr::V6);
    for address in v4.chain(v6) {
        assert!(!is_public(address), "{address}");
    }
}

#[test]
fn the_neighbours_of_special_networks_are_public() {
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2001:200::",
        "2001:db7:ffff::1",
        "2001:db9::",
        "2003::",
        "2606:4700:4700::1111",
        "2a00:1450:4001:80b::200e",
        "3ffe:ffff::1",
    ] {
        assert!(is_public_destination(address), "{address}");
    }
}

#[test]
fn an_ipv4_address_in_ipv6_clothes_is_what_it_is() {
    for address in ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8"] {
        assert!(is_public_destination(address), "{address}");
    }
    for address in [
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::127.0.0.1",
    ] {
        assert!(!is_public_destination(address), "{address}");
    }
}

#[test]
fn transition_addresses_are_refused_whatever_they_carry() {
    for address in [
        "::8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b:1::8.8.8.8",
        "64:ff9b:0:1::8.8.8.8",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2002:808:808::1",
    ] {
        assert!(!is_public_destination(address), "{address}");
    }
}
