//! The state machine and the policy, and nothing else: no runtime, no database, no clock.
//!
//! `cargo run -p kairo-examples --example embed_domain`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use chrono::DateTime;
use kairo::domain::{
    Actor, Email, Id, Lead, LeadDetails, LeadStatus, Message, PersonName, Role, TextIssue, UserActor, Verb,
    Via,
};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Time and ids are yours to give: the domain has neither.
    let noon = DateTime::from_timestamp(1_800_000_000, 0).ok_or("not an instant")?;
    let mut lead = Lead::capture(Id::from_uuid(Uuid::from_u128(1)), form()?, noon);

    let team = Actor::User(UserActor {
        id: Id::from_uuid(Uuid::from_u128(2)),
        role: Role::Team,
        company: None,
        via: Via::Program,
    });
    println!("a visitor may move it: {}", Actor::Visitor.may(Verb::Move, &lead).is_ok());
    println!("the team may move it:  {}", team.may(Verb::Move, &lead).is_ok());

    let moved = lead.move_to(LeadStatus::Contacted, None, noon)?;
    println!("moved from {} to {}", moved.from, moved.to);
    if let Err(refused) = lead.move_to(LeadStatus::New, None, noon) {
        println!("refused: {refused}");
    }
    Ok(())
}

fn form() -> Result<LeadDetails, TextIssue> {
    Ok(LeadDetails {
        name: PersonName::parse("Ada Lovelace")?,
        email: Email::parse("ada@example.com")?,
        message: Message::parse("Can you build us a planet?")?,
        phone: None,
        company: None,
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        metadata: None,
    })
}
