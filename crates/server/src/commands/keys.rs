//! `muster key …`.

use dialects::{DIALECTS, Dialect, NewCredentials};
use hiring::caller::{Permissions, Scopes};
use hiring::{api_key, organization};
use serde_json::json;
use uuid::Uuid;

use super::quiet;
use crate::options::Place;

/// `muster key create`: prints what a caller needs, this once.
#[allow(clippy::too_many_arguments)]
pub async fn create(
    place: &Place,
    org: &str,
    dialect: &str,
    name: &str,
    limit: Option<&str>,
    permissions: &str,
    scopes: &[String],
    public_url: &str,
    as_json: bool,
) -> Result<(), String> {
    let dialect = dialects::named(dialect).ok_or_else(|| {
        let names: Vec<_> = DIALECTS.iter().map(|d| d.name()).collect();
        format!(
            "there is no dialect {dialect}; there are: {}",
            names.join(", ")
        )
    })?;
    let new = NewCredentials {
        base_url: public_url.trim_end_matches('/').to_owned(),
        name: name.to_owned(),
        permissions: Permissions::parse(permissions)?,
        limit: limit.map(parse_limit).transpose()?,
    };
    let scopes = narrowed(dialect, scopes)?;
    let app = quiet(place).await?;
    let (org, inner) = (org.to_owned(), app.clone());
    let made = app.store.write(move |tx| {
        let org = organization::named(tx, &org)?.id;
        let mut made = dialect.credentials(tx, &inner, org, &new)?;
        if let Some(words) = scopes.list() {
            let uid = made["key_id"].as_str().and_then(|id| id.parse().ok());
            let uid = uid.ok_or_else(|| hiring::Problem::broken("credentials without key_id"))?;
            api_key::narrow(tx, org, uid, &scopes)?;
            made["scopes"] = json!(words);
        }
        Ok(made)
    });
    let made = made.await.map_err(|problem| explain(&problem))?;
    if as_json {
        println!("{made}");
    } else {
        println!("Keep this now; it is not shown again.");
        for (name, value) in made.as_object().into_iter().flatten() {
            println!(
                "  {name:<14} {}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            );
        }
    }
    Ok(())
}

/// `words`, each of which the dialect must know: a scope that nothing asks for would open nothing.
fn narrowed(dialect: &dyn Dialect, words: &[String]) -> Result<Scopes, String> {
    let scopes = Scopes::parse(&words.join(" "));
    let known = dialect.scopes();
    match scopes
        .list()
        .into_iter()
        .flatten()
        .find(|w| !known.contains(&w.as_str()))
    {
        None => Ok(scopes),
        Some(_) if known.is_empty() => Err(format!("keys of {} have no scopes", dialect.name())),
        Some(word) => Err(format!(
            "{} has no scope {word}; there are: {}",
            dialect.name(),
            known.join(", ")
        )),
    }
}

/// `COUNT/SECONDS`, or `none`.
fn parse_limit(text: &str) -> Result<(u32, u32), String> {
    if text == "none" {
        return Ok((0, 1));
    }
    let parsed = text
        .split_once('/')
        .and_then(|(n, s)| Some((n.parse().ok()?, s.parse().ok()?)));
    parsed
        .filter(|(n, s)| *n > 0 && *s > 0)
        .ok_or_else(|| "--limit is COUNT/SECONDS (100/60) or none".to_owned())
}

/// `muster key list`.
pub async fn list(place: &Place, org: &str, as_json: bool) -> Result<(), String> {
    let app = quiet(place).await?;
    let org = org.to_owned();
    let keys = app.store.read(move |r| {
        let org = organization::named(r, &org)?.id;
        api_key::list(r, org)
    });
    let keys = keys.await.map_err(|problem| explain(&problem))?;
    if as_json {
        let row = |k: &api_key::ApiKey| json!({"id": k.uid, "dialect": k.dialect, "name": k.name, "permissions": k.permissions.words(), "scopes": k.scopes.list(), "revoked": k.revoked_at.is_some()});
        println!("{}", json!(keys.iter().map(row).collect::<Vec<_>>()));
        return Ok(());
    }
    for key in keys {
        let state = if key.revoked_at.is_some() {
            "revoked"
        } else {
            "live"
        };
        println!(
            "{}  {:<10} {:<8} {:<20} {}{}",
            key.uid,
            key.dialect,
            state,
            key.permissions.words(),
            key.name,
            key.scopes
                .words()
                .map_or_else(String::new, |words| format!("  [{words}]"))
        );
    }
    Ok(())
}

/// `muster key revoke`.
pub async fn revoke(place: &Place, org: &str, id: &str) -> Result<(), String> {
    let uid = Uuid::parse_str(id)
        .map_err(|_| "the key's id is a UUID, as `muster key list` shows it".to_owned())?;
    let app = quiet(place).await?;
    let org = org.to_owned();
    let done = app.store.write(move |tx| {
        let org = organization::named(tx, &org)?.id;
        api_key::revoke(tx, org, uid)
    });
    done.await.map_err(|problem| explain(&problem))?;
    println!("Revoked; running servers refuse it within a second.");
    Ok(())
}

fn explain(problem: &hiring::Problem) -> String {
    match problem {
        hiring::Problem::NotFound(noun) => format!("there is no such {}", noun.word()),
        other => format!("it was not done: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_limit;

    #[test]
    fn limits_are_counts_over_seconds_or_none() {
        assert_eq!(parse_limit("100/60"), Ok((100, 60)));
        assert_eq!(parse_limit("none"), Ok((0, 1)));
        assert!(
            parse_limit("100").is_err()
                && parse_limit("0/1").is_err()
                && parse_limit("1/0").is_err()
        );
    }
}
