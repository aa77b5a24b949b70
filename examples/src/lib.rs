//! Runnable examples of embedding Kairo Studio
