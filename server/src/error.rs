//! What a failed request answers: a status and `{"error": {code, message, field?}}`. Logged here, once, when it is our fault.

use crate::actor::writer::WriteError;
use crate::collab::effect::AppendError;
use crate::db::DbError;
use crate::password::HashError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::api::{Failure, FailureBody};
use shared::error::ErrorCode;

/// A failure on its way to the one who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// For programs; decides the status.
    pub code: ErrorCode,
    /// The field of the request that it is about.
    pub field: Option<String>,
    /// More than the code's own sentence, where that helps.
    pub message: Option<String>,
}

impl ApiError {
    /// A failure about a field, with what is asked of it.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self {
            code: ErrorCode::FieldInvalid,
            field: Some(field.to_owned()),
            message: Some(message.into()),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::NotSignedIn | ErrorCode::SignedOut | ErrorCode::InvalidCredentials => StatusCode::UNAUTHORIZED,
            ErrorCode::NotAllowed
            | ErrorCode::ReadOnly
            | ErrorCode::ForeignOrigin
            | ErrorCode::RegistrationClosed
            | ErrorCode::AccountSuspended => StatusCode::FORBIDDEN,
            ErrorCode::NotFound | ErrorCode::InviteInvalid => StatusCode::NOT_FOUND,
            ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            ErrorCode::UsernameTaken
            | ErrorCode::LastOwner
            | ErrorCode::Quarantined
            | ErrorCode::EpochChanged
            | ErrorCode::OutOfOrder
            | ErrorCode::DocumentFull
            | ErrorCode::QuotaExceeded
            | ErrorCode::TooManyReplicas => StatusCode::CONFLICT,
            ErrorCode::BodyTooLarge | ErrorCode::UpdateTooLarge | ErrorCode::FrameTooLarge => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::FieldInvalid | ErrorCode::MessageEmpty | ErrorCode::MessageTooLong => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            ErrorCode::TooFast | ErrorCode::TooManySockets => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            ErrorCode::StorageFailed | ErrorCode::GoingAway | ErrorCode::MaterializeFailed => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            field: None,
            message: None,
        }
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Refused { code, field } => Self {
                code,
                field: field.map(str::to_owned),
                message: None,
            },
            error => {
                tracing::error!(%error, "request.storage_failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

impl From<HashError> for ApiError {
    fn from(error: HashError) -> Self {
        tracing::error!(%error, "request.hash_failed");
        ErrorCode::Internal.into()
    }
}

impl From<AppendError> for ApiError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Full => ErrorCode::StorageFull,
            AppendError::Failed => ErrorCode::StorageFailed,
            AppendError::Conflict => ErrorCode::Internal,
            AppendError::Gone => ErrorCode::NotFound,
        }
        .into()
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused { code, field } => Self {
                code,
                field: field.map(str::to_owned),
                message: None,
            },
            WriteError::Storage(error) => error.into(),
            WriteError::Internal(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = FailureBody {
            code: self.code,
            message: self.message.unwrap_or_else(|| self.code.sentence().to_owned()),
            field: self.field,
        };
        let mut response = (status, Json(Failure { error: body })).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        if status == StatusCode::UNAUTHORIZED {
            // Required beside 401 (RFC 9110, 15.5.2). Not Basic: a browser would open its own window for that.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
