//! Finds or fetches PostgreSQL server binaries and runs a private cluster
