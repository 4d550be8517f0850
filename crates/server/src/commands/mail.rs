//! `muster mail …`.

use courier::mail;

use crate::options::Mail;

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
