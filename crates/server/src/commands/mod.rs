//! The commands, one function each. They print on standard output and fail with a sentence.

mod fake;
mod keys;
mod mail;
mod members;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hiring::app::Settings;
use hiring::delivery::sending;
use hiring::organization;
use serde_json::json;

pub use fake::fake;
pub use keys::{create as key_create, list as key_list, revoke as key_revoke};
pub use mail::{bounce as mail_bounce, test as mail_test};
pub use members::add as member_add;

use crate::options::{Keeping, Listen, Mail, Place};
use courier::guard::{IpNet, network};

use crate::drawing::Pen;
use crate::serve::Errands;
use crate::{demo, reading, router, serve, wiring};

/// `muster serve`.
pub async fn serve(
    place: &Place,
    listen: &Listen,
    keeping: &Keeping,
    mail: &Mail,
) -> Result<(), String> {
    let (app, listener) = open(place, listen, keeping).await?;
    let errands = errands(&app, listen, mail, &[])?;
    let mailing = mailing(&app, &errands).await?;
    let to_set_up = members::to_set_up(&app).await?;
    // Before anything is said: whoever reads the first line may tell us to stop at once.
    let stop = serve::signals()?;
    println!("Muster is running at {}", app.settings.public_url);
    for line in to_set_up {
        println!("{line}");
    }
    println!("{mailing}");
    let router = drawing(&app, &errands);
    serve::run(listener, app, router, errands, stop).await;
    println!("Stopped; everything accepted is stored.");
    Ok(())
}

/// `muster demo`.
pub async fn demo(
    place: &Place,
    listen: &Listen,
    keeping: &Keeping,
    mail: &Mail,
    as_json: bool,
) -> Result<(), String> {
    let (app, listener) = open(place, listen, keeping).await?;
    let errands = errands(&app, listen, mail, &itself())?;
    let mailing = mailing(&app, &errands).await?;
    let credentials = demo::credentials(&app, &place.data).await?;
    let stop = serve::signals()?;
    let router = drawing(&app, &errands);
    // The port is open already: whoever reads the line may call at once.
    if as_json {
        println!("{credentials}");
    } else {
        let invite = demo::invite(&app).await?;
        println!("{}", demo::page(&credentials, &invite, &mailing));
    }
    serve::run(listener, app, router, errands, stop).await;
    if !as_json {
        println!("Stopped; everything accepted is stored.");
    }
    Ok(())
}

/// The router of a program that draws pages by running itself.
fn drawing(app: &hiring::App, errands: &Errands) -> axum::Router {
    match &errands.reading {
        Some(program) => router::build_with(app.clone(), Arc::new(Pen(program.clone()))),
        None => router::build(app.clone()),
    }
}

/// What is done beside serving.
fn errands(
    app: &hiring::App,
    listen: &Listen,
    mail: &Mail,
    also: &[IpNet],
) -> Result<Errands, String> {
    Ok(Errands {
        fetching: Some(listen.fetching()),
        mailing: mail.settings(&app.settings.public_url)?,
        carrying: Some(listen.carrying(also)),
        indexing: true,
        reading: Some(reading::program().map_err(|e| format!("this program: {e}"))?),
        telling: Some(listen.telling(also)),
    })
}

/// The machine itself: who tries webhooks out has a receiver there.
fn itself() -> Vec<IpNet> {
    let all = ["127.0.0.0/8", "::1"].map(network);
    all.into_iter().flatten().collect()
}

/// Whether mail goes out, in a sentence, and how many mails were waiting for that.
async fn mailing(app: &hiring::App, errands: &Errands) -> Result<String, String> {
    let waiting = app.store.read(sending::waiting).await;
    let waiting = waiting.map_err(|p| format!("{p:?}"))?;
    Ok(match &errands.mailing {
        Some(to) => format!(
            "Mail goes out by {}:{} from {}; {waiting} waiting.",
            to.host, to.port, to.from
        ),
        None => format!("Mail stays in the outbox, as no --smtp is set; {waiting} waiting."),
    })
}

async fn open(
    place: &Place,
    listen: &Listen,
    keeping: &Keeping,
) -> Result<(hiring::App, tokio::net::TcpListener), String> {
    let listener = serve::bind(listen.listen).await?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let url = listen
        .public_url
        .clone()
        .unwrap_or_else(|| reachable(address));
    let settings = Settings {
        keep_requests: keeping.keep_requests,
        wait_for_remote: Duration::from_secs(listen.wait_for_remote),
        ..Settings::at(&url)
    };
    let place = place.clone();
    // Opening blocks: migrations, connections.
    let app = tokio::task::spawn_blocking(move || wiring::open(&place, settings))
        .await
        .map_err(|e| e.to_string())??;
    Ok((app, listener))
}

/// "All interfaces" is no address to call.
fn reachable(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(a) if a.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V4(a) => a.ip().to_string(),
        SocketAddr::V6(a) if a.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(a) => format!("[{}]", a.ip()),
    };
    format!("http://{host}:{}", address.port())
}

/// `muster org create`.
pub async fn org_create(place: &Place, name: &str, as_json: bool) -> Result<(), String> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err("an organization needs a name".into());
    }
    let app = quiet(place).await?;
    let made = app
        .store
        .write(move |tx| organization::create(tx, &name))
        .await;
    let made = made.map_err(|p| format!("the organization was not made: {p:?}"))?;
    match as_json {
        true => println!(
            "{}",
            json!({"id": made.uid, "number": made.id.0, "name": made.name})
        ),
        false => println!("Made the organization {} with id {}", made.name, made.uid),
    }
    Ok(())
}

/// `muster org list`.
pub async fn org_list(place: &Place, as_json: bool) -> Result<(), String> {
    let app = quiet(place).await?;
    let all = app
        .store
        .read(organization::all)
        .await
        .map_err(|p| format!("{p:?}"))?;
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|o| json!({"id": o.uid, "number": o.id.0, "name": o.name}))
            .collect();
        println!("{}", json!(rows));
    } else {
        all.iter().for_each(|o| println!("{}  {}", o.uid, o.name));
    }
    Ok(())
}

/// Opens the data without serving it; a server may run on it meanwhile.
async fn quiet(place: &Place) -> Result<hiring::App, String> {
    let place = place.clone();
    tokio::task::spawn_blocking(move || wiring::open(&place, Settings::at("")))
        .await
        .map_err(|e| e.to_string())?
}
