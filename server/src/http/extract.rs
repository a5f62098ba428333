//! Extractors that answer a bad request in the API's own words.

use crate::error::ApiError;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// What the path names.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// What stands behind the question mark.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .split(';')
                    .next()
                    .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
            });
        if !is_json {
            // Also keeps forms of other sites out, which cannot send this type.
            return Err(ErrorCode::UnsupportedMediaType.into());
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| too_large(&rejection))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| explained(&error))
    }
}

/// What became of reading a body.
pub(crate) fn too_large(rejection: &BytesRejection) -> ApiError {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => ErrorCode::BodyTooLarge.into(),
        _ => ErrorCode::Malformed.into(),
    }
}

fn explained(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    // Serde's words are the only place where the name of a missing field is told.
    let field = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let code = if error.is_data() {
        ErrorCode::FieldInvalid
    } else {
        ErrorCode::Malformed
    };
    ApiError {
        code,
        field: field.map(str::to_owned),
        message: Some(format!("The body cannot be read: {message}.")),
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|path| Self(path.0)).map_err(|rejection| ApiError {
            code: ErrorCode::Malformed,
            field: None,
            message: Some(format!("The path cannot be read: {}.", rejection.body_text())),
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found.map(|query| Self(query.0)).map_err(|rejection| ApiError {
            code: ErrorCode::Malformed,
            field: None,
            message: Some(format!("The query cannot be read: {}.", rejection.body_text())),
        })
    }
}

/// A name or title of `min` to `max` characters on one line, trimmed: with something to see, and without what reorders the text around it.
pub(crate) fn text(field: &str, value: &str, min: usize, max: usize) -> Result<String, ApiError> {
    let value = value.trim();
    if value.chars().any(is_control) {
        return Err(ApiError::field(field, "Control characters cannot be used here."));
    }
    if min > 0 && value.chars().all(is_unseen) {
        return Err(ApiError::field(field, "This needs something that can be seen."));
    }
    if (min..=max).contains(&value.chars().count()) {
        return Ok(value.to_owned());
    }
    Err(ApiError::field(field, format!("This needs {min} to {max} characters.")))
}

/// Control characters, line and paragraph separators, and the embeddings, overrides and isolates of the bidirectional algorithm (UAX #9, 2),
/// which would reorder what stands beside the name on the screen. The marks that do not reach further than themselves are left to names that need them.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Blanks, and what is not shown by itself (`Default_Ignorable_Code_Point` of Unicode). Joiners have a place in names, yet are none alone.
const fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
