use serde_json::Value;

use crate::FlowDocument;
use crate::catalogue::entry;
use crate::kind::NodeKind;
use crate::settings::is_disabled;

/// What a flow names that only a store, or a calendar, knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// The credentials, by name.
    pub credentials: Vec<Reference>,
    /// The automations that it runs, by id as text.
    pub subflows: Vec<Reference>,
    /// The schedules.
    pub schedules: Vec<ScheduleReference>,
}

/// A name of something outside of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The node that names it.
    pub node: String,
    /// Where in the document, as a JSON pointer.
    pub pointer: String,
    /// The name.
    pub name: String,
}

/// A schedule of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleReference {
    /// The node that has it.
    pub node: String,
    /// Where its parameters are in the document, as a JSON pointer; `/cron` and `/timezone` are below.
    pub pointer: String,
    /// When, as a cron expression.
    pub cron: String,
    /// The time zone of that.
    pub timezone: String,
}

/// Lists what a flow names outside of itself, so that whoever knows the outside can add faults to those of
/// [`check`](crate::check). It also reads a flow that has faults. Disabled nodes name nothing.
pub fn references(flow: &FlowDocument) -> References {
    let mut references = References::default();
    for (at, (node, drawn)) in flow.nodes().zip(flow.drawn_nodes()).enumerate() {
        let data = drawn.get("data");
        let params = data.and_then(|data| data.get("params"));
        let kind = entry(node.kind).map(|entry| entry.kind);
        let (Some(params), Some(kind), false) = (params, kind, is_disabled(data)) else { continue };
        let named = |path: &str| {
            let name = params.pointer(path).and_then(Value::as_str)?.to_owned();
            Some(Reference {
                node: node.id.to_owned(),
                pointer: format!("/nodes/{at}/data/params{path}"),
                name,
            })
        };
        match kind {
            NodeKind::HttpRequest => references.credentials.extend(named("/credential")),
            NodeKind::Webhook => references.credentials.extend(named("/signature/credential")),
            NodeKind::Subflow => references.subflows.extend(named("/automation")),
            NodeKind::Schedule => references.schedules.extend(named("/cron").map(|cron| ScheduleReference {
                node: cron.node,
                pointer: format!("/nodes/{at}/data/params"),
                cron: cron.name,
                timezone: named("/timezone").map_or_else(|| "UTC".to_owned(), |timezone| timezone.name),
            })),
            NodeKind::Manual
            | NodeKind::Event
            | NodeKind::EmailSend
            | NodeKind::Transform
            | NodeKind::If
            | NodeKind::Switch
            | NodeKind::Filter
            | NodeKind::ForEach
            | NodeKind::Merge
            | NodeKind::Wait
            | NodeKind::Respond
            | NodeKind::LeadCreate
            | NodeKind::LeadMove
            | NodeKind::LeadNote
            | NodeKind::CompanyCreate
            | NodeKind::Fail
            | NodeKind::Stop
            | NodeKind::Note
            | NodeKind::Group => {}
        }
    }
    references
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_the_outside_are_listed_with_their_places() {
        let node =
            |id: &str, kind: &str, params: Value| json!({"id": id, "type": kind, "data": {"params": params}});
        let flow = FlowDocument::parse(json!({"edges": [], "nodes": [
            {"id": "bare", "type": "http.request"},
            node("h", "http.request", json!({"credential": "crm"})),
            node("w", "trigger.webhook", json!({"signature": {"credential": "hook"}})),
            node("s", "subflow", json!({"automation": "id"})),
            node("c", "trigger.schedule", json!({"cron": "* * * * *"})),
            {"id": "off", "type": "subflow", "data": {"disabled": true, "params": {"automation": "id"}}},
        ]}));
        let found = references(&flow.unwrap());
        let reference = |node: &str, pointer: &str, name: &str| Reference {
            node: node.into(),
            pointer: pointer.into(),
            name: name.into(),
        };
        let credentials = [
            reference("h", "/nodes/1/data/params/credential", "crm"),
            reference("w", "/nodes/2/data/params/signature/credential", "hook"),
        ];
        assert_eq!(found.credentials, credentials);
        assert_eq!(found.subflows, [reference("s", "/nodes/3/data/params/automation", "id")]);
        assert_eq!(found.schedules[0].pointer, "/nodes/4/data/params");
        assert_eq!(
            (found.schedules[0].cron.as_str(), found.schedules[0].timezone.as_str()),
            ("* * * * *", "UTC")
        );
    }
}
