//! One JSON value in the many ways of writing it down: order of members, white space, escapes, numbers.

use serde_json::Value;

use super::dice::Dice;

/// `value` as JSON text, spelled as the dice fall.
pub fn spelled(value: &Value, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let style = Style {
        blanks: dice.pick(&[0, 0, 10, 60]),
        escapes: dice.pick(&[0, 0, 5, 50]),
    };
    let mut out = String::new();
    let mut spelling = Spelling {
        dice,
        style,
        out: &mut out,
    };
    spelling.value(value);
    spelling.blank();
    out
}

/// How many of a hundred places have a blank, of a hundred characters an escape.
struct Style {
    blanks: usize,
    escapes: usize,
}

struct Spelling<'o> {
    dice: Dice,
    style: Style,
    out: &'o mut String,
}

impl Spelling<'_> {
    fn blank(&mut self) {
        while self.dice.chance(self.style.blanks) {
            self.out
                .push_str(self.dice.pick(&[" ", "\n", "\t", "\r\n", "    "]));
        }
    }

    fn value(&mut self, value: &Value) {
        self.blank();
        match value {
            Value::Null | Value::Bool(_) => self.out.push_str(&value.to_string()),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.value(item);
                    self.blank();
                }
                self.blank();
                self.out.push(']');
            }
            Value::Object(members) => self.object(members),
        }
    }

    fn object(&mut self, members: &serde_json::Map<String, Value>) {
        let mut order: Vec<(&String, &Value)> = members.iter().collect();
        for at in (1..order.len()).rev() {
            order.swap(at, self.dice.below(at + 1));
        }
        self.out.push('{');
        for (index, (key, member)) in order.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.blank();
            self.text(key);
            self.blank();
            self.out.push(':');
            self.value(member);
            self.blank();
        }
        self.blank();
        self.out.push('}');
    }

    /// A whole number has one spelling where one is asked for; any other may be written with an exponent or zeros.
    fn number(&mut self, number: &serde_json::Number) {
        let text = number.to_string();
        let plain = number.is_i64() || number.is_u64() || text.contains(['e', 'E']);
        let text = match self.dice.below(4) {
            0 if !plain => format!("{text}000"),
            1 if !plain => format!("{text}e0"),
            2 if !plain => format!("{text}E+00"),
            _ => text,
        };
        self.out.push_str(&text);
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            self.character(c);
        }
        self.out.push('"');
    }

    fn character(&mut self, c: char) {
        if self.dice.chance(self.style.escapes) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let hex = match self.dice.chance(50) {
                    true => format!("\\u{unit:04x}"),
                    false => format!("\\u{unit:04X}"),
                };
                self.out.push_str(&hex);
            }
            return;
        }
        match c {
            '"' => self.out.push_str("\\\""),
            '\\' => self.out.push_str("\\\\"),
            '/' if self.dice.chance(self.style.escapes) => self.out.push_str("\\/"),
            '\n' => self.out.push_str("\\n"),
            '\t' => self.out.push_str("\\t"),
            '\r' => self.out.push_str("\\r"),
            c if (c as u32) < 0x20 => self.out.push_str(&format!("\\u{:04x}", c as u32)),
            c => self.out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_spelling_says_the_same() {
        let value = json!({"a": [1, 0.1, 1e-7, null, true, "é\"\\/\n🙂\u{1}"], "b/~": {"": " "}});
        let texts: std::collections::BTreeSet<String> =
            (0..200).map(|seed| spelled(&value, seed)).collect();
        assert!(texts.len() > 100);
        for text in texts {
            let read: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(read, value, "{text}");
        }
    }
}
