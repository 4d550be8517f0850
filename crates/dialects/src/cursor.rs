//! Opaque cursors of lists: a side and a number, as base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hiring::candidate::Side;

/// The cursor for `side`.
pub fn write(side: Side) -> String {
    let text = match side {
        Side::After(id) => format!("a{id}"),
        Side::Before(id) => format!("b{id}"),
    };
    URL_SAFE_NO_PAD.encode(text)
}

/// The side that a cursor names; `None` when it is no cursor of ours.
pub fn read(cursor: &str) -> Option<Side> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor.trim_end_matches('=')).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let number = |t: &str| t.parse::<i64>().ok().filter(|n| *n >= 0);
    match text.split_at_checked(1)? {
        ("a", id) => number(id).map(Side::After),
        ("b", id) => number(id).map(Side::Before),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(id in 0i64.., before: bool) {
            let side = if before { Side::Before(id) } else { Side::After(id) };
            prop_assert_eq!(read(&write(side)), Some(side));
        }

        #[test]
        fn anything_else_is_no_cursor(text in ".{0,40}") {
            if let Some(side) = read(&text) {
                let again = read(&write(side));
                prop_assert_eq!(again, Some(side));
            }
        }
    }
}
