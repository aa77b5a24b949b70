//! What is done with users and companies by others, and what the journal keeps of it.

use kairo_domain::{Actor, Change, CompanyName, CompanyPatch, Patch, Role, Seen, UserPatch};
use kairo_testkit::builders::person;
use kairo_use_cases::{
    AddUser, ChangeCompany, ChangeRole, CreateCompany, DeleteCompany, DeleteUser, EditCompany, EditUser,
    Error, Listing, MoveUser, Outcome,
};

use crate::world::{PASSWORD, World, token_in};

const ADA: &str = "ada@example.com";

fn role(world: &World, to: Role) -> ChangeRole {
    ChangeRole { user: world.team.id, role: to, seen: Seen::Anything }
}

#[tokio::test]
async fn administrators_decide_about_roles_and_nobody_about_their_own() {
    let world = World::new().await;
    let users = world.studio.users();
    for actor in [world.as_team(), world.as_client()] {
        let refused = users.change_role(&actor, role(&world, Role::Admin)).await;
        assert!(matches!(refused, Err(Error::Forbidden(_) | Error::NotFound { .. })));
    }
    let own = ChangeRole { user: world.admin.id, role: Role::Team, seen: Seen::Anything };
    assert!(matches!(users.change_role(&world.as_admin(), own).await, Err(Error::Forbidden(_))));
    let changed = users.change_role(&world.as_admin(), role(&world, Role::Admin)).await.unwrap();
    assert_eq!(changed.role, Role::Admin);
    let refusals = world.journal().await.into_iter().filter(|entry| entry.event == "user.refused");
    let by: Vec<_> = refusals.map(|entry| entry.actor_id).collect();
    let tried = [&world.admin, &world.client, &world.team].map(|user| Some(user.id.uuid()));
    assert_eq!(by, tried, "what is refused is recorded");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::new().await;
    let users = world.studio.users();
    users.change_role(&world.as_admin(), role(&world, Role::Admin)).await.unwrap();
    let second =
        kairo_testkit::builders::actor_of(&users.get(&world.as_admin(), world.team.id).await.unwrap());
    let first = MoveUser { user: world.admin.id, seen: Seen::Anything };
    users.suspend(&second, first, None).await.unwrap();
    let own = DeleteUser { user: world.team.id, seen: Seen::Anything };
    assert!(matches!(users.delete(&second, own).await, Err(Error::LastAdmin)));
}

#[tokio::test]
async fn a_suspended_user_is_out_at_once_and_may_come_back() {
    let world = World::new().await;
    let ada = world.with_user(ADA, Role::Client).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    let order = MoveUser { user: ada.id, seen: Seen::Anything };
    world.studio.users().suspend(&world.as_admin(), order.clone(), None).await.unwrap();
    assert!(!world.holds(&signed_in));
    assert!(world.studio.sessions().refresh(signed_in.refresh_token.expose()).await.is_err());
    assert!(world.sign_in(ADA, PASSWORD).await.is_err());
    world.studio.users().reactivate(&world.as_admin(), order, None).await.unwrap();
    assert!(!world.holds(&signed_in), "what was ended stays ended");
    assert!(world.studio.sessions().refresh(signed_in.refresh_token.expose()).await.is_err());
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_user_that_an_administrator_makes_chooses_a_password_by_mail() {
    let world = World::new().await;
    let new = kairo_domain::NewUser {
        email: kairo_testkit::builders::email(ADA),
        name: None,
        role: Role::Team,
        company: None,
    };
    let order = AddUser { user: new };
    assert!(world.studio.users().add(&world.as_team(), order.clone(), None).await.is_err());
    let added = world.studio.users().add(&world.as_admin(), order, None).await.unwrap();
    let Outcome::Done(user) = added else { panic!("nothing to replay") };
    let token = token_in(&world.mails().await[0]);
    let new = kairo_domain::NewPassword::parse(PASSWORD).unwrap();
    let reset = kairo_use_cases::RedeemReset { token, new };
    world.studio.accounts().reset_password(reset).await.unwrap();
    assert_eq!(world.sign_in(ADA, PASSWORD).await.unwrap().user.id, user.id);
}

#[tokio::test]
async fn users_edit_themselves_and_see_their_colleagues_names() {
    let world = World::new().await;
    let users = world.studio.users();
    let patch = UserPatch { name: Patch::Set(person("Cleopatra")), avatar_url: Patch::Keep };
    let order = EditUser { user: world.client.id, patch: patch.clone(), seen: Seen::Anything };
    assert_eq!(users.edit(&world.as_client(), order).await.unwrap().name, Some(person("Cleopatra")));
    let other = EditUser { user: world.team.id, patch, seen: Seen::Anything };
    assert!(matches!(users.edit(&world.as_client(), other).await, Err(Error::NotFound { .. })));
    let seen = users.list(&world.as_client(), &Listing::default()).await.unwrap();
    assert_eq!(seen.items.iter().map(|user| user.id).collect::<Vec<_>>(), [world.client.id]);
    let names = users.colleagues(&world.as_client()).await.unwrap();
    assert_eq!(names.iter().map(|one| one.id).collect::<Vec<_>>(), [world.client.id]);
    assert_eq!(users.colleagues(&world.as_team()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_user_who_moves_sees_the_other_company() {
    let world = World::new().await;
    let details = kairo_domain::CompanyDetails {
        name: CompanyName::parse("Other").unwrap(),
        website: None,
        industry: None,
        logo_url: None,
        metadata: None,
    };
    let made =
        world.studio.companies().create(&world.as_team(), CreateCompany { details }, None).await.unwrap();
    let Outcome::Done(other) = made else { panic!("nothing to replay") };
    let ada = world.with_user(ADA, Role::Client).await;
    let before = world.sign_in(ADA, PASSWORD).await.unwrap();
    let order = ChangeCompany { user: ada.id, company: Some(other.id), seen: Seen::Anything };
    world.studio.users().change_company(&world.as_admin(), order).await.unwrap();
    assert!(!world.holds(&before), "the token says another company");
    let after = world.studio.sessions().refresh(before.refresh_token.expose()).await.unwrap();
    let actor = world.studio.sessions().authenticate(after.access_token.expose()).unwrap();
    assert!(world.studio.companies().get(&actor, other.id).await.is_ok());
    assert!(matches!(
        world.studio.companies().get(&actor, world.company.id).await,
        Err(Error::NotFound { .. })
    ));
}

#[tokio::test]
async fn nobody_comes_to_a_company_that_is_gone() {
    let world = World::new().await;
    let delete = DeleteCompany { company: world.company.id, seen: Seen::Anything };
    world.studio.companies().delete(&world.as_admin(), delete).await.unwrap();
    let order = ChangeCompany { user: world.team.id, company: Some(world.company.id), seen: Seen::Anything };
    let moved = world.studio.users().change_company(&world.as_admin(), order).await;
    assert!(matches!(moved, Err(Error::Invalid(issues)) if issues[0].pointer == "/companyId"));
    let email = kairo_testkit::builders::email(ADA);
    let order = kairo_use_cases::Invite { email, role: Role::Client, company: Some(world.company.id) };
    let invited = world.studio.invitations().create(&world.as_team(), order, None).await;
    assert!(matches!(invited, Err(Error::Invalid(issues)) if issues[0].pointer == "/companyId"));
}

#[tokio::test]
async fn a_company_is_edited_by_staff_and_deleted_by_administrators() {
    let world = World::new().await;
    let companies = world.studio.companies();
    let patch = CompanyPatch { name: Change::Set(CompanyName::parse("Apex").unwrap()), ..Default::default() };
    let edit = EditCompany { company: world.company.id, patch, seen: Seen::Anything };
    assert!(matches!(companies.edit(&world.as_client(), edit.clone()).await, Err(Error::Forbidden(_))));
    assert_eq!(companies.edit(&world.as_team(), edit).await.unwrap().details.name.as_str(), "Apex");
    let delete = DeleteCompany { company: world.company.id, seen: Seen::Anything };
    assert!(matches!(companies.delete(&world.as_team(), delete.clone()).await, Err(Error::Forbidden(_))));
    companies.delete(&world.as_admin(), delete).await.unwrap();
    let gone = companies.get(&world.as_client(), world.company.id).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn everybody_reads_what_they_did_and_administrators_everything() {
    let world = World::new().await;
    let patch = UserPatch { name: Patch::Set(person("Cleopatra")), avatar_url: Patch::Keep };
    let order = EditUser { user: world.client.id, patch, seen: Seen::Anything };
    world.studio.users().edit(&world.as_client(), order).await.unwrap();
    world.with_user(ADA, Role::Client).await;
    let audit = world.studio.audit();
    let seen =
        async |actor: Actor| audit.list(&actor, &Listing::default()).await.map(|page| page.items.len());
    assert_eq!(seen(world.as_admin()).await.unwrap(), 2);
    assert_eq!(seen(world.as_client()).await.unwrap(), 1);
    assert_eq!(seen(world.as_team()).await.unwrap(), 0);
    assert!(matches!(seen(Actor::Visitor).await, Err(Error::NotFound { .. })));
}
