use actix_web::dev::ServiceRequest;

/// Where the API is, as the caller knows it: its base path below whatever it is mounted under. Kept in the extensions
/// of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount(pub(crate) String);

impl Mount {
    /// To be asked by a layer around the whole API, where the path below it is not taken apart yet.
    pub(crate) fn of(request: &ServiceRequest) -> Self {
        let path = request.match_info();
        let below = path.unprocessed().len();
        Self(path.as_str().get(..path.as_str().len() - below).unwrap_or_default().to_owned())
    }
}
