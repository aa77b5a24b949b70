//! The use cases on the in-memory store: what a service that embeds the studio tests against.
//!
//! `cargo run -p kairo-examples --example embed_memory`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use kairo::domain::{Actor, Email, LeadDetails, LeadStatus, Message, PersonName, Seen, TextIssue};
use kairo::use_cases::{CaptureLead, LeadQuery, MoveLead, Outcome};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let studio = kairo::Builder::in_memory().build()?;

    let order = CaptureLead { details: form()? };
    let Outcome::Done(lead) = studio.leads().capture(&Actor::Visitor, order, None).await? else {
        return Err("nothing was captured before".into());
    };
    println!("captured {} as {}", lead.id, lead.status);

    // The program itself acts here; a request would act as the user who sent it.
    let to = MoveLead { lead: lead.id, to: LeadStatus::Qualified, reason: None, seen: Seen::Anything };
    studio.leads().move_to(&Actor::System, to, None).await?;

    for lead in studio.leads().list(&Actor::System, &LeadQuery::default()).await?.items {
        println!("{} is {} at version {}", lead.id, lead.status, lead.version);
    }
    if let Err(refused) = studio.leads().get(&Actor::Visitor, lead.id).await {
        println!("a visitor asking for it: {refused} ({})", refused.code());
    }
    Ok(())
}

fn form() -> Result<LeadDetails, TextIssue> {
    Ok(LeadDetails {
        name: PersonName::parse("Grace Hopper")?,
        email: Email::parse("grace@example.com")?,
        message: Message::parse("Our compiler needs a face.")?,
        phone: None,
        company: None,
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        metadata: None,
    })
}
