use serde_json::json;

use super::*;
use crate::{CompanyId, LeadDeleted, LeadEdited, LeadMoved, LeadStatus, Reason};

const LEAD: LeadId = LeadId::from_uuid(Uuid::from_u128(1));

fn entry(event: &Event) -> Option<LeadEntry> {
    LeadEntry::of(LeadEntryId::from_uuid(Uuid::from_u128(2)), &Actor::System, event, DateTime::UNIX_EPOCH)
}

#[test]
fn what_happened_to_a_lead_is_told_with_what_the_journal_knows() {
    let moved = LeadMoved {
        lead: LEAD,
        from: LeadStatus::New,
        to: LeadStatus::Lost,
        reason: Reason::parse("no budget").ok(),
    };
    let told = |event: &Event| entry(event).map(|entry| (entry.lead, entry.kind, entry.body));
    assert_eq!(
        told(&Event::LeadMoved(moved)),
        Some((
            LEAD,
            LeadEntryKind::StatusChanged,
            json!({"from": "NEW", "to": "LOST", "reason": "no budget"})
        ))
    );
    let edited = LeadEdited { lead: LEAD, fields: vec!["name"] };
    assert_eq!(
        told(&Event::LeadEdited(edited)),
        Some((LEAD, LeadEntryKind::Edited, json!({"fields": ["name"]})))
    );
    let created = Event::LeadCreated { lead: LEAD, source: None };
    assert_eq!(told(&created), Some((LEAD, LeadEntryKind::Created, json!({"source": null}))));
    let deleted = Event::LeadDeleted(LeadDeleted { lead: LEAD });
    assert_eq!(told(&deleted), Some((LEAD, LeadEntryKind::Deleted, json!({}))));
}

#[test]
fn what_happened_to_something_else_is_not_told() {
    let company = CompanyId::from_uuid(Uuid::from_u128(3));
    assert_eq!(entry(&Event::CompanyCreated { company }), None);
}

#[test]
fn a_note_is_told_with_its_text_and_its_event_is_without() {
    let note = LeadNote {
        id: LeadNoteId::from_uuid(Uuid::from_u128(4)),
        lead: LEAD,
        actor: "system".to_owned(),
        actor_id: None,
        text: Message::parse("Call again").unwrap(),
        created_at: DateTime::UNIX_EPOCH,
    };
    let told = LeadEntry::from(&note);
    assert_eq!((told.id.uuid(), told.kind), (note.id.uuid(), LeadEntryKind::Noted));
    assert_eq!(told.text.as_ref(), Some(&note.text));
    assert!(told.is_by(&Actor::System) && !told.is_by(&Actor::Visitor));
    assert_eq!(note.event().body(), json!({"note": note.id}));
    assert_eq!(entry(&note.event()), None);
}

#[test]
fn a_kind_survives_its_word() {
    for (kind, word) in LeadEntryKind::ALL.into_iter().zip(LeadEntryKind::WORDS) {
        assert_eq!((kind.as_str(), LeadEntryKind::named(word)), (word, Some(kind)));
    }
    assert_eq!(LeadEntryKind::named("lost"), None);
}
