use super::issue::{line, lines};
use super::value::{Text, TextKind};
use crate::TextIssue;

/// A title of a project, service or automation: one line of 1 to 200 characters.
pub type Title = Text<TitleKind>;

/// A company's name: one line of 1 to 200 characters.
pub type CompanyName = Text<CompanyNameKind>;

/// A person's name: one line of 1 to 200 characters; personal data.
pub type PersonName = Text<PersonNameKind>;

/// What somebody wrote: 1 to 20,000 characters, line breaks allowed; personal data.
pub type Message = Text<MessageKind>;

/// A campaign tag of a visit (`utm_*`): one line of 1 to 255 characters, untrusted.
pub type UtmTag = Text<UtmTagKind>;

/// A tag of a project or asset: one line of 1 to 64 characters.
pub type Tag = Text<TagKind>;

/// Why somebody moved a lead: 1 to 1,000 characters, line breaks allowed; personal data.
pub type Reason = Text<ReasonKind>;

/// The kind of [`Title`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TitleKind {}

impl TextKind for TitleKind {
    const MAX: usize = 200;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`CompanyName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompanyNameKind {}

impl TextKind for CompanyNameKind {
    const MAX: usize = 200;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`PersonName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonNameKind {}

impl TextKind for PersonNameKind {
    const MAX: usize = 200;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`Message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {}

impl TextKind for MessageKind {
    const MAX: usize = 20_000;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        lines(text, Self::MAX)
    }
}

/// The kind of [`UtmTag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UtmTagKind {}

impl TextKind for UtmTagKind {
    const MAX: usize = 255;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`Tag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagKind {}

impl TextKind for TagKind {
    const MAX: usize = 64;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {}

impl TextKind for ReasonKind {
    const MAX: usize = 1_000;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        lines(text, Self::MAX)
    }
}
