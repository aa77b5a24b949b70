//! The kairo binary: API server, migrations, seed and command line of Kairo Studio
