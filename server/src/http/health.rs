//! For whoever watches over the server.

use super::App;
use crate::error::ApiError;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use shared::error::ErrorCode;
use std::sync::Arc;

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "alive", content_type = "text/plain")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The server can commit to disk and is not stopping.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "ready", content_type = "text/plain"),
    (status = 503, description = "stopping or unable to store", body = shared::api::Failure),
    (status = 507, description = "no room on the disk", body = shared::api::Failure)))]
pub async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    if app.stopping.is_cancelled() {
        return Err(ErrorCode::GoingAway.into());
    }
    app.writer
        .write(|connection| Box::pin(crate::db::touch(connection, super::now())))
        .await?;
    Ok("ready\n")
}

/// Prometheus text.
#[utoipa::path(get, path = "/metrics", responses((status = 200, description = "metrics", content_type = "text/plain")))]
pub async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    app.metrics
        .queue_bytes
        .set(i64::try_from(app.hub.queued_bytes()).unwrap_or(i64::MAX));
    // Without the file there is no log.
    let wal = std::fs::metadata(app.config.data_dir.join("inkling.db-wal")).map_or(0, |file| file.len());
    app.metrics.wal_bytes.set(i64::try_from(wal).unwrap_or(i64::MAX));
    (
        [(
            CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        app.metrics.text(),
    )
}
