//! `muster fake`: a stand-in for a system that Muster (or anybody) pushes to.

use std::net::SocketAddr;

use fakes::Fake as Standing;
use serde_json::{Map, Value, json};

use crate::options::Fake;
use crate::serve;

/// Serves it until it is told to stop.
pub async fn fake(asked: &Fake) -> Result<(), String> {
    let which = asked.which()?;
    if asked.guide {
        print!("{}", which.guide());
        return Ok(());
    }
    let behaviour = asked.behaviour()?;
    let listener = serve::bind(asked.listen).await?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let mut stop = serve::signals()?;
    let url = super::reachable(address);
    // The port is open already: whoever reads the line may call at once.
    match asked.json {
        true => println!("{}", as_json(which, &url)),
        false => println!("{}", page(which, &url, address, &asked.faults.to_string())),
    }
    tokio::select! {
        served = fakes::serve(listener, which, behaviour) => served.map_err(|e| e.to_string()),
        _ = stop.wait_for(|stopped| *stopped) => Ok(()),
    }
}

fn as_json(which: &dyn Standing, url: &str) -> Value {
    let account = which.account(url).into_iter();
    let account: Map<String, Value> = account.map(|(n, v)| (n.to_owned(), v.into())).collect();
    json!({
        "name": which.name(),
        "title": which.title(),
        "url": url,
        "account": account,
        "job_id": which.job(),
        "example": which.example(url),
        "inspect": format!("{url}/_fake/candidates"),
        "requests": format!("{url}/_fake/requests"),
        "faults": format!("{url}/_fake/faults"),
    })
}

fn page(which: &dyn Standing, url: &str, address: SocketAddr, faults: &str) -> String {
    let account = which.account(url);
    let width = account.iter().map(|(n, _)| n.len()).max().unwrap_or(0);
    let account: Vec<String> = account
        .iter()
        .map(|(name, value)| format!("  {name:width$}  {value}"))
        .collect();
    let open = match address.ip().is_loopback() {
        true => "",
        false => {
            "\nIt listens beyond this machine, and whoever reaches it sees everything it was given.\n"
        }
    };
    format!(
        "A stand-in for {} is running at {url}\n\
         {open}\n\
         Tell your integration (or a destination of Muster):\n{}\n\
         A job that it has: {}\n\n\
         Make a candidate:\n{}\n\n\
         See what it was given:   {url}/_fake/candidates\n\
         See who asked:           {url}/_fake/requests\n\
         What goes wrong:         {faults}\n\
         Let other things happen: curl -X PUT {url}/_fake/faults -d 'timeout*1'\n\n\
         Everything is in memory and gone with it. `muster fake {} --guide` says what it does and does not.",
        which.title(),
        account.join("\n"),
        which.job(),
        which.example(url),
        which.name(),
    )
}
