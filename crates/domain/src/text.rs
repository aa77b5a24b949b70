//! Texts that exist only valid: parsed once at the edge, never checked again.

mod credential;
mod email;
mod issue;
mod line;
mod password;
mod phone;
mod slug;
mod url;
mod value;

pub(crate) use credential::SECRET_MIN;
pub use credential::{
    BasicPassword, BasicPasswordKind, BasicUsername, BasicUsernameKind, BearerToken, BearerTokenKind,
    CredentialName, CredentialNameKind, HeaderName, HeaderNameKind, HeaderValue, HeaderValueKind, QueryName,
    QueryNameKind, QueryValue, QueryValueKind, SigningSecret, SigningSecretKind,
};
pub use email::{Email, EmailKind};
pub use issue::TextIssue;
pub(crate) use issue::line;
pub use line::{
    CompanyName, CompanyNameKind, Message, MessageKind, PersonName, PersonNameKind, Reason, ReasonKind, Tag,
    TagKind, Title, TitleKind, UtmTag, UtmTagKind,
};
pub use password::{NewPassword, PasswordIssue};
pub use phone::{Phone, PhoneKind};
pub use slug::{Slug, SlugKind};
pub use url::{HttpUrl, HttpUrlKind};
pub use value::{Text, TextKind};
