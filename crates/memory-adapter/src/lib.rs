//! Transactional in-memory store for Kairo Studio
