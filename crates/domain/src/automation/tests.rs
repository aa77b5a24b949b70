use chrono::{DateTime, Utc};
use kairo_flow::{FlowDocument, check};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn automation(flow: FlowDocument) -> Automation {
    let new = NewAutomation {
        title: Title::parse("Welcome").unwrap(),
        description: None,
        flow,
        settings: AutomationSettings::default(),
    };
    Automation::create(Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)), new, at(0))
}

fn runnable(x: i64) -> FlowDocument {
    let nodes = json!([{"id": "t", "type": "trigger.manual", "position": {"x": x, "y": 0}, "data": {}}]);
    FlowDocument::parse(json!({"nodes": nodes, "edges": []})).unwrap()
}

fn activate(automation: &mut Automation) -> Result<AutomationMoved, AutomationRefused> {
    let faults = check(&automation.flow);
    automation.move_to(AutomationStatus::Active, faults, at(1))
}

#[test]
fn a_flow_with_faults_is_not_activated() {
    let mut automation = automation(FlowDocument::empty());
    let refused = activate(&mut automation).unwrap_err();
    assert!(matches!(refused, AutomationRefused::NotRunnable(faults) if faults.len() == 1));
    assert_eq!(automation.status, AutomationStatus::Draft);
}

#[test]
fn an_archived_automation_is_restored_as_a_draft() {
    let mut automation = automation(FlowDocument::empty());
    automation.move_to(AutomationStatus::Archived, Vec::new(), at(1)).unwrap();
    assert!(automation.move_to(AutomationStatus::Active, Vec::new(), at(2)).is_err());
    automation.move_to(AutomationStatus::Draft, Vec::new(), at(2)).unwrap();
    assert_eq!(automation.version.number(), 3);
}

#[test]
fn another_flow_is_another_version_and_the_same_one_is_not() {
    let mut automation = automation(runnable(1));
    assert_eq!(automation.draw(runnable(1), Vec::new(), at(1)), Ok(None));
    let drawn = automation.draw(runnable(2), Vec::new(), at(1)).unwrap().unwrap();
    assert_eq!((drawn.number, automation.flow_number.number()), (automation.flow_number, 2));
}

#[test]
fn an_active_automation_takes_no_flow_with_faults() {
    let mut automation = automation(runnable(1));
    activate(&mut automation).unwrap();
    let empty = FlowDocument::empty();
    let faults = check(&empty);
    assert!(automation.draw(empty.clone(), faults.clone(), at(2)).is_err());
    assert_eq!((&automation.flow, automation.flow_number), (&runnable(1), FlowNumber::FIRST));
    automation.move_to(AutomationStatus::Paused, Vec::new(), at(2)).unwrap();
    assert!(automation.draw(empty, faults, at(3)).unwrap().is_some());
}

proptest! {
    #[test]
    fn no_walk_leaves_the_edges(walk in prop::collection::vec(prop::sample::select(AutomationStatus::ALL.to_vec()), 0..40)) {
        let mut automation = automation(runnable(1));
        for to in walk {
            let before = automation.clone();
            match automation.move_to(to, Vec::new(), at(1)) {
                Ok(moved) => {
                    prop_assert!(before.status.next().contains(&to));
                    prop_assert_eq!((moved.from, automation.status), (before.status, to));
                    prop_assert_eq!(automation.version, before.version.next());
                }
                Err(_) => {
                    prop_assert!(!before.status.next().contains(&to));
                    prop_assert_eq!(&automation, &before);
                }
            }
        }
    }
}
