//! What is a secret lies nowhere in clear: not in a row, not in a page that was freed, not in the log of the database.

use hiring::api_key::{self, NewKey};
use hiring::caller::Permissions;
use hiring::{linked_account, member, secret};

use crate::{House, only_here, story};

/// Every byte that the database keeps: on SQLite its files, on PostgreSQL each row of each table, bytes as hexadecimal.
pub async fn everything_stored(house: &House) -> Vec<u8> {
    if house.app.store.engine() == "sqlite" {
        let entries = std::fs::read_dir(&house.dir).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        return paths
            .filter(|path| path.is_file())
            .flat_map(|path| std::fs::read(path).unwrap())
            .collect();
    }
    let dump = |r: &mut store::Reader<'_>| {
        r.all(
            only_here!("SELECT set_config('xmlbinary', 'hex', true)"),
            &[],
        )?;
        let rows = r.all(
            only_here!("SELECT CAST(schema_to_xml('public', true, true, '') AS TEXT)"),
            &[],
        )?;
        Ok(rows[0].get::<String>(0)?)
    };
    house.read(dump).await.into_bytes()
}

/// Whether `secret` stands in `bytes`, as it is or in hexadecimal.
pub fn contains(bytes: &[u8], secret: &str) -> bool {
    let hex = store::files::hex(secret.as_bytes());
    [secret.to_owned(), hex.to_uppercase(), hex]
        .iter()
        .any(|wanted| bytes.windows(wanted.len()).any(|w| w == wanted.as_bytes()))
}

#[test]
fn keys_tokens_and_passwords_are_not_in_the_database() {
    story(async |house: House| {
        let org = house.org;
        let secrets: Vec<String> = ["key_", "second_", "sealed_", "account_", ""]
            .map(secret::token)
            .into();
        let password = "correct horse battery";
        let password_hash = member::hash_password(password).unwrap();
        let (given, key) = (secrets.clone(), house.app.key.clone());
        let session = house
            .write(move |tx| {
                let new = NewKey {
                    dialect: "test",
                    name: "a name that is no secret",
                    key: &given[0],
                    username: Some("user"),
                    second: Some(&given[1]),
                    sealed: Some(&given[2]),
                    permissions: Permissions::USUAL,
                    limit: None,
                };
                api_key::create(tx, &key, org, &new)?;
                linked_account::create(tx, org, "ours", &given[3])?;
                member::create(tx, org, "anna@x.org", "Anna", "owner", &password_hash)?;
                let (anna, _) = member::by_email(tx, "anna@x.org")?.expect("Anna");
                member::sign_in(tx, &anna)
            })
            .await
            .unwrap();

        let stored = everything_stored(&house).await;
        // The search finds what is there, in text and in bytes…
        assert!(contains(&stored, "a name that is no secret"));
        let hash = store::files::hex(&secret::hash(&secrets[0]));
        let in_bytes = stored.windows(32).any(|w| w == secret::hash(&secrets[0]));
        let text = String::from_utf8_lossy(&stored).to_lowercase();
        assert!(in_bytes || text.contains(&hash));
        // …and none of these.
        for secret in
            secrets[..4]
                .iter()
                .chain([&session, &password.to_owned(), &house.app.key.to_text()])
        {
            assert!(!contains(&stored, secret), "{secret}");
        }

        // Each opens what it is for all the same.
        let (given, key) = (secrets.clone(), house.app.key.clone());
        house
            .read(move |r| {
                let found = api_key::authenticate(r, "test", &given[0])?.expect("the key");
                assert_eq!(found.second_hash, Some(secret::hash(&given[1]).to_vec()));
                assert_eq!(
                    found.open_secret(&key)?,
                    Some(given[2].clone().into_bytes())
                );
                assert!(api_key::authenticate(r, "another", &given[0])?.is_none());
                assert!(linked_account::look_up(r, org, &given[3])?.is_some());
                assert_eq!(member::of_session(r, &session)?.expect("Anna").name, "Anna");
                Ok(())
            })
            .await;
    });
}

#[test]
fn a_session_ends_by_the_clock_and_a_key_by_being_revoked() {
    story(async |house: House| {
        let org = house.org;
        let (session, key) = house
            .write({
                let installation = house.app.key.clone();
                move |tx| {
                    member::create(tx, org, "anna@x.org", "Anna", "owner", "no hash")?;
                    let (anna, _) = member::by_email(tx, "Anna@X.org")?.expect("Anna");
                    let new = NewKey {
                        dialect: "test",
                        name: "n",
                        key: "the key",
                        username: None,
                        second: None,
                        sealed: None,
                        permissions: Permissions::USUAL,
                        limit: Some((5, 60)),
                    };
                    let key = api_key::create(tx, &installation, org, &new)?;
                    Ok((member::sign_in(tx, &anna)?, key))
                }
            })
            .await
            .unwrap();
        assert_eq!(key.caller().limit, Some((5, 60)));
        let signed_in = {
            let session = session.clone();
            move |r: &mut store::Reader<'_>| Ok(member::of_session(r, &session)?.is_some())
        };
        assert!(house.read(signed_in.clone()).await);
        house.clock.advance(member::SESSION + 1);
        assert!(!house.read(signed_in).await);
        let is_live =
            |r: &mut store::Reader<'_>| Ok(api_key::authenticate(r, "test", "the key")?.is_some());
        assert!(house.read(is_live).await);
        // Twice is no error.
        for _ in 0..2 {
            house
                .write(move |tx| api_key::revoke(tx, org, key.uid))
                .await
                .unwrap();
        }
        assert!(!house.read(is_live).await);
    });
}
