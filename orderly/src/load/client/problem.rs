use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::load::LoadError;

/// A problem document (RFC 9457), as far as the load tells of it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Problem {
    /// Its stable name, such as `/problems/insufficient-stock`.
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Debug, Clone, Deserialize)]
struct FieldError {
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    detail: String,
}

impl Problem {
    /// The last part of its name: `insufficient-stock`.
    pub(crate) fn reason(&self) -> &str {
        self.kind.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&self.title)
    }

    /// What it says, in one line.
    pub(crate) fn detail(&self) -> String {
        let fields = self.errors.iter().map(|error| format!("{} {}", error.pointer, error.detail));
        let said = self.detail.clone().unwrap_or_else(|| self.title.clone());
        std::iter::once(said).chain(fields).collect::<Vec<_>>().join("; ")
    }
}

/// The refusal in an answer; what tells of a wrong token or a wrong server ends the load.
pub(super) async fn of(response: Response) -> Result<Problem, LoadError> {
    let (status, url) = (response.status(), response.url().to_string());
    let body = response.bytes().await.unwrap_or_default();
    let problem = serde_json::from_slice::<Problem>(&body).ok();
    let detail = problem.as_ref().map_or_else(|| status.to_string(), Problem::detail);
    match (status, problem) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Err(LoadError::NotAllowed { detail }),
        (_, Some(problem)) => Ok(problem),
        (_, None) => Err(LoadError::Unexpected { url, status: status.as_u16() }),
    }
}
