//! One pass over the caller's text: is it JSON, and where do the slots lie?
//!
//! The scanner keeps its own stack of open containers, so no body can exhaust the thread's, and it
//! copies nothing but keys that hold escapes. It checks the whole grammar, inside of slots too,
//! because nobody else reads them. Duplicate keys and the size of numbers are left to `strict.rs`.
//! The words are read by `lex.rs`.
//!
//! An equal-opportunity answer is known either by its own key, and then everything inside is
//! passed over, or by a sibling (`{"value": "…", "label": "Gender"}`), which may come later: so an
//! object's answers are noted and decided upon when it closes. An outer slot swallows inner ones.

use std::borrow::Cow;
use std::ops::Range;

use hiring::problem::{Flaw, FlawCode};
use hiring::slot::SlotKind;

use super::lex::{Fault, Lexer, Text};
use super::words::{self, Role};
use super::{MAX_DEPTH, MAX_SLOTS, MAX_VALUES, Slot, Step, push_steps};

/// The slots of `text`, in order, none within another. `delicate`: pointers of answers that their names do not tell, or of
/// the objects around them.
pub(super) fn scan(
    text: &str,
    is_file: fn(&[Step]) -> bool,
    delicate: &[String],
) -> Result<Vec<Slot>, Flaw> {
    let mut scan = Scan {
        lex: Lexer::new(text),
        frames: Vec::with_capacity(8),
        slots: Vec::new(),
        cut: None,
        values: 0,
        is_file,
        delicate,
    };
    scan.document()?;
    for (n, slot) in (0..).zip(&mut scan.slots) {
        slot.n = n;
    }
    Ok(scan.slots)
}

struct Scan<'a> {
    lex: Lexer<'a>,
    /// The open containers, outermost first.
    frames: Vec<Frame<'a>>,
    /// Found so far, by place; numbered at the end.
    slots: Vec<Slot>,
    /// Within an equal-opportunity answer: the number of containers around it.
    cut: Option<usize>,
    values: usize,
    is_file: fn(&[Step]) -> bool,
    delicate: &'a [String],
}

/// An open container.
struct Frame<'a> {
    start: usize,
    object: bool,
    at: At<'a>,
    /// Of the present member.
    role: Role,
    /// A sibling names an equal-opportunity question.
    labelled: bool,
    /// The members that would answer it.
    answers: Vec<Answer<'a>>,
    /// How many slots had been found before this container.
    slots_before: usize,
}

/// Where in a container the scanner is.
enum At<'a> {
    Start,
    Name,
    Key(Cow<'a, str>),
    Index(usize),
}

struct Answer<'a> {
    key: Cow<'a, str>,
    span: Range<usize>,
}

/// What kind of value ended.
enum Ended<'a> {
    Null,
    Text(Text<'a>),
    Other,
}

impl<'a> Frame<'a> {
    fn step(&self) -> Option<Step<'_>> {
        match &self.at {
            At::Start | At::Name => None,
            At::Key(key) => Some(Step::Key(key)),
            At::Index(index) => Some(Step::Index(*index)),
        }
    }
}

impl<'a> Scan<'a> {
    fn document(&mut self) -> Result<(), Flaw> {
        self.begin_value()?;
        while !self.frames.is_empty() {
            self.go_on()?;
        }
        self.lex.space();
        match self.lex.peek() {
            None => Ok(()),
            Some(_) => Err(self.not_json()),
        }
    }

    /// Reads a simple value, or enters a container.
    fn begin_value(&mut self) -> Result<(), Flaw> {
        self.lex.space();
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self.flaw(
                FlawCode::TooLong,
                format!("The body holds more than {MAX_VALUES} values."),
            ));
        }
        let start = self.lex.pos();
        let next = self.lex.peek();
        let delicate = self.cut.is_none() && self.is_delicate_here();
        let eeo = self
            .frames
            .last()
            .is_some_and(|frame| frame.role == Role::Eeo);
        let eeo = eeo || delicate && next != Some(b'{');
        if eeo && self.cut.is_none() && next != Some(b'n') {
            self.cut = Some(self.frames.len());
        }
        let ended = match next {
            Some(b'{' | b'[') => return self.open(start, delicate),
            Some(b'"') => self.lex.string().map(Ended::Text),
            Some(b'-' | b'0'..=b'9') => self.lex.number().map(|()| Ended::Other),
            Some(b't') => self.lex.literal("true").map(|()| Ended::Other),
            Some(b'f') => self.lex.literal("false").map(|()| Ended::Other),
            Some(b'n') => self.lex.literal("null").map(|()| Ended::Null),
            _ => Err(Fault::Syntax),
        };
        let ended = ended.map_err(|fault| self.fault(fault))?;
        self.end_value(start, ended)
    }

    fn open(&mut self, start: usize, labelled: bool) -> Result<(), Flaw> {
        if self.frames.len() == MAX_DEPTH {
            return Err(self.flaw(
                FlawCode::TooDeep,
                format!("More than {MAX_DEPTH} levels of nesting."),
            ));
        }
        let object = self.lex.take(b'{');
        if !object {
            self.lex.take(b'[');
        }
        self.frames.push(Frame {
            start,
            object,
            at: At::Start,
            role: Role::Plain,
            labelled,
            answers: Vec::new(),
            slots_before: self.slots.len(),
        });
        Ok(())
    }

    /// Within the innermost container: goes to the next value, or closes it.
    fn go_on(&mut self) -> Result<(), Flaw> {
        self.lex.space();
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        if self.lex.take(if frame.object { b'}' } else { b']' }) {
            return self.close();
        }
        let first = matches!(frame.at, At::Start);
        if !first && !self.lex.take(b',') {
            return Err(self.not_json());
        }
        if frame.object {
            self.name()?;
        } else {
            frame.at = At::Index(if let At::Index(index) = frame.at {
                index + 1
            } else {
                0
            });
        }
        self.begin_value()
    }

    /// Reads a member's name and the colon after it.
    fn name(&mut self) -> Result<(), Flaw> {
        let cut = self.cut.is_some();
        if let Some(frame) = self.frames.last_mut() {
            // A fault in the name is a fault of the object.
            frame.at = At::Name;
        }
        self.lex.space();
        let key = self
            .lex
            .string()
            .map_err(|fault| self.fault(fault))?
            .meant();
        self.lex.space();
        if !self.lex.take(b':') {
            return Err(self.not_json());
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.role = if cut { Role::Plain } else { words::role(&key) };
            frame.at = At::Key(key);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Flaw> {
        let Some(mut frame) = self.frames.pop() else {
            return Ok(());
        };
        if frame.labelled && !frame.answers.is_empty() {
            self.cut_answers(&mut frame)?;
        }
        self.end_value(frame.start, Ended::Other)
    }

    fn end_value(&mut self, start: usize, ended: Ended<'a>) -> Result<(), Flaw> {
        let span = start..self.lex.pos();
        match self.cut {
            Some(around) if around == self.frames.len() => {
                self.cut = None;
                self.push_slot(SlotKind::Eeo, span, None)
            }
            Some(_) => Ok(()),
            None => self.note(span, ended),
        }
    }

    /// Decides what a value outside of slots is, or may turn out to be.
    fn note(&mut self, span: Range<usize>, ended: Ended<'a>) -> Result<(), Flaw> {
        if let Some(frame) = self.frames.last_mut() {
            match (frame.role, &ended) {
                (Role::Label, Ended::Text(text)) => {
                    frame.labelled |= words::is_eeo_name(&text.meant())
                }
                (Role::Answer, Ended::Text(_) | Ended::Other) => {
                    if frame.answers.len() == MAX_SLOTS {
                        return Err(self.too_many());
                    }
                    if let At::Key(key) = &frame.at {
                        frame.answers.push(Answer {
                            key: key.clone(),
                            span: span.clone(),
                        });
                    }
                }
                _ => {}
            }
        }
        match ended {
            Ended::Text(_) if self.is_file_here() => self.push_slot(SlotKind::File, span, None),
            _ => Ok(()),
        }
    }

    /// Makes the answers of a closed object slots, in place of what was found within them.
    fn cut_answers(&mut self, frame: &mut Frame<'a>) -> Result<(), Flaw> {
        let answers = std::mem::take(&mut frame.answers);
        let inside = |slot: &Slot| {
            let next = answers.partition_point(|answer| answer.span.end <= slot.span.start);
            answers
                .get(next)
                .is_some_and(|answer| answer.span.start <= slot.span.start)
        };
        let within = self.slots.split_off(frame.slots_before);
        self.slots
            .extend(within.into_iter().filter(|slot| !inside(slot)));
        for answer in &answers {
            self.push_slot(SlotKind::Eeo, answer.span.clone(), Some(&answer.key))?;
        }
        self.slots[frame.slots_before..].sort_by_key(|slot| slot.span.start);
        Ok(())
    }

    /// Adds a slot for the present value, or for the member `key` of it.
    fn push_slot(
        &mut self,
        kind: SlotKind,
        span: Range<usize>,
        key: Option<&str>,
    ) -> Result<(), Flaw> {
        if self.slots.len() == MAX_SLOTS {
            return Err(self.too_many());
        }
        let steps = self
            .frames
            .iter()
            .filter_map(Frame::step)
            .chain(key.map(Step::Key));
        let (pointer, complete) = push_steps(String::new(), steps);
        if !complete {
            return Err(Flaw::new(
                pointer,
                FlawCode::TooLong,
                "The names of the members around a value are too long.",
            ));
        }
        self.slots.push(Slot {
            n: 0,
            kind,
            pointer,
            span,
        });
        Ok(())
    }

    fn is_delicate_here(&self) -> bool {
        if self.delicate.is_empty() {
            return false;
        }
        let (pointer, _) = push_steps(String::new(), self.frames.iter().filter_map(Frame::step));
        self.delicate.contains(&pointer)
    }

    fn is_file_here(&self) -> bool {
        const NEAR: usize = 8;
        let steps = self.frames.iter().filter_map(Frame::step);
        let depth = self.frames.len();
        if depth > NEAR {
            return (self.is_file)(&steps.collect::<Vec<_>>());
        }
        // Asked for every string: no allocation in the usual case.
        let mut near = [Step::Index(0); NEAR];
        near.iter_mut().zip(steps).for_each(|(to, step)| *to = step);
        (self.is_file)(&near[..depth])
    }

    fn fault(&self, fault: Fault) -> Flaw {
        match fault {
            Fault::Syntax => self.not_json(),
            Fault::Nul => self.flaw(
                FlawCode::NulCharacter,
                "The character U+0000 is not accepted.".into(),
            ),
            Fault::Surrogate => self.flaw(
                FlawCode::Malformed,
                "A string holds half a surrogate pair, which is no character.".into(),
            ),
        }
    }

    /// The text as a whole is wrong, so no member is to blame.
    fn not_json(&self) -> Flaw {
        let detail = match self.lex.peek() {
            None => "The body is not complete JSON: it ends too early.".into(),
            Some(_) => format!("The body is not JSON (near byte {}).", self.lex.pos()),
        };
        Flaw::new("", FlawCode::Malformed, detail)
    }

    fn too_many(&self) -> Flaw {
        let detail =
            format!("The body holds more than {MAX_SLOTS} files and equal-opportunity answers.");
        self.flaw(FlawCode::TooLong, detail)
    }

    /// A fault at the present value.
    fn flaw(&self, code: FlawCode, detail: String) -> Flaw {
        let (pointer, _) = push_steps(String::new(), self.frames.iter().filter_map(Frame::step));
        Flaw::new(pointer, code, detail)
    }
}
