use kairo_domain::Colleague;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A user as colleagues see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Colleague)]
pub(crate) struct ColleagueView {
    id: Uuid,
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    avatar_url: Option<String>,
}

impl From<&Colleague> for ColleagueView {
    fn from(colleague: &Colleague) -> Self {
        Self {
            id: colleague.id.uuid(),
            name: colleague.name.as_ref().map(|name| name.as_str().to_owned()),
            avatar_url: colleague.avatar_url.as_ref().map(|url| url.as_str().to_owned()),
        }
    }
}
