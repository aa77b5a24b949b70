//! The contract that every store keeps.

use kairo_testkit::contract::paging;

use crate::support::{FreshStore, fresh_store};

kairo_testkit::store_contract!(fresh_store());

kairo_testkit::queue_contract!(fresh_store(), async |store: &FreshStore, now| store.deliver(now).await);

#[test]
fn a_random_walk_meets_every_row_once() {
    // Few cases, since each has a database of its own; the memory store walks many more.
    paging::property(fresh_store, 24);
}
