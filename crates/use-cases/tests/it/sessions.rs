//! Signing in and out.

use std::sync::Arc;

use chrono::TimeDelta;
use kairo_domain::{Actor, NewPassword, NewUser, Role, User, Verb};
use kairo_ports::Store;
use kairo_testkit::builders::{actor_of, email, permit, team_member};
use kairo_testkit::fakes::{PlainPasswords, START};
use kairo_testkit::stepping::{Step, SteppedStore, interleave};
use kairo_use_cases::{ChangePassword, CreateUser, EndOwn, Error, ResetPassword, Which};
use proptest::prelude::*;

use crate::world::{PASSWORD, World, credentials, secret, studio_on};

const ADA: &str = "ada@example.com";

async fn with_ada(world: &World) -> User {
    world.with_user(ADA, Role::Team).await
}

#[tokio::test]
async fn the_right_password_gives_tokens_for_the_user() {
    let world = World::new().await;
    let ada = with_ada(&world).await;
    let signed_in = world.sign_in("ADA@example.com", PASSWORD).await.unwrap();
    let actor = world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap();
    assert_eq!((actor.user(), actor.role().as_str()), (Some(ada.id), "TEAM"));
    assert_eq!(world.studio.accounts().me(&actor).await.unwrap(), ada);
    let opened = &world.journal().await[0];
    assert_eq!((opened.event.as_str(), opened.actor.as_str()), ("session.opened", "user"));
    assert_eq!(opened.actor_id, Some(ada.id.uuid()));
    assert_eq!(opened.origin.address.as_ref().unwrap().expose(), "192.0.2.1");
}

#[tokio::test]
async fn what_was_wrong_is_not_told_and_is_recorded() {
    let world = World::new().await;
    let ada = with_ada(&world).await;
    let mut answers = Vec::new();
    for (address, password) in [(ADA, "wrong horse battery"), ("nobody@example.com", PASSWORD)] {
        let refused = world.sign_in(address, password).await.unwrap_err();
        assert!(matches!(refused, Error::Unauthenticated(_)));
        answers.push(refused.to_string());
    }
    assert_eq!(answers[0], answers[1]);
    let journal = world.journal().await;
    let failures = journal.iter().filter(|entry| entry.event == "session.refused");
    let subjects: Vec<_> = failures.map(|entry| (entry.actor.as_str(), entry.subject)).collect();
    assert_eq!(subjects, [("visitor", None), ("visitor", Some(ada.id.uuid()))]);
}

#[tokio::test]
async fn who_keeps_failing_has_to_wait_and_is_never_locked_out() {
    let world = World::new().await;
    with_ada(&world).await;
    for _ in 0..4 {
        assert!(matches!(world.sign_in(ADA, "wrong").await, Err(Error::Unauthenticated(_))));
    }
    let Err(Error::RateLimited { retry_after }) = world.sign_in(ADA, PASSWORD).await else {
        panic!("no wait after four failures");
    };
    assert_eq!(retry_after, TimeDelta::seconds(1));
    world.clock.advance(retry_after);
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok());
    assert!(matches!(world.sign_in(ADA, "wrong").await, Err(Error::Unauthenticated(_))), "counted anew");
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_has_to_wait_too() {
    let world = World::new().await;
    with_ada(&world).await;
    for at in 0..11 {
        let refused = world.sign_in(&format!("nobody{at}@example.com"), PASSWORD).await;
        assert!(matches!(refused, Err(Error::Unauthenticated(_))), "{at}");
    }
    assert!(matches!(world.sign_in(ADA, PASSWORD).await, Err(Error::RateLimited { .. })));
    let elsewhere = world.studio.from_origin(crate::world::origin("198.51.100.7"));
    let order = credentials(ADA, PASSWORD, None);
    assert!(elsewhere.sessions().sign_in(order).await.is_ok());
}

#[tokio::test]
async fn an_unknown_account_waits_like_a_known_one() {
    let world = World::new().await;
    for _ in 0..4 {
        assert!(matches!(world.sign_in("nobody@example.com", "wrong").await, Err(Error::Unauthenticated(_))));
    }
    assert!(matches!(world.sign_in("nobody@example.com", "wrong").await, Err(Error::RateLimited { .. })));
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_made_anew_at_sign_in() {
    let world = World::new().await;
    let ada = with_ada(&world).await;
    let system = Actor::System;
    let mut work = world.store.begin(&system).await.unwrap();
    let update = permit(&system, Verb::Update, &ada);
    work.users().set_password_hash(&update, ada.id, &PlainPasswords::outdated_hash(PASSWORD)).await.unwrap();
    work.commit().await.unwrap();
    world.sign_in(ADA, PASSWORD).await.unwrap();
    let mut work = world.store.begin_read(&system).await.unwrap();
    let hash = work.users().password_hash(ada.id).await.unwrap().unwrap();
    assert_ne!(hash, PlainPasswords::outdated_hash(PASSWORD));
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_user_without_a_password_cannot_sign_in() {
    let world = World::new().await;
    let address = world.team.email.as_str().to_owned();
    for password in ["", "!", PASSWORD] {
        let refused = world.sign_in(&address, password).await;
        assert!(matches!(refused, Err(Error::Unauthenticated(_))), "{password:?}");
    }
}

#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let world = World::new().await;
    with_ada(&world).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    world.clock.advance(signed_in.expires_in - TimeDelta::seconds(1));
    assert!(world.holds(&signed_in));
    world.clock.advance(TimeDelta::seconds(1));
    assert!(!world.holds(&signed_in));
}

#[tokio::test]
async fn signing_out_ends_this_the_others_or_all() {
    let world = World::new().await;
    with_ada(&world).await;
    let mut devices = Vec::new();
    for _ in 0..3 {
        devices.push(world.sign_in(ADA, PASSWORD).await.unwrap());
    }
    let sessions = world.studio.sessions();
    let actor = sessions.authenticate(devices[0].access_token.expose()).unwrap();
    assert_eq!(sessions.list(&actor, devices[0].user.id).await.unwrap().len(), 3);
    let held = |devices: &[_]| devices.iter().map(|device| world.holds(device)).collect::<Vec<_>>();
    assert_eq!(sessions.end_own(&actor, EndOwn { which: Which::Others }).await.unwrap(), 2);
    assert_eq!(held(&devices), [true, false, false]);
    assert_eq!(sessions.end_own(&actor, EndOwn { which: Which::This }).await.unwrap(), 1);
    assert_eq!(held(&devices), [false, false, false]);
    let again = world.sign_in(ADA, PASSWORD).await.unwrap();
    let actor = sessions.authenticate(again.access_token.expose()).unwrap();
    assert_eq!(sessions.end_own(&actor, EndOwn { which: Which::All }).await.unwrap(), 1);
    assert!(!world.holds(&again));
}

#[tokio::test]
async fn what_one_process_ends_the_others_learn_from_the_store() {
    let world = World::new().await;
    with_ada(&world).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    let other = world.second_node();
    other.sessions().follow_revocations().await.unwrap();
    assert!(other.sessions().authenticate(signed_in.access_token.expose()).is_ok());
    let actor = world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap();
    world.studio.sessions().end(&actor, signed_in.user.id, signed_in.session).await.unwrap();
    assert!(!world.holds(&signed_in));
    other.sessions().follow_revocations().await.unwrap();
    assert!(other.sessions().authenticate(signed_in.access_token.expose()).is_err());
}

#[tokio::test]
async fn a_session_is_ended_by_its_user_or_an_administrator() {
    let world = World::new().await;
    with_ada(&world).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    let sessions = world.studio.sessions();
    for actor in [world.as_team(), world.as_client(), Actor::Visitor] {
        assert!(matches!(
            sessions.end(&actor, signed_in.user.id, signed_in.session).await,
            Err(Error::NotFound { .. })
        ));
    }
    sessions.end(&world.as_admin(), signed_in.user.id, signed_in.session).await.unwrap();
    assert!(matches!(
        sessions.end(&world.as_admin(), signed_in.user.id, signed_in.session).await,
        Err(Error::NotFound { .. })
    ));
    assert!(!world.holds(&signed_in));
}

#[tokio::test]
async fn a_reset_password_replaces_the_old_one_and_ends_its_sessions() {
    let world = World::new().await;
    with_ada(&world).await;
    let before = world.sign_in(ADA, PASSWORD).await.unwrap();
    let password = NewPassword::parse("another horse battery").unwrap();
    let order = ResetPassword { email: email(ADA), password };
    world.studio.users().reset_password(&Actor::System, order).await.unwrap();
    assert!(!world.holds(&before));
    assert!(world.sign_in(ADA, PASSWORD).await.is_err());
    assert!(world.sign_in(ADA, "another horse battery").await.is_ok());
}

#[tokio::test]
async fn a_suspended_user_is_nobody() {
    let world = World::new().await;
    let tom = team_member("Tim").with(|user| user.suspended_at = Some(START)).build();
    let system = Actor::System;
    let mut work = world.store.begin(&system).await.unwrap();
    work.users().add(&permit(&system, Verb::Create, &tom), &tom).await.unwrap();
    work.commit().await.unwrap();
    let refused = world.studio.accounts().me(&actor_of(&tom)).await;
    assert!(matches!(refused, Err(Error::Unauthenticated(_))));
}

#[tokio::test]
async fn an_address_is_taken_once() {
    let world = World::new().await;
    with_ada(&world).await;
    let user = NewUser { email: email("Ada@Example.com"), name: None, role: Role::Client, company: None };
    let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
    let refused = world.studio.users().create(&Actor::System, order).await;
    assert!(matches!(refused, Err(Error::Taken { what: "email" })));
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_one() {
    let world = World::new().await;
    let from = |end: u32| world.studio.from_origin(crate::world::origin(&format!("2001:db8:1:2::{end:x}")));
    for at in 0..11 {
        let order = credentials(&format!("nobody{at}@example.com"), PASSWORD, None);
        assert!(matches!(from(at).sessions().sign_in(order).await, Err(Error::Unauthenticated(_))), "{at}");
    }
    let order = credentials("nobody@example.com", PASSWORD, None);
    assert!(matches!(from(99).sessions().sign_in(order).await, Err(Error::RateLimited { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Many guesses at once are as many guesses: in whatever order their steps come, only three of them are free.
    #[test]
    fn guesses_at_once_are_not_one(schedule in proptest::collection::vec(0..6_usize, 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = runtime.block_on(async {
            let world = World::new().await;
            with_ada(&world).await;
            world
        });
        let stepped = SteppedStore::new(Arc::clone(&world.store) as Arc<dyn Store>);
        let studio = studio_on(Arc::new(stepped), world.clock.clone());
        let guesses: Vec<Step<'_, _>> = (0..6)
            .map(|_| -> Step<'_, _> {
                Box::pin(async { studio.sessions().sign_in(credentials(ADA, "a wrong guess", None)).await })
            })
            .collect();
        let answers = interleave(guesses, &schedule);
        let looked_at = answers.iter().filter(|answer| matches!(answer, Err(Error::Unauthenticated(_)))).count();
        prop_assert!(looked_at <= 4, "{} guesses were looked at", looked_at);
    }

    /// A password is changed while somebody signs in with it: whatever comes first, nobody is signed in by it after.
    #[test]
    fn a_password_that_is_changed_signs_nobody_in(schedule in proptest::collection::vec(0..2_usize, 0..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (world, owner) = runtime.block_on(async {
            let world = World::new().await;
            with_ada(&world).await;
            let owner = world.sign_in(ADA, PASSWORD).await.unwrap();
            (world, owner)
        });
        let stepped = SteppedStore::new(Arc::clone(&world.store) as Arc<dyn Store>);
        let studio = studio_on(Arc::new(stepped), world.clock.clone());
        let actor = studio.sessions().authenticate(owner.access_token.expose()).unwrap();
        let change: Step<'_, _> = Box::pin(async {
            let new = NewPassword::parse("another horse battery").unwrap();
            let order = ChangePassword { current: secret(PASSWORD), new };
            studio.accounts().change_password(&actor, order).await.map(|()| None)
        });
        let thief: Step<'_, _> = Box::pin(async {
            studio.sessions().sign_in(credentials(ADA, PASSWORD, None)).await.map(Some)
        });
        let [changed, stolen] = interleave(vec![change, thief], &schedule).try_into().unwrap();
        prop_assert!(changed.is_ok());
        if let Ok(Some(stolen)) = stolen {
            let next = runtime.block_on(world.studio.sessions().refresh(stolen.refresh_token.expose()));
            prop_assert!(next.is_err(), "a session from before the change lives on");
        }
    }
}
