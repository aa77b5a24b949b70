//! HTTP API of Kairo Studio as a mountable actix-web scope
