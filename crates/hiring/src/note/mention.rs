//! Members whom a note names: `@Anna`, or `@anna@example.org`. They are told, once, by a mail with a link and none of the note's
//! words.

use serde_json::json;
use store::{Reader, Tx, sql};

use super::Note;
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, MemberId, OrgId};
use crate::mail::{self, Letter};
use crate::member::{self, Member};
use crate::page::Side;
use crate::problem::Result;
use crate::search::fold;

/// Members who can be named.
const MOST_MEMBERS: i64 = 500;
/// Members whom one note names.
const MOST: usize = 20;

/// The members whom `text` names: an `@` at the beginning of a word, then a whole name, or a first name that only one of
/// them has, or an address, and no letter behind it.
pub fn named(members: &[Member], text: &str) -> Vec<MemberId> {
    let folded = fold(text);
    let mut found = Vec::new();
    for (at, _) in folded.match_indices('@') {
        if folded[..at].ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let behind = &folded[at + 1..];
        let best = members
            .iter()
            .filter_map(|m| Some((called(members, m, behind)?, m.id)))
            .max_by_key(|(length, _)| *length);
        if let Some((_, id)) = best.filter(|(_, id)| !found.contains(id)) {
            found.push(id);
        }
    }
    found.truncate(MOST);
    found
}

/// How many bytes of `behind` name this member.
fn called(members: &[Member], member: &Member, behind: &str) -> Option<usize> {
    let name = fold(&member.name);
    let first = name.split_whitespace().next().unwrap_or("").to_owned();
    let has_first = |m: &&Member| fold(&m.name).split_whitespace().next() == Some(&first);
    let only = members.iter().filter(has_first).count() == 1;
    let mut names = vec![name, fold(&member.email)];
    if only {
        names.push(first);
    }
    let is_there = |name: &String| {
        !name.is_empty()
            && behind.starts_with(name.as_str())
            && !behind[name.len()..].starts_with(|c: char| c.is_alphanumeric())
    };
    names.iter().filter(|n| is_there(n)).map(String::len).max()
}

/// The members who can be named.
pub fn members(r: &mut Reader, org: OrgId) -> Result<Vec<Member>> {
    let all = member::Filter {
        present: true,
        ..member::Filter::default()
    };
    member::page(r, org, Side::After(0), &all, MOST_MEMBERS)
}

/// Notes whom a note names, and tells each by an event and a mail. Whoever wrote it is not told.
pub fn mention(
    tx: &mut Tx,
    caller: &Caller,
    note: &Note,
    candidate: CandidateId,
    public_url: &str,
) -> Result<Vec<Member>> {
    let org = caller.org;
    let all = members(tx, org)?;
    let ids = named(&all, note.body.as_deref().unwrap_or(""));
    let own = note.member.as_ref().map(|m| m.id);
    let author = note.member.as_ref().map_or("Somebody", |m| m.name.as_str());
    let mut told = Vec::new();
    for member in all
        .iter()
        .filter(|m| ids.contains(&m.id) && Some(m.id) != own)
    {
        tx.run(
            sql!(
                "INSERT INTO mention (org_id, note_id, member_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
            ),
            &[&org, &note.id, &member.id],
        )?;
        let about = Subject::candidate(candidate);
        let data = json!({"note": note.uid, "member": member.uid});
        event::append(tx, caller, Kind::NoteMentioned, &about, &data)?;
        let letter = Letter {
            to: Some(member.email.clone()),
            name: Some(member.name.clone()),
            message: Some(author.to_owned()),
            link: Some(format!(
                "{public_url}/desk/candidates/{}#notes",
                note.candidate
            )),
            ..Letter::default()
        };
        // No mail to the person whom the note is about: it is nobody's whom events could name.
        let nobody = Subject::default();
        mail::queue(tx, caller, mail::Kind::Mention, &nobody, &letter)?;
        told.push(member.clone());
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::new_uid;

    fn member(id: i64, name: &str) -> Member {
        Member {
            id: MemberId(id),
            uid: new_uid(),
            org: OrgId(1),
            name: name.into(),
            email: format!("m{id}@x.org"),
            role: "recruiter".into(),
            created_at: 0,
            ended_at: None,
        }
    }

    #[test]
    fn members_are_named_by_name_or_address() {
        let all = [
            member(1, "Anna Ångström"),
            member(2, "Ben"),
            member(3, "Anna Berg"),
        ];
        let of = |text: &str| {
            named(&all, text)
                .into_iter()
                .map(|m| m.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("@anna angstrom, please; and @BEN!"), [1, 2]);
        assert_eq!(of("@Anna"), [0; 0], "there are two");
        assert_eq!(of("(@m3@x.org)"), [3]);
        assert_eq!(of("mail@ben @benjamin ben"), [0; 0]);
        assert_eq!(of("@ben @ben"), [2]);
    }
}
