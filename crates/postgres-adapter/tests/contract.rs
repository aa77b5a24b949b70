//! The contract that every store keeps.

kairo_testkit::store_contract!(crate::support::fresh_store());
