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

/// Text of `min` to `max` characters without control characters, trimmed.
pub(crate) fn text(field: &str, value: &str, min: usize, max: usize) -> Result<String, ApiError> {
    let value = value.trim();
    if value.chars().any(char::is_control) {
        return Err(ApiError::field(field, "Control characters cannot be used here."));
    }
    if (min..=max).contains(&value.chars().count()) {
        return Ok(value.to_owned());
    }
    Err(ApiError::field(field, format!("This needs {min} to {max} characters.")))
}
