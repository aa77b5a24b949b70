//! A migrated database of its own, with everybody in it.

use std::sync::Arc;

use kairo::Studio;
use kairo::domain::{Actor, NewPassword, NewUser, Role};
use kairo::postgres::{PgOptions, PgStore, migrate};
use kairo::system::Argon2Settings;
use kairo::use_cases::{CreateUser, Links};
use kairo_testkit::builders::email;
use kairo_testkit::fakes::Mailbox;
use kairo_testkit::postgres::{TemplateDatabase, TestDatabase};
use sqlx::{Connection, PgConnection};

use crate::things::population;

/// Everybody's.
pub(crate) const PASSWORD: &str = "plum gravel otter lantern";
/// What credentials are made of: it goes in and never comes out.
pub(crate) const CREDENTIAL: &str = "lantern-gravel-plum-otter";
/// Whose password is stored as everybody's is to be.
pub(crate) const MODEL: &str = "model@example.com";

pub(crate) struct World {
    database: TestDatabase,
}

impl World {
    pub(crate) async fn new() -> Self {
        static MIGRATED: TemplateDatabase = TemplateDatabase::new();
        let prepare = async |url: &str| {
            migrate(url).await.unwrap();
        };
        let world = Self { database: MIGRATED.cloned(prepare).await };
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

    /// A studio on the database that mails into this mailbox, with passwords that cost next to nothing and a user who
    /// has one.
    pub(crate) async fn studio(&self, mailbox: &Mailbox) -> Studio {
        let store = PgStore::connect(PgOptions::new(self.database.url())).await.unwrap();
        let argon2 = Argon2Settings { memory_kib: 64, passes: 1, ..Argon2Settings::default() };
        let builder = kairo::Builder::on(Arc::new(store)).argon2(argon2);
        let links = Links::below("https://studio.example");
        let studio = builder.mailer(Arc::new(mailbox.clone())).links(links).build().unwrap();
        let user = NewUser { email: email(MODEL), name: None, role: Role::Client, company: None };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        studio.users().create(&Actor::System, order).await.unwrap();
        studio
    }
}
