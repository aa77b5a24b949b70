use std::io;

use clap::Subcommand;
use kairo::domain::{Actor, Email, NewPassword, NewUser, PersonName, Role};
use kairo::system::random_text;
use kairo::use_cases::{CreateUser, ResetPassword, Users};

use super::output::say;
use super::{Outcome, closed};
use crate::config::Config;
use crate::wiring::Running;

/// Make users and reset passwords.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a user with role ADMIN
    CreateAdmin {
        /// The address to sign in with
        #[arg(long)]
        email: String,
        /// The name others see
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Set another password for a user
    ResetPassword {
        /// The address the user signs in with
        #[arg(long)]
        email: String,
        #[command(flatten)]
        password: PasswordSource,
    },
}

#[derive(clap::Args)]
struct PasswordSource {
    /// Read the password (12 to 128 characters) from the first line of standard input; without this one is made
    /// and printed
    #[arg(long)]
    password_stdin: bool,
}

/// A password, and whether the user knows it already.
struct Chosen {
    password: NewPassword,
    made: Option<String>,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let running = Running::start(&config).await?;
    let users = running.studio().users();
    let done = match args.action {
        Action::CreateAdmin { email, name, password } => create_admin(&users, &email, name, &password).await,
        Action::ResetPassword { email, password } => reset_password(&users, &email, &password).await,
    };
    closed(done, running.stop().await)
}

async fn create_admin(users: &Users, email: &str, name: Option<String>, source: &PasswordSource) -> Outcome {
    let name =
        name.map(|name| PersonName::parse(&name)).transpose().map_err(|issue| refused("--name", &issue))?;
    let email = Email::parse(email).map_err(|issue| refused("--email", &issue))?;
    let chosen = choose(source)?;
    let user = NewUser { email, name, role: Role::Admin, company: None };
    let user = users.create(&Actor::System, CreateUser { user, password: chosen.password }).await?;
    announce(&format!("made the ADMIN {}", user.email.as_str()), chosen.made)
}

async fn reset_password(users: &Users, email: &str, source: &PasswordSource) -> Outcome {
    let email = Email::parse(email).map_err(|issue| refused("--email", &issue))?;
    let chosen = choose(source)?;
    let order = ResetPassword { email, password: chosen.password };
    let user = users.reset_password(&Actor::System, order).await?;
    announce(&format!("set another password for {}", user.email.as_str()), chosen.made)
}

fn choose(source: &PasswordSource) -> Result<Chosen, Box<dyn std::error::Error + Send + Sync>> {
    let (text, made) = if source.password_stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        (line.trim_end_matches(['\r', '\n']).to_owned(), None)
    } else {
        let text = random_text();
        (text.clone(), Some(text))
    };
    let password = NewPassword::parse(&text).map_err(|issue| refused("the password", &issue))?;
    Ok(Chosen { password, made })
}

fn announce(what: &str, made: Option<String>) -> Outcome {
    match made {
        Some(password) => say(&format!("{what}\npassword: {password}")),
        None => say(what),
    }
}

fn refused(what: &str, issue: &dyn std::fmt::Display) -> String {
    format!("{what} {issue}")
}
