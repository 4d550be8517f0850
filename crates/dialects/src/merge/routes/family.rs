//! The addresses of the family around candidates.

use axum::Router;
use axum::routing::get;
use hiring::App;

use super::{absent, activities, catalog, eeocs, jobs, unsupported, users};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::one))
        .route("/jobs/{id}/screening-questions", get(jobs::questions))
        .route("/job-postings", get(jobs::postings))
        .route("/job-postings/{id}", get(jobs::posting))
        .route("/job-interview-stages", get(jobs::stages))
        .route("/job-interview-stages/{id}", get(jobs::stage))
        .route(
            "/activities",
            get(activities::list).post(activities::create_activity),
        )
        .route("/activities/meta/post", get(activities::post_meta))
        .route("/activities/{id}", get(activities::one))
        .route("/users", get(users::list))
        .route("/users/{id}", get(users::one))
        .route("/departments", get(catalog::departments))
        .route("/departments/{id}", get(catalog::department))
        .route("/offices", get(catalog::offices))
        .route("/offices/{id}", get(catalog::office))
        .route("/reject-reasons", get(catalog::reject_reasons))
        .route("/reject-reasons/{id}", get(catalog::reject_reason))
        .route("/tags", get(catalog::tags))
        .route("/eeocs", get(eeocs::list))
        .route("/eeocs/{id}", get(eeocs::one))
        .route(
            "/interviews",
            get(absent::interviews).post(absent::create_interview),
        )
        .route("/interviews/meta/post", get(absent::interview_meta))
        .route("/interviews/{id}", get(absent::interview))
        .route("/offers", get(absent::offers))
        .route("/offers/{id}", get(absent::offer))
        .route("/scorecards", get(absent::scorecards))
        .route("/scorecards/{id}", get(absent::scorecard))
        .merge(unsupported::routes())
}
