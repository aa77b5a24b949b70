//! Texts that exist only valid: parsed once at the edge, never checked again.

mod email;
mod issue;
mod line;
mod password;
mod phone;
mod slug;
mod url;

pub use email::Email;
pub use issue::TextIssue;
pub(crate) use issue::line;
pub use line::{CompanyName, Message, PersonName, Reason, Tag, Title, UtmTag};
pub use password::{NewPassword, PasswordIssue};
pub use phone::Phone;
pub use slug::Slug;
pub use url::HttpUrl;
