//! Passwords: how one lies at rest, and which are good enough.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use zxcvbn::{Score, zxcvbn};

use crate::problem::{Flaw, FlawCode, Problem, Result};
use crate::text;

/// Characters of a password.
const LEAST: usize = 12;
/// The same; more would only cost time.
pub const MOST: usize = 200;

/// argon2id of a password. Takes tens of milliseconds: never inside a transaction.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(Problem::broken)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed. As slow as hashing.
pub fn verify_password(password: &str, hash: &str) -> bool {
    Argon2::default()
        .verify_password(password.as_bytes(), hash)
        .is_ok()
}

/// Whether somebody may choose this password; `about` are words that others know of them: name, address, organization.
///
/// # Errors
/// [`Problem::Invalid`] at `/password` that says in plain words what is wrong.
pub fn judge(password: &str, email: &str, about: &[&str]) -> Result<()> {
    let refuse = |why: &str, code| Err(Flaw::new("/password", code, why).into());
    let length = password.chars().count();
    if length < LEAST {
        return refuse(
            "a password has at least 12 characters",
            FlawCode::OutOfRange,
        );
    }
    if length > MOST {
        return refuse("a password has at most 200 characters", FlawCode::TooLong);
    }
    let key = text::key(password);
    let account = email.split('@').next().unwrap_or("");
    let known = std::iter::once(email).chain(about.iter().copied());
    if known
        .map(text::key)
        .any(|word| !word.is_empty() && (word == key || key.replace(&word, "").len() < 4))
    {
        return refuse(
            "a password is not the address, the name or the organization",
            FlawCode::Contradiction,
        );
    }
    let inputs: Vec<&str> = about.iter().copied().chain([email, account]).collect();
    // Common passwords, names, dates, keyboard rows and repetitions are found whatever their length.
    if zxcvbn(password, &inputs).score() < Score::Three {
        return refuse(
            "this password is too easy to guess: a few words that do not belong together are better",
            FlawCode::Contradiction,
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_known_or_common_is_refused() {
        let about = ["Anna Recruiter", "Analytical Engines"];
        let good = |password: &str| judge(password, "anna@example.org", &about).is_ok();
        assert!(good("correct horse battery"));
        assert!(good("Überraschung im Möhrenfeld"));
        for bad in [
            "short one",
            "anna@example.org",
            "ANNA@EXAMPLE.ORG1",
            "Analytical Engines",
            "password1234",
            "passwordpassword",
            "qwertyuiop12",
            "aaaaaaaaaaaaaaaa",
            "123456789012",
            &"long word ".repeat(30),
        ] {
            assert!(!good(bad), "{bad}");
        }
    }
}
