# Shortcuts and nothing more: every recipe is a command that can be typed without `just`.

_default:
    @just --list

# The house rules, clippy and the formatter's opinion.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo xtask lint
    cargo deny check bans licenses sources

# Every test; starts its own PostgreSQL.
test:
    cargo test --workspace

fmt:
    cargo fmt --all

# Regenerate the query data after a change of SQL or migrations.
sqlx:
    cargo xtask sqlx

# The documentation of our own crates.
docs:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps

# What is run before a change is merged.
ci:
    .ci/run
