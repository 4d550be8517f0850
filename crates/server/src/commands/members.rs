//! `muster member …`, and what a server says at its start while nobody can sign in.

use hiring::caller::Caller;
use hiring::member::{Role, links};
use hiring::setup::{self, Wanted};
use hiring::{App, Problem, organization};
use serde_json::json;

use super::quiet;
use crate::options::Place;

/// Organizations without members that are told one by one.
const TOLD: usize = 3;

/// What to do so that somebody can sign in; nothing, when somebody can. Each start says it again until it is done.
pub async fn to_set_up(app: &App) -> Result<Vec<String>, String> {
    let wanted = app.store.read(setup::wanted).await;
    let wanted = wanted.map_err(|p| format!("{p:?}"))?;
    let at = format!("{}/setup", app.settings.public_url);
    let mut lines = Vec::new();
    for one in wanted.iter().take(TOLD) {
        let code = setup::code(&app.key, one);
        lines.push(match one {
            Wanted::Organization => {
                "There is no organization yet. Make it, and its first member, at".to_owned()
            }
            Wanted::Member(organization) => {
                format!(
                    "Nobody can sign in for {} yet. Its first member can do so at",
                    organization.name
                )
            }
        });
        lines.push(format!("  {at}   with the code   {code}"));
    }
    if wanted.len() > TOLD {
        let more = wanted.len() - TOLD;
        lines.push(format!(
            "{more} more have no member; `muster member add` gives them one."
        ));
    }
    Ok(lines)
}

/// `muster member add`: prints a link by which somebody joins.
pub async fn add(
    place: &Place,
    org: &str,
    email: &str,
    name: &str,
    role: &str,
    public_url: &str,
    as_json: bool,
) -> Result<(), String> {
    let role = Role::parse(role).ok_or_else(|| {
        let all: Vec<_> = Role::ALL.map(Role::word).into();
        format!("there is no role {role}; there are: {}", all.join(", "))
    })?;
    let app = quiet(place).await?;
    let (org, key) = (org.to_owned(), app.key.clone());
    let (email, name) = (email.to_owned(), name.to_owned());
    let made = app.store.write(move |tx| {
        let org = organization::named(tx, &org)?.id;
        links::create(tx, &key, &Caller::system(org), &email, &name, role)
    });
    let link = made.await.map_err(|problem| explain(&problem))?;
    let url = links::url(&app.key, public_url.trim_end_matches('/'), link.uid);
    match as_json {
        true => println!(
            "{}",
            json!({"email": link.email, "role": role.word(), "link": url})
        ),
        false => println!(
            "{} joins as {} by this link, valid for a week:\n  {url}",
            link.email,
            role.word()
        ),
    }
    Ok(())
}

fn explain(problem: &Problem) -> String {
    match problem {
        Problem::NotFound(noun) => format!("there is no such {}", noun.word()),
        Problem::Invalid(flaws) => {
            let all: Vec<_> = flaws.iter().map(|flaw| flaw.detail.as_str()).collect();
            format!("nobody was invited: {}", all.join("; "))
        }
        other => format!("nobody was invited: {other:?}"),
    }
}
