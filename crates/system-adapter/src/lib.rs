//! System ports of Kairo Studio: clock, UUID v7, argon2id, access tokens
