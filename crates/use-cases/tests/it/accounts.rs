//! Account life: signing up, proving addresses, passwords.

use chrono::TimeDelta;
use kairo_domain::{Actor, NewPassword, Notice, Redacted, Role};
use kairo_ports::MailContent;
use kairo_testkit::builders::email;
use kairo_testkit::fakes::MailTrouble;
use kairo_use_cases::{
    AddressVerified, AskAccount, AskEmailChange, ChangePassword, Error, RedeemReset, SignedIn, VerifyAddress,
};

use crate::world::{PASSWORD, World, secret, token_in};

const ADA: &str = "ada@example.com";
const OTHER: &str = "another horse battery";

fn password(text: &str) -> NewPassword {
    NewPassword::parse(text).unwrap()
}

async fn ask(world: &World, address: &str) {
    let order = AskAccount { email: email(address), name: None, password: password(PASSWORD) };
    world.studio.sign_ups().ask(order).await.unwrap();
}

fn verify(token: Redacted<String>) -> VerifyAddress {
    VerifyAddress { token, password: Some(secret(PASSWORD)) }
}

async fn ada(world: &World) -> (Actor, SignedIn) {
    world.with_user(ADA, Role::Client).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    (world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap(), signed_in)
}

#[tokio::test]
async fn an_account_begins_with_a_proven_address() {
    let world = World::new().await;
    ask(&world, ADA).await;
    assert!(world.sign_in(ADA, PASSWORD).await.is_err(), "nothing before the address is proven");
    let mails = world.mails().await;
    let token = token_in(&mails[0]);
    let AddressVerified::AccountMade(user) =
        world.studio.accounts().verify_address(verify(token.clone())).await.unwrap()
    else {
        panic!("no account");
    };
    assert_eq!((user.role, user.company, user.email.as_str()), (Role::Client, None, ADA));
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok());
    let again = world.studio.accounts().verify_address(verify(token.clone())).await;
    assert!(matches!(again, Err(Error::TokenInvalid)), "a token is good once");
}

#[tokio::test]
async fn signing_up_with_a_known_address_tells_its_owner_and_nobody_else() {
    let world = World::new().await;
    world.with_user(ADA, Role::Client).await;
    ask(&world, "ADA@example.com").await;
    let mails = world.mails().await;
    assert!(matches!(mails[0].content, MailContent::AlreadyRegistered));
    assert_eq!(mails.len(), 1);
}

#[tokio::test]
async fn nobody_gets_an_address_by_asking_first() {
    let world = World::new().await;
    ask(&world, ADA).await;
    let thief = token_in(&world.mails().await[0]);
    world.with_user(ADA, Role::Client).await;
    let late = world.studio.accounts().verify_address(verify(thief)).await;
    assert!(matches!(late, Err(Error::TokenInvalid)));
}

#[tokio::test]
async fn a_link_makes_good_no_password_that_its_reader_did_not_choose() {
    let world = World::new().await;
    let thief = AskAccount { email: email(ADA), name: None, password: password(OTHER) };
    world.studio.sign_ups().ask(thief).await.unwrap();
    let token = token_in(&world.mails().await[0]);
    for given in [None, Some(secret(PASSWORD))] {
        let order = VerifyAddress { token: token.clone(), password: given };
        let refused = world.studio.accounts().verify_address(order).await;
        assert!(matches!(refused, Err(Error::Invalid(issues)) if issues[0].pointer == "/password"));
    }
    assert!(world.sign_in(ADA, OTHER).await.is_err());
}

#[tokio::test]
async fn another_password_or_address_voids_what_was_mailed_before() {
    let world = World::new().await;
    let (actor, _) = ada(&world).await;
    world.studio.accounts().forgot_password(email(ADA)).await.unwrap();
    let token = token_in(&world.mails().await[0]);
    let order = ChangePassword { current: secret(PASSWORD), new: password(OTHER) };
    world.studio.accounts().change_password(&actor, order).await.unwrap();
    let reset = RedeemReset { token, new: password("yet another horse") };
    assert!(matches!(world.studio.accounts().reset_password(reset).await, Err(Error::TokenInvalid)));
    assert!(world.sign_in(ADA, OTHER).await.is_ok());
}

#[tokio::test]
async fn a_sign_up_is_good_for_a_day() {
    let world = World::new().await;
    ask(&world, ADA).await;
    let token = token_in(&world.mails().await[0]);
    world.clock.advance(TimeDelta::hours(24));
    assert!(matches!(
        world.studio.accounts().verify_address(verify(token.clone())).await,
        Err(Error::TokenInvalid)
    ));
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail() {
    let world = World::new().await;
    let (_, before) = ada(&world).await;
    world.studio.accounts().forgot_password(email(ADA)).await.unwrap();
    let token = token_in(&world.mails().await[0]);
    let order = RedeemReset { token, new: password(OTHER) };
    world.studio.accounts().reset_password(order.clone()).await.unwrap();
    assert!(!world.holds(&before));
    assert!(world.sign_in(ADA, PASSWORD).await.is_err());
    assert!(world.sign_in(ADA, OTHER).await.is_ok());
    assert!(matches!(world.studio.accounts().reset_password(order).await, Err(Error::TokenInvalid)));
    assert!(matches!(world.mails().await[0].content, MailContent::Notice(Notice::PasswordChanged)));
}

#[tokio::test]
async fn forgetting_an_unknown_address_mails_nobody_and_leaves_the_same_trace() {
    let world = World::new().await;
    ada(&world).await;
    let before = world.journal().await.len();
    world.studio.accounts().forgot_password(email("nobody@example.com")).await.unwrap();
    assert_eq!(world.mails().await.len(), 0);
    assert_eq!(world.journal().await.len(), before + 1);
}

#[tokio::test]
async fn only_the_newest_use_of_a_reset_counts() {
    let world = World::new().await;
    ada(&world).await;
    for _ in 0..2 {
        world.studio.accounts().forgot_password(email(ADA)).await.unwrap();
    }
    let mails = world.mails().await;
    let (one, two) = (token_in(&mails[0]), token_in(&mails[1]));
    world.studio.accounts().reset_password(RedeemReset { token: one, new: password(OTHER) }).await.unwrap();
    let late =
        world.studio.accounts().reset_password(RedeemReset { token: two, new: password(PASSWORD) }).await;
    assert!(matches!(late, Err(Error::TokenInvalid)), "the other link went with it");
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let world = World::new().await;
    let (actor, here) = ada(&world).await;
    let there = world.sign_in(ADA, PASSWORD).await.unwrap();
    let wrong = ChangePassword { current: secret("wrong"), new: password(OTHER) };
    let refused = world.studio.accounts().change_password(&actor, wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(issues)) if issues[0].pointer == "/currentPassword"));
    let order = ChangePassword { current: secret(PASSWORD), new: password(OTHER) };
    world.studio.accounts().change_password(&actor, order).await.unwrap();
    assert_eq!((world.holds(&here), world.holds(&there)), (true, false));
    assert!(world.sign_in(ADA, OTHER).await.is_ok());
}

#[tokio::test]
async fn another_address_counts_once_both_have_confirmed_it() {
    let world = World::new().await;
    let (actor, _) = ada(&world).await;
    let order = AskEmailChange { email: email("countess@example.com"), password: secret(PASSWORD) };
    world.studio.accounts().ask_email_change(&actor, order).await.unwrap();
    let mails = world.mails().await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, [ADA, "countess@example.com"]);
    let accounts = world.studio.accounts();
    assert_eq!(accounts.verify_address(verify(token_in(&mails[1]))).await.unwrap(), AddressVerified::OneSide);
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok(), "the old address still counts");
    let changed = accounts.verify_address(verify(token_in(&mails[0]))).await.unwrap();
    assert!(
        matches!(changed, AddressVerified::AddressChanged(user) if user.email.as_str() == "countess@example.com")
    );
    assert!(world.sign_in(ADA, PASSWORD).await.is_err());
    assert!(world.sign_in("countess@example.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn asking_for_an_address_that_is_taken_tells_nothing() {
    let world = World::new().await;
    let (actor, _) = ada(&world).await;
    let taken = world.team.email.clone();
    let order = AskEmailChange { email: taken.clone(), password: secret(PASSWORD) };
    world.studio.accounts().ask_email_change(&actor, order).await.unwrap();
    let mails = world.mails().await;
    let to_owner = mails.iter().find(|mail| mail.to == taken).unwrap();
    assert!(matches!(to_owner.content, MailContent::AlreadyRegistered));
}

#[tokio::test]
async fn nobody_can_have_an_address_flooded_with_mail() {
    let world = World::new().await;
    ada(&world).await;
    for _ in 0..20 {
        world.studio.accounts().forgot_password(email(ADA)).await.unwrap();
        ask(&world, ADA).await;
    }
    assert_eq!(world.mails().await.len(), 4);
    world.clock.advance(TimeDelta::minutes(1));
    world.studio.accounts().forgot_password(email(ADA)).await.unwrap();
    assert_eq!(world.mails().await.len(), 1, "and the owner is not kept from it for long");
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_tried_again_and_keeps_no_other_back() {
    let world = World::new().await;
    ask(&world, ADA).await;
    ask(&world, "grace@example.com").await;
    world.mailbox.fail_next(MailTrouble::Transient);
    let sent = world.mails().await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["grace@example.com"]);
    assert_eq!(world.mails().await.len(), 0, "not at once");
    world.clock.advance(TimeDelta::seconds(30));
    let again = world.mails().await;
    assert_eq!(again.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ADA]);
    world.studio.accounts().verify_address(verify(token_in(&again[0]))).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up() {
    let world = World::new().await;
    ask(&world, ADA).await;
    world.mailbox.fail_next(MailTrouble::Permanent);
    assert_eq!(world.mails().await.len(), 0);
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(world.mails().await.len(), 0);
}
