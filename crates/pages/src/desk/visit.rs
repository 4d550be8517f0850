//! A member's visit to a page of the desk: who they are, what they may do, which page answers them. Taking a [`Visit`] is
//! going through the door: a handler that takes one is never run for anybody else.
//!
//! What the door sees to, in this order: a form was sent from a page of ours; a session; the right that the table of
//! routes (`may.rs`) names.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hiring::id::{JobId, OrgId, Uuid};
use hiring::member::{self, Member, Right, Role};
use hiring::problem::Noun;
use hiring::{App, Caller, Problem, Result, organization};
use store::Reader;

use super::flash::{self, Flash};
use super::frame::{Frame, Section};
use super::may::Needs;
use super::sign_in;
use crate::origin;
use crate::page::{self, Area, Notice, Page};
use crate::setup;

/// A member at a page that they may see.
#[derive(Clone)]
pub(crate) struct Visit {
    /// Who.
    pub member: Member,
    /// The same, as verbs want them.
    pub caller: Caller,
    /// What they are there for.
    pub role: Role,
    /// The organization's name.
    pub organization: String,
    /// What was done before this page was shown.
    pub flash: Option<Flash>,
    /// The jobs that they are assigned to, when they see no others.
    assigned: Option<Vec<JobId>>,
    /// Whether single letters are keys for them.
    pub keys: bool,
    /// The session's token, as the browser sent it.
    pub token: String,
    /// The address that was asked for.
    pub path: String,
    app: App,
}

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// A page that says why not.
pub(crate) struct Refusal(Box<Response>);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal(Box::new(page::problem(Area::Desk, &problem)))
    }
}

impl From<Response> for Refusal {
    fn from(response: Response) -> Refusal {
        Refusal(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visit, Refusal> {
        let changes = !matches!(parts.method, Method::GET | Method::HEAD);
        if changes && !origin::is_ours(&parts.headers, &app.settings.public_url) {
            return Err(sign_in::foreign().into());
        }
        let asked = parts.uri.path_and_query();
        let path = asked.map_or("/desk", |p| p.as_str()).to_owned();
        let visit = enter(app, parts, &path, changes).await?;
        // A route without a line in the table opens to nobody.
        let needs = parts.extensions.get::<Needs>().copied();
        match needs {
            Some(Needs::Nothing) => Ok(visit),
            Some(Needs::Right(right)) if visit.role.may(right) => Ok(visit),
            Some(Needs::Right(_)) => Err(visit.forbidden().into()),
            None => Err(Problem::broken("a route of the desk is in no table").into()),
        }
    }
}

/// The member whose session the request carries; otherwise what a stranger sees.
async fn enter(app: &App, parts: &Parts, path: &str, changes: bool) -> Result<Visit, Refusal> {
    let stranger = || -> Refusal {
        let to = if changes { "/desk" } else { path };
        // A link in another site's page or in a web mail: the browser keeps a Strict cookie back for this one
        // request. Asking again from our own page brings it along.
        if !changes && origin::is_foreign_link(&parts.headers) {
            return sign_in::once_more(to).into();
        }
        let status = if path == "/desk" {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        };
        sign_in::form(to, status).into()
    };
    let Some(token) = sign_in::session_token(&parts.headers) else {
        if path == "/desk" && setup::is_wanted(app).await {
            return Err(setup::lead().into());
        }
        return Err(stranger());
    };
    let session = token.clone();
    let found = app.store.read(move |r| look(r, &session)).await?;
    let Some(Seen {
        member,
        organization,
        assigned,
        stale,
        keys,
    }) = found
    else {
        return Err(stranger());
    };
    if stale {
        let session = token.clone();
        let touched = app.store.write(move |tx| member::touch(tx, &session)).await;
        // That nobody knows when one was last here is no reason to turn them away.
        if let Err(problem) = touched {
            tracing::debug!(?problem, "a session was not noted as used");
        }
    }
    Ok(Visit {
        caller: member.caller(),
        role: member.role(),
        flash: flash::read(app, &parts.headers),
        path: path.to_owned(),
        app: app.clone(),
        member,
        organization,
        assigned,
        keys,
        token,
    })
}

struct Seen {
    member: Member,
    organization: String,
    assigned: Option<Vec<JobId>>,
    /// Whether it is some time since the session was noted as used.
    stale: bool,
    keys: bool,
}

fn look(r: &mut Reader, token: &str) -> Result<Option<Seen>> {
    let Some(member) = member::of_session(r, token)? else {
        return Ok(None);
    };
    let organization = organization::find(r, member.org)?.name;
    let assigned = match member.role().assigned_only() {
        true => Some(member::jobs_of(r, member.org, member.id)?),
        false => None,
    };
    Ok(Some(Seen {
        stale: member::stale(r, token)?,
        keys: member::keys_on(r, &member)?,
        member,
        organization,
        assigned,
    }))
}

impl Visit {
    /// Whose data this is.
    pub fn org(&self) -> OrgId {
        self.member.org
    }

    /// Whether the member has this right.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    /// Fails as if the job were not there, unless the member reaches it.
    pub fn reach(&self, job: JobId) -> Result<()> {
        match &self.assigned {
            Some(jobs) if !jobs.contains(&job) => Err(Problem::NotFound(Noun::Job)),
            _ => Ok(()),
        }
    }

    /// The only jobs that the member reaches; `None`: every job.
    pub fn only(&self) -> Option<&[JobId]> {
        self.assigned.as_deref()
    }

    /// What stands around a page in this part of the desk.
    pub fn frame(&self, section: Section) -> Frame {
        Frame::new(self, section)
    }

    /// The page, with 200.
    pub fn page(&self, page: &impl Page) -> Response {
        self.page_as(StatusCode::OK, page)
    }

    /// The page, with this status.
    pub fn page_as(&self, status: StatusCode, page: &impl Page) -> Response {
        let response = page::html(Area::Desk, status, page);
        match self.flash {
            Some(_) => flash::forget(&self.app, response),
            None => response,
        }
    }

    /// On to `to`, where `words` say what was done.
    pub fn done(&self, to: &str, words: &str) -> Response {
        flash::set(&self.app, self.to(to), &Flash::done(words))
    }

    /// On to `to`, where `words` say what could not be done.
    pub fn undone(&self, to: &str, words: &str) -> Response {
        flash::set(&self.app, self.to(to), &Flash::fault(words))
    }

    /// On to `to`, a path of the desk.
    pub fn to(&self, to: &str) -> Response {
        let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/desk"));
        let response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
        page::dress(Area::Desk, response)
    }

    /// The page that says that the member's role does not allow this.
    pub fn forbidden(&self) -> Response {
        let role = super::words::role(self.role);
        let text = format!(
            "You are here as {role}, and that role does not allow this. An owner can give you another one."
        );
        let notice = Notice::new("Not allowed", &[&text]).onward("/desk", "To the desk");
        page::html(Area::Desk, StatusCode::FORBIDDEN, &notice)
    }
}

/// The outside name in an address of the desk with one such part: `/desk/jobs/{uid}`. Anything else is "not found".
pub(crate) struct Named(pub Uuid);

impl FromRequestParts<App> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Named, Refusal> {
        let named = Path::<String>::from_request_parts(parts, app).await;
        let uid = named
            .ok()
            .and_then(|Path(text)| Uuid::parse_str(&text).ok());
        uid.map(Named)
            .ok_or_else(|| Problem::NotFound(Noun::Route).into())
    }
}

/// A form's inputs, in the order in which they were sent, or a query's. Blanks around a value are cut off; what holds
/// U+0000 or is no form is refused.
// Not `Debug`: nothing may print a password.
#[derive(Default)]
pub(crate) struct Inputs(Vec<(String, String)>, Vec<(String, String)>);

impl Inputs {
    /// Of `a=1&b=2`; `None` when it is not that.
    pub fn parse(text: &[u8]) -> Option<Inputs> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(text).ok()?;
        let sound = |text: &str| !text.contains('\0');
        if !pairs
            .iter()
            .all(|(name, value)| sound(name) && sound(value))
        {
            return None;
        }
        // A browser ends lines with CR LF, whatever the text had.
        let tidy =
            |(name, value): &(String, String)| (name.clone(), value.trim().replace("\r\n", "\n"));
        Some(Inputs(pairs.iter().map(tidy).collect(), pairs))
    }

    /// The first value under `name` just as it was typed: of a password every blank counts.
    pub fn raw(&self, name: &str) -> &str {
        let found = self.1.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The first value under `name`; `""` when there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every value under `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter().filter(move |(n, _)| n == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// The names of all inputs, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there is an input of this name: how a pressed button or a ticked box shows.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
}

impl FromRequest<App> for Inputs {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Inputs, Refusal> {
        if request.method() == Method::GET || request.method() == Method::HEAD {
            let query = request.uri().query().unwrap_or("");
            return Inputs::parse(query.as_bytes()).ok_or_else(|| unreadable().into());
        }
        let form = "application/x-www-form-urlencoded";
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(form.as_bytes()));
        if !is_form {
            return Err(page::problem(Area::Desk, &Problem::UnsupportedMedia).into());
        }
        match bytes::Bytes::from_request(request, app).await {
            Ok(body) => Inputs::parse(&body).ok_or_else(|| unreadable().into()),
            Err(cause) if cause.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let limit = super::LARGEST_FORM as u64;
                Err(Problem::TooLarge { limit }.into())
            }
            Err(_) => Err(unreadable().into()),
        }
    }
}

fn unreadable() -> Response {
    let notice = Notice::new(
        "That form cannot be read",
        &["It did not arrive as this page sends it, so nothing was done."],
    );
    let notice = notice.onward("/desk", "To the desk");
    page::html(Area::Desk, StatusCode::BAD_REQUEST, &notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_keep_their_order_and_lose_their_margins() {
        let inputs = Inputs::parse(b"a=1&b=+two+&a=3%0D%0A4").unwrap();
        assert_eq!(inputs.all("a").collect::<Vec<_>>(), ["1", "3\n4"]);
        assert_eq!((inputs.get("b"), inputs.get("c")), ("two", ""));
        assert!(inputs.has("a") && !inputs.has("c"));
        assert!(Inputs::parse(b"a=%00").is_none());
    }
}
