//! Driven ports of Kairo Studio: store, unit of work, repositories, clock, ids, passwords, tokens
