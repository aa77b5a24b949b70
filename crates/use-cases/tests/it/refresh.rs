//! Refresh tokens: rotation, the lost answer, and the thief.

use std::sync::Arc;

use chrono::TimeDelta;
use kairo_domain::Role;
use kairo_ports::{MailContent, Store};
use kairo_testkit::stepping::{Step, SteppedStore, interleave};
use kairo_use_cases::{Error, SignedIn, Studio};
use proptest::prelude::*;

use crate::world::{PASSWORD, World, studio_on};

const ADA: &str = "ada@example.com";

async fn signed_in(world: &World) -> SignedIn {
    world.with_user(ADA, Role::Client).await;
    world.sign_in(ADA, PASSWORD).await.unwrap()
}

async fn refresh(studio: &Studio, token: &SignedIn) -> Result<SignedIn, Error> {
    studio.sessions().refresh(token.refresh_token.expose()).await
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_pair_and_a_longer_life() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    world.clock.advance(TimeDelta::days(29));
    let second = refresh(&world.studio, &first).await.unwrap();
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(first.session, second.session);
    world.clock.advance(TimeDelta::days(29));
    assert!(refresh(&world.studio, &second).await.is_ok());
    world.clock.advance(TimeDelta::days(30));
    assert!(refresh(&world.studio, &second).await.is_err());
}

#[tokio::test]
async fn a_lost_answer_can_be_had_again_for_ten_seconds() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    let lost = refresh(&world.studio, &first).await.unwrap();
    world.clock.advance(TimeDelta::milliseconds(9_999));
    let again = refresh(&world.studio, &first).await.unwrap();
    assert_eq!(lost.refresh_token, again.refresh_token);
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_once_its_owner_has_used_the_successor() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    let second = refresh(&world.studio, &first).await.unwrap();
    let third = refresh(&world.studio, &second).await.unwrap();
    let other = world.second_node();
    other.sessions().follow_revocations().await.unwrap();
    assert!(refresh(&world.studio, &first).await.is_err());
    assert!(!world.holds(&third), "the owner's access token");
    assert!(refresh(&world.studio, &third).await.is_err(), "the owner's refresh token");
    other.sessions().follow_revocations().await.unwrap();
    assert!(other.sessions().authenticate(third.access_token.expose()).is_err());
    assert_eq!(world.events().await[0], "session.token_reused");
    assert!(matches!(world.mails().await[0].content, MailContent::Notice(_)), "the owner is told");
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_after_ten_seconds() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    let second = refresh(&world.studio, &first).await.unwrap();
    world.clock.advance(TimeDelta::seconds(10));
    assert!(refresh(&world.studio, &first).await.is_err());
    assert!(refresh(&world.studio, &second).await.is_err());
    assert_eq!(world.events().await[0], "session.token_reused");
}

#[tokio::test]
async fn a_made_up_token_ends_nothing() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    for token in ["", "x", "refresh:00000000-0000-7000-8000-000000000001"] {
        assert!(matches!(world.studio.sessions().refresh(token).await, Err(Error::Unauthenticated(_))));
    }
    assert!(refresh(&world.studio, &first).await.is_ok());
}

#[tokio::test]
async fn the_next_pair_says_what_the_user_is_now() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    let order =
        kairo_use_cases::ChangeRole { user: first.user.id, role: Role::Team, seen: Default::default() };
    world.studio.users().change_role(&world.as_admin(), order).await.unwrap();
    assert!(!world.holds(&first), "it says CLIENT");
    let second = refresh(&world.studio, &first).await.unwrap();
    let actor = world.studio.sessions().authenticate(second.access_token.expose()).unwrap();
    assert_eq!(actor.role().as_str(), "TEAM");
}

#[tokio::test]
async fn a_refresh_token_ends_its_session_used_or_not() {
    let world = World::new().await;
    world.with_user(ADA, Role::Client).await;
    for uses in 0..3 {
        let first = world.sign_in(ADA, PASSWORD).await.unwrap();
        let mut last = first.clone();
        for _ in 0..uses {
            last = refresh(&world.studio, &last).await.unwrap();
        }
        let sessions = world.studio.sessions();
        assert_eq!(sessions.session_of(first.refresh_token.expose()), Some(first.session));
        sessions.end_by_refresh(first.refresh_token.expose()).await.unwrap();
        assert!(!world.holds(&last), "the access token");
        assert!(refresh(&world.studio, &last).await.is_err(), "the refresh token");
        assert_eq!(world.events().await[0], "session.revoked");
        assert!(world.mails().await.is_empty(), "nobody stole anything");
        sessions.end_by_refresh(first.refresh_token.expose()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_is_not_ours_ends_no_session() {
    let world = World::new().await;
    let first = signed_in(&world).await;
    for token in ["", "x", "refresh:00000000-0000-7000-8000-000000000001:0"] {
        world.studio.sessions().end_by_refresh(token).await.unwrap();
    }
    assert_eq!(world.studio.sessions().session_of("x"), None);
    assert!(world.holds(&first));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Two tabs present the same token before either uses the answer, in whatever order their steps come.
    #[test]
    fn two_tabs_stay_signed_in(schedule in proptest::collection::vec(0..2_usize, 0..24), pause in 0..10_i64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (world, first) = runtime.block_on(async {
            let world = World::new().await;
            let first = signed_in(&world).await;
            (world, first)
        });
        let stepped = SteppedStore::new(Arc::clone(&world.store) as Arc<dyn Store>);
        let studio = studio_on(Arc::new(stepped), world.clock.clone());
        let tabs: Vec<Step<'_, _>> = (0..2)
            .map(|_| -> Step<'_, _> { Box::pin(refresh(&studio, &first)) })
            .collect();
        let answers = interleave(tabs, &schedule);
        let [one, two] = answers.try_into().unwrap();
        let (one, two) = (one.unwrap(), two.unwrap());
        prop_assert_eq!(&one.refresh_token, &two.refresh_token);
        world.clock.advance(TimeDelta::seconds(pause));
        for tab in [&one, &two] {
            prop_assert!(studio.sessions().authenticate(tab.access_token.expose()).is_ok());
        }
        let next = runtime.block_on(refresh(&world.studio, &one));
        prop_assert!(next.is_ok());
    }

    /// However the steps of owner and thief come, one who is late ends the session for both.
    #[test]
    fn a_token_that_was_used_long_ago_ends_the_session(schedule in proptest::collection::vec(0..2_usize, 0..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (world, first, second) = runtime.block_on(async {
            let world = World::new().await;
            let first = signed_in(&world).await;
            let second = refresh(&world.studio, &first).await.unwrap();
            world.clock.advance(TimeDelta::seconds(11));
            (world, first, second)
        });
        let stepped = SteppedStore::new(Arc::clone(&world.store) as Arc<dyn Store>);
        let studio = studio_on(Arc::new(stepped), world.clock.clone());
        let thief: Step<'_, _> = Box::pin(refresh(&studio, &first));
        let owner: Step<'_, _> = Box::pin(refresh(&studio, &second));
        let [thief, owner] = interleave(vec![thief, owner], &schedule).try_into().unwrap();
        prop_assert!(matches!(thief, Err(Error::Unauthenticated(_))));
        let held = owner.unwrap_or(second);
        prop_assert!(runtime.block_on(refresh(&world.studio, &held)).is_err());
    }
}
