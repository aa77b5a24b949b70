use crate::bounds::Bounds;
use crate::kind::NodeKind;

/// One row of the catalogue: everything that is told about a kind, told once.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: NodeKind,
    pub(crate) word: &'static str,
    pub(crate) title: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) group: &'static str,
    pub(crate) ports: Ports,
    pub(crate) fields: &'static [Field],
    pub(crate) rules: &'static [Rule],
}

/// The ports of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ports {
    Fixed(&'static [&'static str]),
    /// These, behind one port for each of the node's cases.
    Cases(&'static [&'static str]),
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    pub(crate) summary: &'static str,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A text with templates in it.
    Text,
    /// A text with templates in it, whose values are escaped as HTML.
    Html,
    /// One text with templates, or a list of them.
    Texts,
    /// Names and texts with templates, as of headers.
    TextMap,
    /// Any JSON, with templates in its texts.
    Json,
    /// A bare expression.
    Expr,
    /// A text that is taken as it is.
    Name,
    /// A UUID that is taken as it is.
    Uuid,
    /// The key of a case.
    Key,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A whole number within these bounds.
    Int(Bounds),
    /// A whole number within these bounds, or a template for it.
    IntOrTemplate(Bounds),
    /// A number from 0 to this bound, or a template for it.
    Amount(u32),
    /// An object of its own.
    Nested(&'static [Field]),
    /// A list of objects that follow these rules; from one to this many.
    List(&'static [Field], &'static [Rule], usize),
}

/// What holds between the parameters of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    ExactlyOne(&'static [&'static str]),
}
