/// The studio as its mails name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Its name.
    pub name: String,
    /// Its web address.
    pub url: String,
}
