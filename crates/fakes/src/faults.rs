//! What goes wrong, and when: by chance with a seed, or by script. How it is done stands in `act.rs`.
//!
//! One line says it, on the command line and over HTTP alike: rules and settings, separated by commas.
//!
//! ```text
//! timeout*2@POST /v3/candidates,mixed:0.1,seed=7
//! ```
//! The next two creates are carried out and never answered; of all other requests every tenth has a fault of some kind.
//! A rule is a kind, `*COUNT` (the next so many) or `:PROBABILITY`, and perhaps `@ROUTE`: a method, the beginning of a path, or
//! both. The first rule that strikes counts.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Refused for its rate, with the vendor's headers.
    TooMany,
    /// 500, nothing done.
    Broken,
    /// 500, done.
    BrokenAfter,
    /// 503, nothing done.
    Away,
    /// 503, done.
    AwayAfter,
    /// Nothing done, never answered.
    TimeoutBefore,
    /// Done, never answered.
    Timeout,
    /// Done, answered in drops.
    Drip,
    /// Done, cut in the middle of the answer.
    Cut,
    /// Connection reset, nothing done.
    Reset,
    /// Done, then reset.
    ResetAfter,
    /// The access token has ended early.
    Expired,
    /// Done, answered with the right status and something that is none of the vendor's answers.
    Malformed,
}

/// Their words, and whether the request is carried out all the same.
const WORDS: &[(&str, Fault, bool)] = &[
    ("429", Fault::TooMany, false),
    ("500", Fault::Broken, false),
    ("500-after", Fault::BrokenAfter, true),
    ("503", Fault::Away, false),
    ("503-after", Fault::AwayAfter, true),
    ("timeout-before", Fault::TimeoutBefore, false),
    ("timeout", Fault::Timeout, true),
    ("drip", Fault::Drip, true),
    ("cut", Fault::Cut, true),
    ("reset", Fault::Reset, false),
    ("reset-after", Fault::ResetAfter, true),
    ("expired", Fault::Expired, false),
    ("malformed", Fault::Malformed, true),
];

impl Fault {
    /// As rules call it.
    pub(crate) fn word(self) -> &'static str {
        let known = WORDS.iter().find(|(_, fault, _)| *fault == self);
        known.map_or("", |(word, _, _)| word)
    }

    /// Whether the request is carried out all the same.
    pub(crate) fn is_after(self) -> bool {
        WORDS
            .iter()
            .any(|(_, fault, after)| *fault == self && *after)
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    /// `None`: `mixed`, each kind as often as the others.
    fault: Option<Fault>,
    when: When,
    route: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum When {
    Next(u32),
    Chance(f64),
}

/// The rules, and what has come of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    rules: Vec<Rule>,
    seed: u64,
    drawn: u64,
    /// Seconds that a `429` by fault asks for.
    retry_after: u64,
    /// How long an answer in drops takes.
    drip: Duration,
    given: BTreeMap<&'static str, u64>,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults::none()
    }
}

impl Faults {
    /// All goes well.
    pub fn none() -> Faults {
        Faults {
            rules: Vec::new(),
            seed: 1,
            drawn: 0,
            retry_after: 1,
            drip: Duration::from_secs(2),
            given: BTreeMap::new(),
        }
    }

    /// From its line; `""` and `none` are no faults.
    ///
    /// # Errors
    /// Which part is wrong, and what is right.
    pub fn parse(line: &str) -> Result<Faults, String> {
        let mut faults = Faults::none();
        for part in line.split(',').map(str::trim) {
            match part.split_once('=') {
                _ if part.is_empty() || part == "none" => {}
                Some((name, value)) if !name.contains('@') => faults.set(name, value)?,
                _ => faults.rules.push(rule(part)?),
            }
        }
        Ok(faults)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number: u64 = value
            .parse()
            .map_err(|_| format!("{name} is a whole number, not {value}"))?;
        match name {
            "seed" => self.seed = number,
            "retry-after" => self.retry_after = number,
            "drip" => self.drip = Duration::from_secs(number),
            _ => return Err(format!("{name} is no setting: seed, retry-after or drip")),
        }
        Ok(())
    }

    /// What goes wrong with the request that comes now. `tokens`: whether there are any that could end.
    pub(crate) fn strike(&mut self, method: &str, path: &str, tokens: bool) -> Option<Fault> {
        let mut struck = None;
        for at in 0..self.rules.len() {
            if !self.rules[at].concerns(method, path) {
                continue;
            }
            let strikes = match &mut self.rules[at].when {
                When::Next(0) => false,
                When::Next(left) => {
                    *left -= 1;
                    true
                }
                When::Chance(chance) => {
                    let chance = *chance;
                    self.draw() < chance
                }
            };
            if strikes {
                let one = self.rules[at].fault;
                struck = Some(one.unwrap_or_else(|| self.any(tokens)));
                break;
            }
        }
        if let Some(fault) = struck {
            *self.given.entry(fault.word()).or_default() += 1;
        }
        struck
    }

    fn any(&mut self, tokens: bool) -> Fault {
        let kinds = WORDS.iter().map(|(_, fault, _)| *fault);
        let kinds: Vec<Fault> = kinds.filter(|f| tokens || *f != Fault::Expired).collect();
        kinds[(self.draw() * kinds.len() as f64) as usize]
    }

    /// From 0 up to 1, the same row of numbers for the same seed (SplitMix64).
    fn draw(&mut self) -> f64 {
        self.drawn += 1;
        let step = self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed.wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Seconds that a `429` by fault asks for.
    pub(crate) fn retry_after(&self) -> u64 {
        self.retry_after
    }

    /// How long an answer in drops takes.
    pub(crate) fn drip(&self) -> Duration {
        self.drip
    }

    /// How often each kind struck.
    pub(crate) fn given(&self) -> &BTreeMap<&'static str, u64> {
        &self.given
    }

    /// Takes new rules and keeps the count of what struck.
    pub(crate) fn replace(&mut self, by: Faults) {
        let given = std::mem::take(&mut self.given);
        *self = Faults { given, ..by };
    }
}

impl Rule {
    fn concerns(&self, method: &str, path: &str) -> bool {
        let Some(route) = &self.route else {
            return true;
        };
        match route.split_once(' ') {
            Some((m, p)) => m == method && path.starts_with(p),
            None if route.starts_with('/') => path.starts_with(route.as_str()),
            None => route == method,
        }
    }
}

fn rule(part: &str) -> Result<Rule, String> {
    let (what, route) = match part.split_once('@') {
        Some((what, route)) => (what, Some(route.trim().to_owned())),
        None => (part, None),
    };
    let (word, when) = if let Some((word, count)) = what.split_once('*') {
        let count = count.parse();
        let count = count.map_err(|_| format!("{part}: after * stands how many"))?;
        (word, When::Next(count))
    } else if let Some((word, chance)) = what.split_once(':') {
        let chance: f64 = chance.parse().unwrap_or(f64::NAN);
        if !(0.0..=1.0).contains(&chance) {
            return Err(format!("{part}: after : stands a probability from 0 to 1"));
        }
        (word, When::Chance(chance))
    } else {
        (what, When::Chance(1.0))
    };
    let known = WORDS.iter().find(|(known, _, _)| *known == word);
    let fault = match known {
        Some((_, fault, _)) => Some(*fault),
        None if word == "mixed" => None,
        None => {
            let all: Vec<&str> = WORDS.iter().map(|(word, _, _)| *word).collect();
            return Err(format!("{word} is no fault: {}, mixed", all.join(", ")));
        }
    };
    Ok(Rule { fault, when, route })
}

/// The line that gives the same rules as they stand now.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rule in &self.rules {
            write!(f, "{}", rule.fault.map_or("mixed", Fault::word))?;
            match rule.when {
                When::Next(count) => write!(f, "*{count}")?,
                When::Chance(chance) => write!(f, ":{chance}")?,
            }
            if let Some(route) = &rule.route {
                write!(f, "@{route}")?;
            }
            write!(f, ",")?;
        }
        let (seed, retry, drip) = (self.seed, self.retry_after, self.drip.as_secs());
        write!(f, "seed={seed},retry-after={retry},drip={drip}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(faults: &mut Faults, count: usize, method: &str, path: &str) -> Vec<&'static str> {
        let all = (0..count).map(|_| faults.strike(method, path, true));
        all.map(|f| f.map_or("", Fault::word)).collect()
    }

    #[test]
    fn a_script_strikes_its_route_so_often_and_no_more() {
        let mut faults = Faults::parse("timeout*2@POST /v3/candidates, 429*1").unwrap();
        assert_eq!(struck(&mut faults, 1, "GET", "/v3/candidates"), ["429"]);
        let creates = struck(&mut faults, 3, "POST", "/v3/candidates");
        assert_eq!(creates, ["timeout", "timeout", ""]);
        assert_eq!(faults.given().get("timeout"), Some(&2));
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_about_as_many_as_asked_for() {
        let run = |seed| {
            let mut faults = Faults::parse(&format!("mixed:0.1,seed={seed}")).unwrap();
            struck(&mut faults, 10_000, "GET", "/")
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let struck: Vec<_> = run(7).into_iter().filter(|w| !w.is_empty()).collect();
        assert!((800..1200).contains(&struck.len()), "{}", struck.len());
        for (word, _, _) in WORDS {
            assert!(struck.contains(word), "{word} never happened");
        }
    }

    #[test]
    fn a_system_without_tokens_has_none_that_end() {
        let mut faults = Faults::parse("mixed").unwrap();
        let all = (0..1000).filter_map(|_| faults.strike("GET", "/", false));
        assert!(all.into_iter().all(|f| f != Fault::Expired));
    }

    #[test]
    fn a_line_that_makes_no_sense_says_what_would() {
        for (line, says) in [
            ("coffee", "mixed"),
            ("500:2", "probability"),
            ("500*x", "how many"),
            ("seed=x", "whole number"),
            ("colour=1", "retry-after"),
        ] {
            let why = Faults::parse(line).expect_err(line);
            assert!(why.contains(says), "{line}: {why}");
        }
        let line = "cut*3@POST /a,mixed:0.25@GET,seed=7,retry-after=2,drip=1";
        assert_eq!(Faults::parse(line).unwrap().to_string(), line);
        assert_eq!(Faults::parse(" none ").unwrap(), Faults::none());
    }
}
