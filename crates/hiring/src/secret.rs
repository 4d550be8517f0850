//! The installation key and what is done with it: sealing secrets we must use, hashing what we only compare,
//! deriving invite tokens and session tokens.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::problem::{Problem, Result};

const VEIL: &str = "answer";
/// How a veiled secret begins in JSON text.
pub const VEILED: &str = "\\u0000veiled.";

/// 256 random bits that this installation keeps outside of its database (`<data>/muster.key`, mode 0600, or
/// `MUSTER_KEY`). Whoever holds them can read sealed secrets and make invite links.
#[derive(Clone)]
pub struct InstallationKey([u8; 32]);

impl InstallationKey {
    /// From `MUSTER_KEY`'s value: 32 bytes as base64url.
    pub fn parse(text: &str) -> Option<InstallationKey> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim().trim_end_matches('='))
            .ok()?;
        bytes.try_into().ok().map(InstallationKey)
    }

    /// A new random key.
    pub fn draw() -> InstallationKey {
        InstallationKey(random())
    }

    /// Reads `<folder>/muster.key`, or makes it, durably and readable by its owner only.
    pub fn in_folder(folder: &Path) -> std::io::Result<InstallationKey> {
        let path = folder.join("muster.key");
        match std::fs::read_to_string(&path) {
            Ok(text) => InstallationKey::parse(&text).ok_or_else(|| {
                std::io::Error::other(format!("{} does not hold a key", path.display()))
            }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let key = InstallationKey::draw();
                match write_private(&path, &key.to_text()) {
                    Ok(()) => Ok(key),
                    // Another process made it in between: its key counts.
                    Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                        InstallationKey::in_folder(folder)
                    }
                    Err(e) => Err(e),
                }
            }
            Err(e) => Err(e),
        }
    }

    /// As `MUSTER_KEY` holds it.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Encrypts `plain` so that only this installation opens it, and only for `purpose`.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 24] = random();
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("encryption does not fail");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// [`Problem::Broken`] when it was sealed with another key, for another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let broken = || {
            Problem::broken("a sealed secret does not open: is this the key it was sealed with?")
        };
        let (nonce, text) = sealed.split_at_checked(24).ok_or_else(broken)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| broken())?;
        let payload = Payload {
            msg: text,
            aad: purpose.as_bytes(),
        };
        self.cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| broken())
    }

    /// `secret` as it stands in an answer that is kept: a *slot* that [`unveil`](Self::unveil) opens when the answer goes
    /// out. As no caller can send U+0000, no caller can forge one.
    pub fn veil(&self, secret: &str) -> String {
        format!(
            "\u{0}veiled.{}\u{0}",
            base64url(&self.seal(VEIL, secret.as_bytes()))
        )
    }

    /// Replaces every veiled secret in this JSON text, where U+0000 is spelled `\u0000`, by what it stands for.
    ///
    /// # Errors
    /// [`Problem::Broken`] when one does not open.
    pub fn unveil(&self, json: &str) -> Result<String> {
        let mut out = String::with_capacity(json.len());
        let mut rest = json;
        while let Some((before, slot)) = rest.split_once(VEILED) {
            let cut = || Problem::broken("a veiled secret is cut short");
            let (sealed, after) = slot.split_once("\\u0000").ok_or_else(cut)?;
            let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| cut())?;
            let secret = String::from_utf8(self.open(VEIL, &sealed)?).map_err(Problem::broken)?;
            let quoted = serde_json::Value::from(secret).to_string();
            out.push_str(before);
            out.push_str(&quoted[1..quoted.len() - 1]);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// HMAC-SHA-256 of `message` for `purpose`.
    pub fn mac(&self, purpose: &str, message: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0)
            .expect("any length of key will do");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.0))
    }
}

/// Makes the file whole or not at all: a start that is killed half-way must not leave an empty key behind, which no
/// later start could use.
///
/// # Errors
/// `AlreadyExists` when another process was faster.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let unfinished = path.with_extension(format!("{:016x}", u64::from_ne_bytes(random())));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        // Unlike a rename this refuses to replace a key that is there.
        .and_then(|()| std::fs::hard_link(&unfinished, path));
    std::fs::remove_file(&unfinished)?;
    written?;
    std::fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// `N` random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A new key or token: `prefix` and 256 random bits as base64url.
pub fn token(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// SHA-256: how a random 256-bit key lies at rest. (Passwords, which people choose, use argon2id.)
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_only() {
        let key = InstallationKey::draw();
        let sealed = key.seal("jwt", b"secret");
        assert_eq!(key.open("jwt", &sealed).unwrap(), b"secret");
        assert!(key.open("other", &sealed).is_err());
        assert!(InstallationKey::draw().open("jwt", &sealed).is_err());
        assert!(key.open("jwt", &sealed[..10]).is_err());
    }

    #[test]
    fn a_veiled_secret_is_told_when_the_answer_goes_out() {
        let key = InstallationKey::draw();
        let kept =
            serde_json::json!({"a": key.veil("one \"two\""), "b": key.veil("/x")}).to_string();
        assert!(kept.contains(VEILED) && !kept.contains("two"));
        assert_eq!(
            key.unveil(&kept).unwrap(),
            r#"{"a":"one \"two\"","b":"/x"}"#
        );
        assert!(InstallationKey::draw().unveil(&kept).is_err());
        assert_eq!(key.unveil("{}").unwrap(), "{}");
    }

    #[test]
    fn a_key_reads_back_from_its_text() {
        let key = InstallationKey::draw();
        assert_eq!(InstallationKey::parse(&key.to_text()).unwrap().0, key.0);
        assert!(InstallationKey::parse("short").is_none());
    }
}
