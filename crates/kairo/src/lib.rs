//! Kairo Studio as a library: facade and builder
