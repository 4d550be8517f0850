//! `--rehearsal`: carrying in a hurry, for whoever tries it out against stand-ins (docs/fakes.md). Hidden, since nobody
//! wants it towards a real system: there the waits are what keeps one welcome.

use std::time::Duration;

use courier::carry;

/// See the head of this file. As made by `default`, nothing is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rehearsal {
    /// Waits between tries, and rests of a destination that fails, are divided by this.
    pub hurry: u32,
    /// How long a request may take; a claim holds three times as long.
    pub answer: Option<Duration>,
    /// Far sides take so many times as many requests as their vendors document.
    pub limits: u32,
}

impl Default for Rehearsal {
    fn default() -> Rehearsal {
        Rehearsal {
            hurry: 1,
            answer: None,
            limits: 1,
        }
    }
}

impl Rehearsal {
    /// From `hurry=60,answer=5,limits=20`; what is left out is as usual.
    ///
    /// # Errors
    /// Which part is wrong, and what is right.
    pub fn parse(line: &str) -> Result<Rehearsal, String> {
        let mut rehearsal = Rehearsal::default();
        for part in line.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let wrong = || {
                format!(
                    "{part}: say hurry=NUMBER, answer=SECONDS or limits=NUMBER, each from 1 to 10000"
                )
            };
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            let number: u32 = value.parse().map_err(|_| wrong())?;
            if !(1..=10_000).contains(&number) {
                return Err(wrong());
            }
            match name {
                "hurry" => rehearsal.hurry = number,
                "answer" => rehearsal.answer = Some(Duration::from_secs(number.into())),
                "limits" => rehearsal.limits = number,
                _ => return Err(wrong()),
            }
        }
        Ok(rehearsal)
    }

    /// The usual limits, in a hurry.
    pub fn limits(self) -> carry::Limits {
        let mut limits = carry::Limits::default();
        let circuit = &mut limits.circuit;
        for rest in [&mut circuit.open, &mut circuit.longest, &mut circuit.probe] {
            *rest /= self.hurry;
        }
        limits.waits.iter_mut().for_each(|wait| *wait /= self.hurry);
        if let Some(answer) = self.answer {
            limits.call.whole = answer;
            limits.call.connect = limits.call.connect.min(answer);
            limits.last = limits.last.min(answer);
            limits.lease = answer * 3;
        }
        limits.times = self.limits;
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_usual() {
        let (usual, said) = (carry::Limits::default(), Rehearsal::default().limits());
        assert_eq!((said.waits, said.circuit), (usual.waits, usual.circuit));
        assert_eq!((said.lease, said.times), (usual.lease, 1));
        assert_eq!(said.call.whole, usual.call.whole);
    }

    #[test]
    fn in_a_hurry_a_claim_still_outlives_a_token_and_a_request() {
        let hasty = Rehearsal::parse("hurry=60, answer=4,limits=20").expect("a line");
        let limits = hasty.limits();
        assert_eq!(limits.waits[1], Duration::from_secs(2));
        assert_eq!(limits.circuit.open, Duration::from_millis(500));
        assert_eq!(limits.times, 20);
        assert!(limits.lease > limits.call.whole * 2, "{:?}", limits.lease);
    }

    #[test]
    fn a_line_that_makes_no_sense_says_what_would() {
        for line in [
            "quick",
            "hurry",
            "hurry=0",
            "answer=-1",
            "limits=x",
            "pace=2",
            "hurry=10001",
        ] {
            let why = Rehearsal::parse(line).expect_err(line);
            assert!(why.contains("hurry=NUMBER"), "{line}: {why}");
        }
    }
}
