//! The memory store keeps what every store promises.

use kairo_memory::MemoryStore;
use kairo_testkit::contract::paging;

kairo_testkit::store_contract!(async { MemoryStore::new() });

kairo_testkit::queue_contract!(async { MemoryStore::new() }, async |store: &MemoryStore, now| {
    store.take_due_jobs(now)
});

#[test]
fn a_random_walk_meets_every_row_once() {
    paging::property(async || MemoryStore::new(), 256);
}
