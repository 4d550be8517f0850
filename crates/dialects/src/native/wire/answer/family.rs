//! What is around candidates and jobs: the catalog, members, notes.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department, an office or a reason to reject.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct CatalogItem {
    pub id: Uuid,
    pub name: String,
    /// Where an office is; null for all else.
    pub place: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A person at the organization.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Member {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    /// `owner`, `admin`, `recruiter`, `hiring_manager`, `interviewer` or another word.
    pub role: String,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// What somebody wrote down about a candidate.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Note {
    pub id: Uuid,
    pub candidate: Uuid,
    #[schema(value_type = NoteKind)]
    pub kind: &'static str,
    #[schema(value_type = NoteVisibility)]
    pub visibility: &'static str,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// On whose behalf it was written.
    pub member: Option<Member>,
    /// Under this name what was sent is kept, byte for byte.
    pub submission: Option<Uuid>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// What was written down.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)] // for the document only
pub(in crate::native) enum NoteKind {
    Note,
    Email,
    Other,
}

/// Who is meant to see a note on the desk: every member; who wrote it; those who may see all.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)] // for the document only
pub(in crate::native) enum NoteVisibility {
    Public,
    Private,
    Admin,
}
