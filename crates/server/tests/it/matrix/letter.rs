//! Letters: bodies made up from what a dialect says that callers may write (`dialects::written`).
//!
//! A [`Letter`] is a tree with everything drawn but one thing: its number, which goes into every text, so that the same
//! letter can be written again and be another person's. `shrink.rs` takes letters apart; [`Letter::write`] makes the
//! body, and says which value stands where.

use std::collections::HashMap;

use dialects::body::is_eeo_name;
use dialects::written::{Leaf, Member, Shape};
use serde_json::{Map, Value};

use super::dice::Dice;
use super::house::House;
use super::values;

/// Who writes: a dialect, and which of its bodies.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The dialect.
    pub dialect: &'static str,
    /// Which body, `""` when there is one.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
}

/// Every body that makes a candidate.
pub fn writers() -> Vec<Writer> {
    let of = |d: &&dyn dialects::Dialect| {
        let dialect = d.name();
        let bodies = d.written().into_iter();
        bodies.map(move |written| Writer {
            dialect,
            name: written.name,
            shape: written.shape,
        })
    };
    dialects::DIALECTS.iter().flat_map(of).collect()
}

/// A single value that is still to be made.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The dialect that is spoken.
    pub dialect: &'static str,
    /// Where it stands: a JSON pointer with `#` for any item and the kind of question for the form's names.
    pub pattern: String,
    /// What it is.
    pub leaf: Leaf,
    /// What it is drawn from.
    pub seed: u64,
    /// Its number within the letter; an item that is repeated has the number of the first.
    pub ordinal: usize,
    /// The job that it is about.
    pub job: usize,
    /// The question that it is about.
    pub question: usize,
    /// What is settled by its neighbours: the flag, whether a file is base64, whether a job is ours.
    pub fixed: Option<bool>,
}

/// A part of a letter.
#[derive(Debug, Clone)]
pub enum Node {
    /// Members: number of the cut that takes it off, key, value.
    Object(Vec<(Option<usize>, String, Node)>),
    /// Items: number of the cut, value.
    List(Vec<(usize, Node)>),
    /// A value.
    Leaf(Spec),
    /// Nothing said.
    Null,
    /// A member that no schema knows.
    Unknown(Spec),
}

/// A body, all but its number.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The whole.
    pub root: Node,
    /// From what its spelling is drawn.
    pub spelling: u64,
    /// How many parts can be cut off.
    pub cuts: usize,
}

/// A value of a body that was written.
#[derive(Debug, Clone)]
pub struct Sent {
    /// As [`Spec::pattern`].
    pub pattern: String,
    /// The places in lists on the way.
    pub indexes: Vec<usize>,
    /// What follows the pattern, in an object with the caller's own names.
    pub tail: String,
    /// Where it stands in the body.
    pub pointer: String,
    /// What it is.
    pub leaf: Leaf,
    /// It.
    pub value: Value,
    /// No schema knows it, or nobody uses it.
    pub unknown: bool,
    /// The code in it, by which it can be told from every other value; `""` when there is none.
    pub code: String,
}

/// A body that can be sent.
#[derive(Debug)]
pub struct Posted {
    /// What it says.
    pub body: Value,
    /// Each single value of it but null.
    pub sent: Vec<Sent>,
    /// Which of them are of a field.
    fields: HashMap<String, Vec<usize>>,
}

impl Posted {
    /// The values of a field.
    pub fn of(&self, field: &str) -> impl Iterator<Item = &Sent> {
        let found = self.fields.get(field).into_iter().flatten();
        found.map(|at| &self.sent[*at])
    }
}

/// What a letter should be like.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// With an application for a job of ours, so that dialects that show applications show it.
    pub applied: bool,
    /// As many fields as possible, and none that says nothing.
    pub full: bool,
}

impl Letter {
    /// Draws a letter.
    pub fn draw(writer: &Writer, house: &House, seed: u64, wish: Wish) -> Letter {
        let mut dice = Dice::new(seed);
        let density = match wish.full {
            true => 97,
            false => dice.pick(&[15, 50, 90]),
        };
        let mut drawing = Drawing {
            dialect: writer.dialect,
            house,
            spelling: dice.any(),
            dice,
            wish,
            density,
            cuts: 0,
            ordinal: 0,
        };
        let root = drawing.node(&writer.shape, "", About::default(), true);
        Letter {
            root,
            spelling: drawing.spelling,
            cuts: drawing.cuts,
        }
    }

    /// The body, without the parts that are `off`; texts bear `number`.
    pub fn write(&self, house: &House, number: u64, off: &dyn Fn(usize) -> bool) -> Posted {
        let mut writing = Writing {
            house,
            number,
            off,
            sent: Vec::new(),
        };
        let body = writing.node(&self.root, String::new(), &[]);
        let sent = writing.sent;
        let mut fields: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, sent) in sent.iter().enumerate() {
            fields.entry(sent.pattern.clone()).or_default().push(at);
        }
        Posted { body, sent, fields }
    }
}

/// What the values of an object are about together.
#[derive(Debug, Clone, Copy, Default)]
struct About {
    job: usize,
    question: usize,
    base64: Option<bool>,
    ours: bool,
}

struct Drawing<'h> {
    dialect: &'static str,
    house: &'h House,
    spelling: u64,
    dice: Dice,
    wish: Wish,
    /// How many of a hundred optional members are there.
    density: usize,
    cuts: usize,
    ordinal: usize,
}

impl Drawing<'_> {
    fn node(&mut self, shape: &Shape, at: &str, about: About, required: bool) -> Node {
        match shape {
            Shape::Object { members, open } => self.object(members, *open, at, about),
            Shape::List(items) => self.list(items, at, about, required),
            Shape::Leaf(Leaf::Answers) => self.answers(at, about),
            Shape::Leaf(leaf) => Node::Leaf(self.spec(*leaf, at, about)),
        }
    }

    fn spec(&mut self, leaf: Leaf, at: &str, about: About) -> Spec {
        self.ordinal += 1;
        Spec {
            dialect: self.dialect,
            pattern: at.to_owned(),
            leaf,
            seed: self.dice.any(),
            ordinal: self.ordinal,
            job: about.job,
            question: about.question,
            fixed: match leaf {
                Leaf::AnyJob => Some(about.ours),
                _ => about.base64,
            },
        }
    }

    fn cut(&mut self) -> usize {
        self.cuts += 1;
        self.cuts - 1
    }

    fn list(&mut self, items: &Shape, at: &str, about: About, required: bool) -> Node {
        let forced = required || self.is_applied(at);
        let count = match self.dice.below(20) {
            0 if !forced && !self.wish.full => 0,
            1..11 => 1,
            11..18 => 2,
            _ => 3,
        };
        let mut list = Vec::new();
        for index in 0..count {
            let about = self.about_item(at, index, about);
            let node = self.node(items, &format!("{at}/#"), about, index == 0 && forced);
            // A first item that something depends on stays; no other number is ever cut.
            let cut = if index == 0 && forced {
                usize::MAX
            } else {
                self.cut()
            };
            list.push((cut, node));
        }
        if count > 1 && self.dice.chance(7) {
            let cut = self.cut();
            let again = self.dice.below(list.len());
            list.push((cut, list[again].1.clone()));
        }
        Node::List(list)
    }

    /// Whether this is the list of applications, and one has to be there.
    fn is_applied(&self, at: &str) -> bool {
        self.wish.applied
            && [
                "/applications",
                "/model/applications",
                "/applications/#/jobs",
            ]
            .contains(&at)
    }

    fn about_item(&mut self, at: &str, index: usize, about: About) -> About {
        match at {
            // Most people do not apply for one job twice in one letter; some do.
            "/model/applications" if self.dice.chance(90) => About {
                job: index.min(1),
                ..about
            },
            "/applications" => About {
                job: index.min(1),
                ours: self.wish.applied && index < 2,
                ..about
            },
            "/applications/#/jobs" => About {
                ours: about.ours && index == 0,
                ..about
            },
            _ => about,
        }
    }

    /// An object: which members it has, and what they are about together.
    fn object(&mut self, members: &[Member], open: bool, at: &str, about: About) -> Node {
        let has = |name: &str| members.iter().any(|m| m.name == name);
        let question = match (self.dialect, at) {
            // The name of a file answers no choice.
            ("native", "/files/#") => self.house.file_question(),
            _ => self.dice.below(self.house.questions.len()),
        };
        let about = About {
            question,
            base64: has("isBase64").then(|| self.dice.chance(50)),
            ..about
        };
        let forced = self.forced(at);
        let shut = self.shut(at);
        let mut drawn = Vec::new();
        for member in members {
            let required = member.required || forced.contains(&member.name);
            if !required && (shut.contains(&member.name) || !self.dice.chance(self.density)) {
                continue;
            }
            let below = match member.shape {
                // What becomes of an answer is another thing for each kind of question.
                Shape::Leaf(Leaf::AnswerTo) => {
                    format!(
                        "{at}/{} ({})",
                        member.name, self.house.questions[question].kind
                    )
                }
                _ => format!("{at}/{}", member.name),
            };
            let must = required || (member.name == "isBase64" && about.base64 == Some(true));
            let node = match self.dice.below(25) {
                0 if !must && !self.wish.full => Node::Null,
                _ => self.node(&member.shape, &below, about, required),
            };
            let cut = (!must).then(|| self.cut());
            drawn.push((cut, member.name.to_owned(), node));
        }
        if open && !self.wish.full && self.dice.chance(8) {
            let spec = self.spec(Leaf::Unused, &format!("{at}/?"), about);
            let cut = self.cut();
            drawn.push((
                Some(cut),
                format!("x {}", self.ordinal),
                Node::Unknown(spec),
            ));
        }
        Node::Object(drawn)
    }

    /// Members of which the dialect wants one, whatever its table says of each.
    fn forced(&mut self, at: &str) -> Vec<&'static str> {
        match (self.dialect, at) {
            ("eightfold", "/courseAttendance/#") => vec![self.dice.pick(&["lmsCourseId", "title"])],
            ("eightfold", "") if self.wish.applied => vec!["applications"],
            ("eightfold", "/applications/#") if self.wish.applied => vec!["jobs"],
            ("eightfold", "/applications/#/jobs/#") if self.wish.applied => vec!["atsJobId"],
            ("merge", "/model") if self.wish.applied => vec!["applications"],
            ("native", "") => {
                let mut forced = vec!["external_id"];
                if self.wish.applied {
                    forced.push("job");
                }
                forced
            }
            ("native", "/files/#") => vec![self.dice.pick(&["content", "url"])],
            ("xobin", "/fields/#") => vec![self.dice.pick(&["id", "label"])],
            _ => Vec::new(),
        }
    }

    /// Members that the dialect does not take beside others.
    fn shut(&mut self, at: &str) -> Vec<&'static str> {
        let applied = self.wish.applied;
        match (self.dialect, at) {
            ("native", "") => {
                let mut shut = vec![self.dice.pick(&["name", "full_name"])];
                if !applied {
                    shut.extend(["job", "stage", "answers"]);
                }
                shut
            }
            ("native", "/files/#") => match applied {
                true => vec!["content", "url"],
                false => vec!["content", "url", "field"],
            },
            ("native", "/address") => match self.dice.chance(30) {
                true => vec!["country", "state", "city", "zip", "street"],
                false => vec!["text"],
            },
            // A list of answers within a letter that only asks somebody to apply is passed over: half of them do not.
            ("xobin", "") if self.wish.full => vec!["invite_applicant"],
            _ => Vec::new(),
        }
    }

    /// The form's questions by name; half of them.
    fn answers(&mut self, at: &str, about: About) -> Node {
        let mut members = Vec::new();
        for (index, question) in self.house.questions.iter().enumerate() {
            if !self.dice.chance(self.density) {
                continue;
            }
            let about = About {
                question: index,
                ..about
            };
            let below = format!("{at}/{}", question.kind);
            let spec = self.spec(Leaf::AnswerTo, &below, about);
            let key = match self.dialect {
                "native" => question.kind.to_owned(),
                _ => match self.dice.below(3) {
                    0 => question.label.clone(),
                    // An equal-opportunity question is known by its name (docs/state.md, known limits).
                    1 if question.kind != "gender" => question.ids[about.job].1.to_string(),
                    _ => question.kind.to_owned(),
                },
            };
            let cut = self.cut();
            members.push((Some(cut), key, Node::Leaf(spec)));
        }
        if self.dialect != "native" && !self.wish.full && self.dice.chance(10) {
            let spec = self.spec(Leaf::Unused, &format!("{at}/?"), about);
            let cut = self.cut();
            members.push((
                Some(cut),
                format!("x {}", self.ordinal),
                Node::Unknown(spec),
            ));
        }
        Node::Object(members)
    }
}

struct Writing<'h> {
    house: &'h House,
    number: u64,
    off: &'h dyn Fn(usize) -> bool,
    sent: Vec<Sent>,
}

impl Writing<'_> {
    fn node(&mut self, node: &Node, pointer: String, indexes: &[usize]) -> Value {
        match node {
            Node::Null => Value::Null,
            Node::Object(members) => {
                let mut map = Map::new();
                for (cut, key, node) in members {
                    if cut.is_none_or(|cut| !(self.off)(cut)) {
                        let at = format!("{pointer}/{}", escaped(key));
                        map.insert(key.clone(), self.node(node, at, indexes));
                    }
                }
                Value::Object(map)
            }
            Node::List(items) => {
                let left = items.iter().filter(|(cut, _)| !(self.off)(*cut));
                let left = left.enumerate().map(|(index, (_, node))| {
                    let within = [indexes, &[index]].concat();
                    self.node(node, format!("{pointer}/{index}"), &within)
                });
                left.collect()
            }
            Node::Leaf(spec) => self.leaf(spec, pointer, indexes, spec.leaf == Leaf::Unused),
            Node::Unknown(spec) => self.leaf(spec, pointer, indexes, true),
        }
    }

    fn leaf(&mut self, spec: &Spec, pointer: String, indexes: &[usize], unknown: bool) -> Value {
        let code = format!("k{}v{}w", self.number, spec.ordinal);
        let value = values::value(spec, &code, self.house);
        let sent = Sent {
            pattern: spec.pattern.clone(),
            indexes: indexes.to_vec(),
            tail: String::new(),
            pointer,
            leaf: spec.leaf,
            value: Value::Null,
            unknown,
            code: format!("k{}v{}", self.number, spec.ordinal),
        };
        self.note(&value, sent);
        value
    }

    /// Notes every single value in `value`, which stands at `at`. Equal-opportunity answers in an object of the caller's own
    /// are a field for themselves, since they go another way.
    fn note(&mut self, value: &Value, at: Sent) {
        let below = |step: &str| Sent {
            tail: format!("{}/{step}", at.tail),
            pointer: format!("{}/{step}", at.pointer),
            ..at.clone()
        };
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.note(item, below(&index.to_string()));
                }
            }
            Value::Object(members) => {
                let asks = members.get("question").and_then(Value::as_str);
                let asks = asks.is_some_and(is_eeo_name);
                for (key, member) in members {
                    let mut below = below(&escaped(key));
                    let is_answer = is_eeo_name(key) || (asks && key == "answer");
                    if is_answer && !below.pattern.ends_with(EEO) {
                        below.pattern.push_str(EEO);
                    }
                    self.note(member, below);
                }
            }
            single => {
                let text = single.as_str().map(str::to_lowercase).unwrap_or_default();
                // The codes of what is nested in one value begin alike.
                let code = codes(&text).find(|code| code.starts_with(&at.code));
                self.sent.push(Sent {
                    value: single.clone(),
                    code: code.unwrap_or_default().to_owned(),
                    ..at
                });
            }
        }
    }
}

/// The codes in a text.
pub fn codes(text: &str) -> impl Iterator<Item = &str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    text.match_indices('k').filter_map(move |(at, _)| {
        let number = digits(&text[at + 1..]);
        let rest = &text[at + 1 + number..];
        let ordinal = rest.strip_prefix('v').map(digits)?;
        let nested = rest[1 + ordinal..].strip_prefix('n').map(digits);
        let nested = nested.filter(|n| *n > 0).map_or(0, |n| n + 1);
        (number > 0 && ordinal > 0).then(|| &text[at..at + 2 + number + ordinal + nested])
    })
}

/// What the pattern of an equal-opportunity answer in an object of the caller's own ends with.
pub const EEO: &str = " (equal-opportunity answers)";

/// A key as a step of a JSON pointer.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
