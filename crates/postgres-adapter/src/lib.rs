//! PostgreSQL store of Kairo Studio: migrations, row-level security, repositories
