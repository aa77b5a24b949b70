use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn lead() -> Lead {
    let details = LeadDetails {
        name: PersonName::parse("Ada").unwrap(),
        email: Email::parse("ada@example.com").unwrap(),
        message: Message::parse("Hello").unwrap(),
        phone: None,
        company: None,
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        metadata: None,
    };
    Lead::capture(LeadId::from_uuid(uuid::Uuid::from_u128(1)), details, at(0))
}

fn reason() -> Option<Reason> {
    Reason::parse("no budget").ok()
}

#[test]
fn a_new_lead_is_contacted_then_qualified() {
    let mut lead = lead();
    let moved = lead.move_to(LeadStatus::Contacted, None, at(5)).unwrap();
    assert_eq!((moved.from, moved.to), (LeadStatus::New, LeadStatus::Contacted));
    lead.move_to(LeadStatus::Qualified, None, at(6)).unwrap();
    assert_eq!((lead.status, lead.version.number(), lead.updated_at), (LeadStatus::Qualified, 3, at(6)));
}

#[test]
fn an_illegal_move_names_the_legal_targets_and_changes_nothing() {
    let mut lead = lead();
    lead.move_to(LeadStatus::Qualified, None, at(1)).unwrap();
    let before = lead.clone();
    let refused = lead.move_to(LeadStatus::New, None, at(2)).unwrap_err();
    assert_eq!(refused.to_string(), "cannot go from QUALIFIED to NEW: the legal targets are CONTACTED, LOST");
    assert_eq!(lead, before);
}

#[test]
fn staying_is_refused() {
    let mut lead = lead();
    assert!(matches!(lead.move_to(LeadStatus::New, None, at(1)), Err(MoveRefused::Illegal(_))));
}

#[test]
fn conversion_has_its_own_verb() {
    let mut lead = lead();
    lead.move_to(LeadStatus::Qualified, None, at(1)).unwrap();
    let refused = lead.move_to(LeadStatus::Converted, None, at(2)).unwrap_err();
    assert!(refused.to_string().contains("/convert"));
}

#[test]
fn losing_and_reopening_need_a_reason() {
    let mut lead = lead();
    assert!(matches!(lead.move_to(LeadStatus::Lost, None, at(1)), Err(MoveRefused::ReasonMissing { .. })));
    lead.move_to(LeadStatus::Lost, reason(), at(1)).unwrap();
    assert!(matches!(lead.move_to(LeadStatus::New, None, at(2)), Err(MoveRefused::ReasonMissing { .. })));
    lead.move_to(LeadStatus::New, reason(), at(2)).unwrap();
    assert_eq!(lead.status, LeadStatus::New);
}

#[test]
fn an_edit_names_the_fields_it_changed() {
    let mut lead = lead();
    let patch = LeadPatch {
        name: Change::Set(PersonName::parse("Ada L.").unwrap()),
        phone: Patch::Set(Phone::parse("112").unwrap()),
        company: Patch::Clear,
        ..LeadPatch::default()
    };
    assert_eq!(lead.edit(patch.clone(), at(9)).unwrap().fields, ["name", "phone"]);
    assert_eq!(lead.version.number(), 2);
    assert_eq!(lead.edit(patch, at(10)), None);
    assert_eq!((lead.version.number(), lead.updated_at), (2, at(9)));
}

fn any_status() -> impl Strategy<Value = LeadStatus> {
    prop::sample::select(LeadStatus::ALL.to_vec())
}

proptest! {
    #[test]
    fn no_walk_leaves_the_edges_and_every_change_is_one_version(
        walk in prop::collection::vec((any_status(), any::<bool>()), 0..40)
    ) {
        let mut lead = lead();
        for (step, (to, with_reason)) in walk.into_iter().enumerate() {
            let before = lead.clone();
            let given = if with_reason { reason() } else { None };
            match lead.move_to(to, given, at(step as i64)) {
                Ok(moved) => {
                    prop_assert!(before.status.next().contains(&to));
                    prop_assert!(to != LeadStatus::Converted);
                    prop_assert!(with_reason || !before.status.needs_reason(to));
                    prop_assert_eq!((moved.from, lead.status), (before.status, to));
                    prop_assert_eq!(lead.version, before.version.next());
                }
                Err(_) => prop_assert_eq!(&lead, &before),
            }
        }
    }
}
