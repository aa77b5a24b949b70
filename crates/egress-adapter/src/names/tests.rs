use std::sync::Mutex;

use super::*;

/// A name server that says what the test says.
struct Says {
    addresses: Vec<IpAddr>,
    asked: Mutex<usize>,
}

fn names(allowed: &[&str], addresses: &[&str]) -> (GuardedNames, Arc<Says>) {
    let says = Arc::new(Says {
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        asked: Mutex::new(0),
    });
    let guard = Guard::new(allowed.iter().map(|network| network.parse().unwrap()).collect());
    (GuardedNames { names: says.clone(), guard: Arc::new(guard) }, says)
}

#[async_trait]
impl Names for Says {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        *self.asked.lock().unwrap() += 1;
        Ok(self.addresses.clone())
    }
}

async fn refusal(names: &GuardedNames, name: &str) -> Refusal {
    *names.look_up(name).await.unwrap_err().downcast::<Refusal>().unwrap()
}

#[tokio::test]
async fn private_addresses_are_left_out_of_what_a_name_has() {
    let (names, _) = names(&[], &["10.0.0.1", "93.184.216.34", "::1", "2606:4700::1111", "::ffff:127.0.0.1"]);
    let found = names.look_up("example.com").await.unwrap();
    assert_eq!(found, ["93.184.216.34", "2606:4700::1111"].map(|address| address.parse::<IpAddr>().unwrap()));
}

#[tokio::test]
async fn a_name_with_private_addresses_only_is_refused() {
    let (names, _) = names(&[], &["10.0.0.1", "fd00::1"]);
    assert_eq!(refusal(&names, "rebind.example.com").await, Refusal::Address);
}

#[tokio::test]
async fn a_local_name_is_not_even_looked_up() {
    let (names, says) = names(&[], &["93.184.216.34"]);
    for name in ["localhost", "metadata.google.internal.", "postgres"] {
        assert_eq!(refusal(&names, name).await, Refusal::LocalName, "{name}");
    }
    assert_eq!(*says.asked.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_local_name_is_looked_up_where_a_network_is_allowed() {
    let (names, _) = names(&["127.0.0.1/32"], &["::1", "127.0.0.1", "93.184.216.34"]);
    assert_eq!(names.look_up("localhost").await.unwrap(), [IpAddr::from([127, 0, 0, 1])]);
}

#[tokio::test]
async fn a_name_without_addresses_may_have_some_later() {
    let (names, _) = names(&[], &[]);
    assert!(names.look_up("example.com").await.unwrap_err().is::<io::Error>());
}

#[tokio::test]
async fn this_machine_knows_what_an_address_is_called() {
    assert_eq!(SystemNames.addresses("127.0.0.1").await.unwrap(), [IpAddr::from([127, 0, 0, 1])]);
}
