//! A migrated database of its own, with everybody in it.

use std::sync::Arc;

use kairo::Studio;
use kairo::domain::{Actor, ActorRole, NewPassword, NewUser, Redacted, Role};
use kairo::postgres::{PgOptions, PgStore, migrate};
use kairo::system::Argon2Settings;
use kairo::use_cases::{CreateUser, Error, SignIn};
use kairo_testkit::builders::email;
use kairo_testkit::postgres::{TestDatabase, ephemeral_database};
use sqlx::{Connection, PgConnection};

use crate::things::population;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    database: TestDatabase,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = ephemeral_database().await;
        migrate(database.url()).await.unwrap();
        let world = Self { database };
        world.populate().await;
        world
    }

    /// A connection of the login that made the database, which no policy binds.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(self.database.url()).await.unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "the statements are made of words of this test alone")]
    async fn populate(&self) {
        let population = sqlx::AssertSqlSafe(population());
        sqlx::raw_sql(population).execute(&mut self.connect().await).await.unwrap();
    }

    /// A studio on the database, with passwords that cost next to nothing.
    pub(crate) async fn studio(&self) -> Studio {
        let store = PgStore::connect(PgOptions::new(self.database.url())).await.unwrap();
        let argon2 = Argon2Settings { memory_kib: 64, passes: 1, ..Argon2Settings::default() };
        kairo::Builder::on(Arc::new(store)).argon2(argon2).build().unwrap()
    }

    /// The access token of a user with this role, who is made on the first call.
    pub(crate) async fn token(&self, studio: &Studio, role: ActorRole) -> Option<String> {
        let (role, address) = match role {
            ActorRole::Admin => (Role::Admin, "admin@example.com"),
            ActorRole::Team => (Role::Team, "team@example.com"),
            ActorRole::Client => (Role::Client, "client@example.com"),
            ActorRole::Anonymous | ActorRole::System => return None,
        };
        let user = NewUser { email: email(address), name: None, role, company: None };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        match studio.users().create(&Actor::System, order).await {
            Ok(_) | Err(Error::Taken { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        let order = SignIn {
            email: email(address),
            password: Redacted::new(PASSWORD.to_owned()),
            ip_address: None,
            user_agent: None,
        };
        Some(studio.sessions().sign_in(order).await.unwrap().access_token.expose().clone())
    }
}
