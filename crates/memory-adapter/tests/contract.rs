//! The memory store keeps what every store promises.

use kairo_memory::MemoryStore;
use kairo_testkit::contract::paging;

kairo_testkit::store_contract!(async { MemoryStore::new() });

#[test]
fn a_random_walk_meets_every_row_once() {
    paging::property(async || MemoryStore::new(), 256);
}
