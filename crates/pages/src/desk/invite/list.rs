//! A list of people as somebody pastes it or their spreadsheet writes it: which bytes are which letters, what divides the
//! cells, which column is what. Pure; the verbs are `hiring::invite::run`.

use hiring::invite::run::{MOST, NewRow};
use serde_json::{Value, json};

/// Characters of a cell that are kept.
const LONGEST: usize = 500;
/// Cells of a row that are looked at.
const WIDEST: usize = 50;

/// Why a list cannot be taken, in plain words.
pub(super) type Fault = &'static str;

/// The letters of a file: what its first bytes say, else UTF-8, else what older spreadsheets write (Windows-1252, of which
/// Latin-1 is a part).
///
/// # Errors
/// It is no text at all.
pub(super) fn letters(bytes: &[u8]) -> Result<String, Fault> {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0,
        },
    };
    match text.contains('\0') {
        true => Err("This is no text file. Please save the list as CSV and choose that."),
        false => Ok(text.into_owned()),
    }
}

/// A list cut into cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Cuts `text` where it is most likely meant to be cut.
    ///
    /// # Errors
    /// There is nobody in it, or there are too many.
    pub fn read(text: &str) -> Result<Table, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        let mut rows = cells(text, divider(text));
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let rows: Vec<Vec<String>> = rows.into_iter().flat_map(apart).collect();
        if rows.is_empty() {
            return Err("There is nobody on the list.");
        }
        // One more for a header.
        if rows.len() > MOST + 1 {
            return Err("A list may have at most 10,000 people. Please cut it into several.");
        }
        Ok(Table { rows })
    }

    /// As many columns as its widest row.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// `;`, a tab or `,`: whichever cuts the first rows into the same number of cells, the more the better; a comma if none does.
fn divider(text: &str) -> u8 {
    let head: String = text.lines().take(20).collect::<Vec<_>>().join("\n");
    let score = |divider: u8| {
        let rows = cells(&head, divider);
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let alike = rows.iter().filter(|row| row.len() == most).count();
        (most > 1).then_some((alike * 2 > rows.len(), most))
    };
    let best = [b'\t', b';', b','].into_iter().max_by_key(|d| score(*d));
    best.filter(|d| score(*d).is_some()).unwrap_or(b',')
}

fn cells(text: &str, divider: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(divider)
        .from_reader(text.as_bytes());
    let tidy = |cell: &str| cell.trim().chars().take(LONGEST).collect::<String>();
    let rows = reader.records().filter_map(std::result::Result::ok);
    rows.map(|row| row.iter().take(WIDEST).map(tidy).collect())
        .collect()
}

/// `ada@x.org, bob@y.org` is a row of people and not of one person's cells; `Ada Lovelace <ada@x.org>` is both cells in one.
fn apart(row: Vec<String>) -> Vec<Vec<String>> {
    let people = row.iter().filter(|cell| cell.contains('@')).count();
    let filled = row.iter().filter(|cell| !cell.is_empty()).count();
    if people > 1 && people == filled {
        let each = row.into_iter().filter(|cell| !cell.is_empty());
        return each.map(|cell| vec![cell]).collect();
    }
    vec![row]
}

/// Which column is what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mapping {
    /// Whether the first row names the columns.
    pub header: bool,
    pub email: Option<usize>,
    pub name: Option<usize>,
    pub first: Option<usize>,
    pub last: Option<usize>,
}

const EMAIL: &[&str] = &["e-mail", "email", "mail", "courriel", "correo"];
const FIRST: &[&str] = &["first", "given", "vorname", "prénom", "prenom", "nombre"];
const LAST: &[&str] = &["last", "family", "surname", "nachname", "apellido"];
const NAME: &[&str] = &["name", "candidate", "person", "nom", "kandidat"];

impl Mapping {
    /// As it looks.
    pub fn guess(table: &Table) -> Mapping {
        let first_row = &table.rows[0];
        let header = table.rows.len() > 1 && !first_row.iter().any(|cell| cell.contains('@'));
        let mut mapping = Mapping {
            header,
            ..Mapping::default()
        };
        let called = |words: &[&str], taken: &[Option<usize>]| {
            let fits = |(n, cell): &(usize, &String)| {
                let cell = cell.to_lowercase();
                !taken.contains(&Some(*n)) && words.iter().any(|word| cell.contains(word))
            };
            let found = first_row.iter().enumerate().find(fits);
            found.map(|(n, _)| n).filter(|_| header)
        };
        // What is in a column says more than what it is called.
        let count = |n: usize| {
            let has = |row: &&Vec<String>| row.get(n).is_some_and(|cell| cell.contains('@'));
            table.rows.iter().filter(has).count()
        };
        let best = (0..table.width()).rev().max_by_key(|n| count(*n));
        mapping.email = best
            .filter(|n| count(*n) > 0)
            .or_else(|| called(EMAIL, &[]));
        mapping.first = called(FIRST, &[mapping.email]);
        mapping.last = called(LAST, &[mapping.email, mapping.first]);
        let taken = [mapping.email, mapping.first, mapping.last];
        if mapping.first.is_none() || mapping.last.is_none() {
            mapping.name = called(NAME, &taken);
        }
        if !header && table.width() == 2 {
            mapping.name = (0..2).find(|n| Some(*n) != mapping.email);
        }
        mapping
    }

    pub fn to_json(self) -> Value {
        json!({"header": self.header, "email": self.email, "name": self.name, "first": self.first, "last": self.last})
    }

    pub fn of_json(value: &Value) -> Mapping {
        let at = |name: &str| value[name].as_u64().map(|n| n as usize);
        Mapping {
            header: value["header"].as_bool().unwrap_or(false),
            email: at("email"),
            name: at("name"),
            first: at("first"),
            last: at("last"),
        }
    }

    /// The names of the columns, as people are asked for them.
    pub fn names(self, table: &Table) -> Vec<String> {
        let called = |n: usize| {
            let name = table.rows[0].get(n).filter(|cell| !cell.is_empty());
            let name = name.filter(|_| self.header).cloned();
            name.unwrap_or_else(|| format!("Column {}", n + 1))
        };
        (0..table.width()).map(called).collect()
    }

    /// The people.
    pub fn people(self, table: &Table) -> Vec<NewRow> {
        let skip = usize::from(self.header);
        table
            .rows
            .iter()
            .skip(skip)
            .map(|r| self.person(r))
            .collect()
    }

    fn person(self, row: &[String]) -> NewRow {
        let cell = |n: Option<usize>| n.and_then(|n| row.get(n)).map_or("", String::as_str);
        let (both, address) = parted(cell(self.email));
        let mut name = cell(self.name).to_owned();
        if name.is_empty() {
            name = format!("{} {}", cell(self.first), cell(self.last));
        }
        let name = match name.trim() {
            "" => both,
            name => name,
        };
        NewRow {
            email: address.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// `Ada Lovelace <ada@x.org>` → (`Ada Lovelace`, `ada@x.org`).
fn parted(cell: &str) -> (&str, &str) {
    let cut = cell.strip_suffix('>').and_then(|c| c.rsplit_once('<'));
    match cut {
        Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
        None => ("", cell.trim_start_matches("mailto:")),
    }
}

/// Rows as a CSV file that a spreadsheet opens as it is meant: what would be taken for a formula is made a text.
pub(in crate::desk) fn to_csv<'r>(rows: impl Iterator<Item = Vec<String>> + 'r) -> Vec<u8> {
    // The mark that tells a spreadsheet that this is UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        let row = row.iter().map(|cell| defused(cell));
        // Into memory: nothing can fail.
        let _ = writer.write_record(row.collect::<Vec<_>>());
    }
    writer.into_inner().unwrap_or_default()
}

fn defused(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(text: &str) -> Vec<(String, String)> {
        let table = Table::read(text).expect("a list");
        let rows = Mapping::guess(&table).people(&table);
        rows.into_iter().map(|row| (row.name, row.email)).collect()
    }

    fn pair(name: &str, email: &str) -> (String, String) {
        (name.to_owned(), email.to_owned())
    }

    #[test]
    fn lists_are_read_as_they_are_meant() {
        let (ada, bob) = (pair("Ada Lovelace", "ada@x.org"), pair("Bob", "bob@y.org"));
        for text in [
            "ada@x.org,Ada Lovelace\nbob@y.org,Bob",
            "Ada Lovelace <ada@x.org>\n\n\"Bob\" <bob@y.org>\n",
            "Ada Lovelace <ada@x.org>; Bob <bob@y.org>",
            "Name;E-Mail\r\nAda Lovelace;ada@x.org\r\nBob;bob@y.org\r\n",
            "\u{feff}E-mail\tNote\tFirst name\tLast name\nada@x.org\t,;\tAda\tLovelace\nbob@y.org\t\tBob\t\n",
            "\"Name\",\"Mail\"\n\"Ada Lovelace\",\"ada@x.org\"\n\"Bob\",\"bob@y.org\"",
        ] {
            assert_eq!(people(text), [ada.clone(), bob.clone()], "{text:?}");
        }
        assert_eq!(people("ada@x.org"), [pair("", "ada@x.org")]);
        assert_eq!(people("ada@x.org, bob@y.org").len(), 2);
        assert_eq!(people("Name,Mail\nAda,none"), [pair("Ada", "none")]);
        assert_eq!(
            people("Name,City\n\"Lovelace, Ada\",x@y.org"),
            [pair("Lovelace, Ada", "x@y.org")]
        );
    }

    #[test]
    fn nobody_and_too_many_are_said() {
        assert!(Table::read(" \n;;\n").is_err());
        let many = |n: usize| (0..n).map(|n| format!("p{n}@x.org\n")).collect::<String>();
        assert!(Table::read(&many(MOST)).is_ok());
        assert!(Table::read(&many(MOST + 2)).is_err());
    }

    #[test]
    fn a_files_letters_are_found_out() {
        let utf16: Vec<u8> = "\u{feff}Jörg"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            "Jörg".as_bytes(),
            b"J\xf6rg",
            "\u{feff}Jörg".as_bytes(),
            &utf16,
        ] {
            assert_eq!(
                letters(bytes).unwrap().trim_start_matches('\u{feff}'),
                "Jörg"
            );
        }
        assert!(letters(b"PK\x03\x04\x00\x00").is_err());
    }

    #[test]
    fn what_looks_like_a_formula_is_written_as_text() {
        let rows = [vec!["=1+1".to_owned(), "a,b".to_owned(), "@x".to_owned()]];
        let text = String::from_utf8(to_csv(rows.into_iter())).unwrap();
        assert_eq!(text, "\u{feff}'=1+1,\"a,b\",'@x\n");
    }

    #[test]
    fn a_mapping_survives_being_kept() {
        let mapping = Mapping {
            header: true,
            email: Some(2),
            last: Some(0),
            ..Mapping::default()
        };
        assert_eq!(Mapping::of_json(&mapping.to_json()), mapping);
    }
}
