//! `muster mail …`.

use std::io::Read as _;

use courier::mail;
use hiring::Problem;
use hiring::caller::Caller;
use hiring::delivery::returned::{self, Action, Outcome};
use hiring::problem::Clash;

use crate::options::{Mail, Place};

/// `muster mail test`: sends a mail and says what happens.
pub async fn test(mail: &Mail, public_url: Option<&str>, to: &str) -> Result<(), String> {
    let settings = mail.settings(public_url.unwrap_or(""))?.ok_or_else(|| {
        "no mail server is set: say --smtp smtp://HOST and --mail-from ADDRESS, or MUSTER_SMTP and MUSTER_MAIL_FROM"
            .to_owned()
    })?;
    let (steps, ended) = mail::test(&settings, to).await;
    steps.iter().for_each(|step| println!("{step}"));
    match ended {
        Ok(answer) => {
            println!("The server has taken the message: {answer}");
            println!(
                "Whether it arrives, the mailbox of {to} shows; docs/operate/mail.md says what helps."
            );
            Ok(())
        }
        Err(why) => Err(format!("no mail was sent: {why}")),
    }
}

/// What a mail server that pipes mail to a command takes for "come again later" (`EX_TEMPFAIL` of sysexits.h). Whatever else
/// were not zero would make it write a mail about the failure, to us.
const LATER: i32 = 75;

/// `muster mail bounce`: takes in a mail that came back. What it cannot use is none of the mail server's business.
pub async fn bounce(place: &Place) -> Result<(), String> {
    match take(place).await {
        Ok(sentence) => {
            println!("{sentence}");
            Ok(())
        }
        Err(sentence) => {
            eprintln!("muster: {sentence}");
            std::process::exit(LATER)
        }
    }
}

async fn take(place: &Place) -> Result<&'static str, String> {
    let mail = tokio::task::spawn_blocking(standard_input).await;
    let mail = mail.map_err(|e| e.to_string())??;
    let Some(report) = returned::read(&mail) else {
        return Ok("It is no report about a delivery; nothing was changed.");
    };
    let app = super::quiet(place).await?;
    let asked = report.clone();
    let org = app.store.read(move |r| returned::organization(r, &asked));
    let Some(org) = org.await.map_err(broken)? else {
        return Ok("It is about no mail of ours; nothing was changed.");
    };
    let taken = app.store.write(move |tx| {
        let caller = Caller::system(org);
        returned::take(tx, &caller, Some(report.clone()))
    });
    match taken.await {
        Ok(Outcome::Bounced(..)) => Ok("The delivery is bounced."),
        Ok(Outcome::Noted(report, _)) if report.action == Action::Delayed => {
            Ok("The mail is late; nothing was changed.")
        }
        Ok(Outcome::Noted(..)) => Ok("The mail has arrived; nothing was changed."),
        Ok(Outcome::Unknown(_) | Outcome::NoReport) => {
            Ok("It is about no mail of ours; nothing was changed.")
        }
        Err(Problem::Conflict(Clash::NotAllowed(_))) => {
            Ok("That mail never went out; nothing was changed.")
        }
        Err(problem) => Err(broken(problem)),
    }
}

fn broken(problem: Problem) -> String {
    format!("the mail was not taken in: {problem:?}")
}

/// The beginning of the mail, which is all that is looked at; the rest is read too, or its writer would find the pipe broken.
fn standard_input() -> Result<Vec<u8>, String> {
    let (mut mail, mut input) = (Vec::new(), std::io::stdin().lock());
    let most = returned::READ as u64;
    let read = input.by_ref().take(most).read_to_end(&mut mail);
    read.and_then(|_| std::io::copy(&mut input, &mut std::io::sink()))
        .map_err(|e| format!("the mail could not be read: {e}"))?;
    Ok(mail)
}
