//! What needs somebody.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that is not well, or was not.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Issue {
    pub id: Uuid,
    pub status: IssueStatus,
    /// The destination that is not well.
    pub destination: Option<Uuid>,
    /// The attachment whose file did not come.
    pub attachment: Option<Uuid>,
    /// In plain words, without anybody's data.
    pub problem: String,
    /// As of a dead letter; null where nobody answers, and of a file.
    pub reason: Option<String>,
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// When it was last met.
    #[schema(format = DateTime)]
    pub last_at: String,
    #[schema(format = DateTime)]
    pub resolved_at: Option<String>,
}

/// Whether somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub(in crate::native) enum IssueStatus {
    Ongoing,
    Resolved,
}
