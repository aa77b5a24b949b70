//! The `kairo` binary as its users meet it: started as a process, asked over HTTP, stopped and killed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod automations;
mod command_line;
mod crash;
mod crash_record;
mod existing_database;
mod hangups;
mod hostile;
mod identity;
mod mail;
mod program;
mod quickstart;
mod schedules;
