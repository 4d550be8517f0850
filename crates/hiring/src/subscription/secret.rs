//! What a subscription's calls are signed with, and the signatures of Standard Webhooks.
//!
//! A subscription has a secret both sides know (`whsec_…`, HMAC-SHA-256, `v1`) and an ed25519 pair of which the receiver
//! knows the public half only (`whpk_…`, `v1a`). Both are drawn here, shown once, and lie sealed. While one takes the place of
//! another, calls carry the signatures of both, until a time that was said: so a receiver changes over when it suits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::{Reader, Tx, sql};

use super::{Subscription, find, lock, note};
use crate::caller::Caller;
use crate::event::Kind;
use crate::id::{OrgId, SubscriptionId, Uuid};
use crate::problem::{Problem, Result};
use crate::secret::{InstallationKey, random};

const SEAL: &str = "subscription.secret";

/// What stands before a shared secret, and before the public half of a pair.
pub const SHARED: &str = "whsec_";
/// See [`SHARED`].
pub const PUBLIC: &str = "whpk_";

/// For how long the secret before signs too, unless it is said, µs: a day.
pub const OVERLAP: i64 = 24 * 3_600 * 1_000_000;

/// What a caller says of the secret; what is left out is drawn.
#[derive(Clone, Default)]
pub struct Given {
    /// The text itself, for a shape whose receivers have one already.
    pub secret: Option<String>,
    /// Who signs, for a shape whose signatures say so.
    pub issuer: Option<String>,
}

/// What calls are signed with.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secret {
    /// As both sides know it, `whsec_…` unless it was given.
    pub text: String,
    /// Who signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The private half of the ed25519 pair.
    seed: [u8; 32],
}

/// Never shown by mistake.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    fn draw(given: &Given) -> Secret {
        let drawn = || format!("{SHARED}{}", STANDARD.encode(random::<32>()));
        Secret {
            text: given.secret.clone().unwrap_or_else(drawn),
            issuer: given.issuer.clone(),
            seed: random(),
        }
    }

    /// The public half of the pair, `whpk_…`.
    pub fn public(&self) -> String {
        let key = SigningKey::from_bytes(&self.seed).verifying_key();
        format!("{PUBLIC}{}", STANDARD.encode(key.as_bytes()))
    }

    /// The bytes of the shared secret: what stands after `whsec_` is base64, anything else is meant as it is written.
    pub fn bytes(&self) -> Vec<u8> {
        let encoded = self.text.strip_prefix(SHARED);
        let decoded = encoded.and_then(|text| STANDARD.decode(text).ok());
        decoded.unwrap_or_else(|| self.text.clone().into_bytes())
    }

    /// `v1,…` and `v1a,…` over `id.timestamp.body` (Standard Webhooks, "Signature scheme").
    fn signatures(&self, signed: &[u8]) -> [String; 2] {
        let pair = SigningKey::from_bytes(&self.seed);
        [
            format!("v1,{}", STANDARD.encode(hmac(&self.bytes(), signed))),
            format!("v1a,{}", STANDARD.encode(pair.sign(signed).to_bytes())),
        ]
    }
}

/// HMAC-SHA-256 of `message`.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length of key will do");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The header `webhook-signature`: those of every secret that is valid, the newest first. `timestamp`: seconds.
pub fn signature(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    let all = secrets.iter().flat_map(|secret| secret.signatures(&signed));
    all.collect::<Vec<_>>().join(" ")
}

/// A new secret, to be shown this once.
#[derive(Clone)]
pub struct Shown {
    /// `whsec_…`, or what was given.
    pub secret: String,
    /// `whpk_…`.
    pub public: String,
}

/// A secret in use, as it may always be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `whpk_…`.
    pub public: String,
    /// µs.
    pub created_at: i64,
    /// Until when it signs, µs; `None`: it is the one in use.
    pub until_at: Option<i64>,
}

pub(super) fn draw(
    tx: &mut Tx,
    installation: &InstallationKey,
    org: OrgId,
    id: SubscriptionId,
    given: &Given,
) -> Result<Shown> {
    let secret = Secret::draw(given);
    let json = serde_json::to_vec(&secret).map_err(Problem::broken)?;
    let (sealed, public) = (installation.seal(SEAL, &json), secret.public());
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO subscription_secret (org_id, subscription_id, sealed, public, created_at) VALUES ($1, $2, $3, $4, $5)"
        ),
        &[&org, &id, &sealed, &public, &now],
    )?;
    Ok(Shown {
        secret: secret.text,
        public,
    })
}

/// What came of a change of secrets.
pub struct Rotated {
    /// The subscription.
    pub subscription: Subscription,
    /// The new one.
    pub shown: Shown,
}

/// Draws a new secret. The one before signs too for `overlap` µs more; one before that does not any more.
pub fn rotate(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    uid: Uuid,
    given: &Given,
    overlap: i64,
) -> Result<Rotated> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    let mut given = given.clone();
    let current = open(tx, installation, caller.org, had.id)?;
    // Who signs stays the same unless it is said.
    given.issuer = given
        .issuer
        .or_else(|| current.first().and_then(|secret| secret.issuer.clone()));
    tx.run(
        sql!(
            "DELETE FROM subscription_secret WHERE org_id = $1 AND subscription_id = $2 AND until_at IS NOT NULL"
        ),
        &[&caller.org, &had.id],
    )?;
    tx.run(
        sql!(
            "UPDATE subscription_secret SET until_at = $3 WHERE org_id = $1 AND subscription_id = $2 AND until_at IS NULL"
        ),
        &[&caller.org, &had.id, &(now + overlap)],
    )?;
    let shown = draw(tx, installation, caller.org, had.id, &given)?;
    note(tx, caller, Kind::SubscriptionSecretRotated, uid)?;
    Ok(Rotated {
        subscription: find(tx, caller.org, uid)?,
        shown,
    })
}

/// The secrets that are valid now, opened, the newest first.
pub fn open(
    r: &mut Reader,
    installation: &InstallationKey,
    org: OrgId,
    id: SubscriptionId,
) -> Result<Vec<Secret>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT sealed FROM subscription_secret WHERE org_id = $1 AND subscription_id = $2 \
             AND (until_at IS NULL OR until_at > $3) ORDER BY id DESC LIMIT 2"
        ),
        &[&org, &id, &now],
    )?;
    let opened = rows.iter().map(|row| {
        let json = installation.open(SEAL, &row.get::<Vec<u8>>(0)?)?;
        serde_json::from_slice(&json).map_err(Problem::broken)
    });
    opened.collect()
}

/// The same, as they may be shown.
pub fn known(r: &mut Reader, org: OrgId, id: SubscriptionId) -> Result<Vec<Known>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT public, created_at, until_at FROM subscription_secret WHERE org_id = $1 AND subscription_id = $2 \
             AND (until_at IS NULL OR until_at > $3) ORDER BY id DESC LIMIT 2"
        ),
        &[&org, &id, &now],
    )?;
    let known = rows.iter().map(|row| {
        Ok(Known {
            public: row.get(0)?,
            created_at: row.get(1)?,
            until_at: row.get(2)?,
        })
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's own libraries test themselves with.
    #[test]
    fn the_signature_is_the_specifications() {
        let secret = Secret {
            text: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            issuer: None,
            seed: [7; 32],
        };
        let header = signature(
            std::slice::from_ref(&secret),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        let (v1, v1a) = header.split_once(' ').unwrap();
        assert_eq!(v1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let signed = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        let bytes = STANDARD.decode(v1a.strip_prefix("v1a,").unwrap()).unwrap();
        let public = STANDARD
            .decode(secret.public().strip_prefix(PUBLIC).unwrap())
            .unwrap();
        let public: [u8; 32] = public.try_into().unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
        let made = ed25519_dalek::Signature::from_slice(&bytes).unwrap();
        assert!(key.verify_strict(signed, &made).is_ok());
        assert!(key.verify_strict(b"other", &made).is_err());
    }

    #[test]
    fn two_secrets_sign_side_by_side_and_say_nothing_of_themselves() {
        let secrets = [
            Secret::draw(&Given::default()),
            Secret::draw(&Given::default()),
        ];
        let header = signature(&secrets, "a", 1, b"{}");
        let kinds: Vec<_> = header
            .split(' ')
            .map(|s| s.split_once(',').unwrap().0)
            .collect();
        assert_eq!(kinds, ["v1", "v1a", "v1", "v1a"]);
        assert_eq!(secrets[0].bytes().len(), 32);
        assert_eq!(format!("{:?}", secrets[0]), "Secret");
        let given = Secret::draw(&Given {
            secret: Some("mine".to_owned()),
            issuer: None,
        });
        assert_eq!(given.bytes(), b"mine");
    }
}
