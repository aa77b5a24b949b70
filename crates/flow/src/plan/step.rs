use serde_json::Value;

use crate::bounds::USUAL_TOLERANCE_SECONDS;
use crate::expression::Expr;
use crate::kind::NodeKind;
use crate::params::{Params, Template};
use crate::{Missed, RespondWith, Signature, SignatureScheme, TriggerKind};

/// What a node does, compiled.
#[derive(Debug)]
pub(crate) enum Step {
    Trigger {
        filter: Option<Expr>,
    },
    /// Something for the driver.
    Effect {
        kind: NodeKind,
        params: Template,
    },
    Transform(Template),
    /// A transform whose value is a bare expression.
    Compute(Expr),
    If(Expr),
    Filter(Expr),
    Switch {
        value: Expr,
        cases: Vec<Case>,
    },
    ForEach {
        items: Expr,
        concurrency: usize,
        result: Option<Expr>,
    },
    Merge(MergeMode),
    Fail {
        message: Template,
    },
    Stop {
        message: Option<Template>,
        output: Option<Template>,
    },
    Drawing,
}

/// One case of a switch.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) port: String,
    pub(crate) test: CaseTest,
}

/// When a case fits.
#[derive(Debug)]
pub(crate) enum CaseTest {
    Equals(Template),
    Condition(Expr),
}

/// What a merge waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MergeMode {
    All,
    Any,
    Append,
}

impl Step {
    /// Makes a step out of parameters that were read without a fault; what is not there would have been one, and
    /// leaves a step that only draws.
    pub(super) fn new(kind: NodeKind, params: Params) -> Self {
        compile(kind, params).unwrap_or(Self::Drawing)
    }
}

fn compile(kind: NodeKind, mut params: Params) -> Option<Step> {
    Some(match kind {
        NodeKind::Manual | NodeKind::Webhook | NodeKind::Schedule | NodeKind::Event => {
            Step::Trigger { filter: params.expr("filter") }
        }
        NodeKind::Transform => match params.expr("expression") {
            Some(expression) => Step::Compute(expression),
            None => Step::Transform(params.template("value")?),
        },
        NodeKind::If => Step::If(params.expr("condition")?),
        NodeKind::Filter => Step::Filter(params.expr("condition")?),
        NodeKind::Switch => {
            let value = params.expr("value")?;
            let cases = params.list("cases").into_iter().map(case).collect::<Option<_>>()?;
            Step::Switch { value, cases }
        }
        NodeKind::ForEach => Step::ForEach {
            items: params.expr("items")?,
            concurrency: usize::try_from(params.number("concurrency").unwrap_or(1)).ok()?,
            result: params.expr("result"),
        },
        NodeKind::Merge => Step::Merge(match params.text("mode").as_deref() {
            Some("any") => MergeMode::Any,
            Some("append") => MergeMode::Append,
            _ => MergeMode::All,
        }),
        NodeKind::Fail => Step::Fail { message: params.template("message")? },
        NodeKind::Stop => {
            Step::Stop { message: params.template("message"), output: params.template("output") }
        }
        NodeKind::Note | NodeKind::Group => Step::Drawing,
        NodeKind::HttpRequest
        | NodeKind::EmailSend
        | NodeKind::Wait
        | NodeKind::Subflow
        | NodeKind::Respond
        | NodeKind::LeadCreate
        | NodeKind::LeadMove
        | NodeKind::LeadNote
        | NodeKind::CompanyCreate => Step::Effect { kind, params: params.into_template() },
    })
}

fn case(mut params: Params) -> Option<Case> {
    let port = format!("case:{}", params.text("key")?);
    let test = match params.expr("condition") {
        Some(condition) => CaseTest::Condition(condition),
        None => CaseTest::Equals(params.template("equals").unwrap_or(Template::Constant(Value::Null))),
    };
    Some(Case { port, test })
}

/// What a trigger reacts to.
pub(super) fn trigger(kind: NodeKind, params: &mut Params) -> Option<TriggerKind> {
    Some(match kind {
        NodeKind::Manual => TriggerKind::Manual,
        NodeKind::Webhook => TriggerKind::Webhook {
            respond: match params.text("respond").as_deref() {
                Some("node") => RespondWith::Node,
                _ => RespondWith::Acceptance,
            },
            signature: params.nested("signature").and_then(signature),
        },
        NodeKind::Schedule => TriggerKind::Schedule {
            cron: params.text("cron")?,
            timezone: params.text("timezone").unwrap_or_else(|| "UTC".to_owned()),
            missed: match params.text("missed").as_deref() {
                Some("skip") => Missed::Skip,
                Some("all") => Missed::All,
                _ => Missed::Once,
            },
        },
        NodeKind::Event => TriggerKind::Event { event: params.text("event")? },
        NodeKind::HttpRequest
        | NodeKind::EmailSend
        | NodeKind::Transform
        | NodeKind::If
        | NodeKind::Switch
        | NodeKind::Filter
        | NodeKind::ForEach
        | NodeKind::Merge
        | NodeKind::Wait
        | NodeKind::Subflow
        | NodeKind::Respond
        | NodeKind::LeadCreate
        | NodeKind::LeadMove
        | NodeKind::LeadNote
        | NodeKind::CompanyCreate
        | NodeKind::Fail
        | NodeKind::Stop
        | NodeKind::Note
        | NodeKind::Group => return None,
    })
}

fn signature(mut params: Params) -> Option<Signature> {
    Some(Signature {
        scheme: match params.text("scheme")?.as_str() {
            "standard-webhooks" => SignatureScheme::StandardWebhooks,
            _ => SignatureScheme::HmacSha256,
        },
        credential: params.text("credential")?,
        header: params.text("header"),
        timestamp_header: params.text("timestampHeader"),
        tolerance_seconds: params.number("toleranceSeconds").unwrap_or(USUAL_TOLERANCE_SECONDS),
    })
}
