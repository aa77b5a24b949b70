//! Contract suite, builders, fakes and ephemeral databases for Kairo Studio's tests
