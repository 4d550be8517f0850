//! One delivery, from its claim to its end in this process: step, request, outcome, step.

use std::time::Duration;

use connectors::{
    Answer, Connector, Exchange, Limit, Outcome as Reply, Refusal, Remote, Request, Step,
};
use hiring::delivery::carrying::{self, Claimed, Ended, TRIED_FOR, Why};
use hiring::delivery::exchange::{self, Begun, Outcome};
use hiring::{Result, destination, issue, remote};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::gate::{self, Let, micros, patiently};
use super::pack::{self, Contents};
use super::parcel::{self, Packed, Packing};
use super::{Bag, told};
use crate::backoff;
use crate::call::{self, Missed, Trouble};

/// Requests that one attempt may take: more is a connector that goes in circles.
const MOST_STEPS: usize = 500;
/// So many tokens in a row may be refused before the credentials are no good: others may have ended ours meanwhile.
const MOST_TOKENS: usize = 3;

/// A delivery that is ours to carry.
pub(super) struct Errand {
    bag: Arc<Bag>,
    connector: &'static dyn Connector,
    limit: Limit,
    claimed: Claimed,
    /// How many tokens were refused in a row.
    renewed: usize,
    /// Requests of this attempt that went out.
    replied: usize,
    /// When the destination that this attempt knows was made so, µs.
    known: i64,
    /// Whether a test has asked for something.
    proven: bool,
}

/// What an attempt came to.
enum Came {
    /// The far side has taken everything.
    Delivered {
        remote: Vec<Remote>,
        remarks: Vec<String>,
    },
    /// The far side will not take it, or we cannot even ask.
    Refused(Refusal),
    /// Nobody wants it any more.
    Unwanted(&'static str),
    /// Not now.
    PutOff {
        after: Option<Duration>,
        why: String,
        forget: bool,
        /// The reason of a dead letter, if it does not get better in time.
        reason: &'static str,
    },
    /// Not now, through no fault of the far side.
    Waits,
    /// The claim does not hold any more: somebody else is at it.
    Lost,
}

/// What became of one request.
enum Sent {
    Replied(Exchange),
    /// A token was refused: the same request again, with another.
    Again,
    Ended(Came),
}

impl Errand {
    pub(super) fn new(
        bag: Arc<Bag>,
        connector: &'static dyn Connector,
        limit: Limit,
        claimed: Claimed,
    ) -> Errand {
        Errand {
            bag,
            connector,
            limit,
            claimed,
            renewed: 0,
            replied: 0,
            known: 0,
            proven: false,
        }
    }

    pub(super) async fn run(mut self) {
        let (delivery, attempt) = (self.claimed.id.0, self.claimed.attempt);
        let came = match self.claimed.why {
            Why::Test => self.test().await,
            _ => self.carry().await,
        };
        let settled = match came {
            Ok(came) => self.settle(came).await,
            Err(problem) => Err(problem),
        };
        match settled {
            Ok(word) => tracing::info!(delivery, attempt, came = word, "a delivery was tried"),
            // The lease makes it come again, and what was written down says where it was.
            Err(problem) => tracing::warn!(?problem, delivery, "a delivery was not settled"),
        }
    }

    async fn carry(&mut self) -> Result<Came> {
        let claimed = self.claimed.clone();
        let store = self.bag.app.store.clone();
        self.known = store
            .write(move |tx| {
                exchange::close_interrupted(tx, &claimed)?;
                destination::changed_at(tx, claimed.org, claimed.destination)
            })
            .await?;
        let mut packed = match parcel::pack(&self.bag.app, self.connector, &self.claimed).await {
            Ok(Packing::Done(packed)) => packed,
            Ok(Packing::Settings(why)) => {
                return Ok(Came::Refused(Refusal::new("settings", why)));
            }
            Ok(Packing::Nothing(why)) => return Ok(Came::Unwanted(why)),
            Ok(Packing::Moved) => return Ok(Came::Waits),
            Err(hiring::Problem::NotFound(_)) => return Ok(Came::Unwanted("it is not there")),
            Err(problem) => return Err(problem),
        };
        let mut so_far = self.so_far().await?;
        for _ in 0..MOST_STEPS {
            packed.parcel.now = store.clock().now();
            let request = match self.connector.step(&packed.parcel, &so_far) {
                Step::Send(request) => request,
                step => return Ok(came_of(step)),
            };
            match self.send(&packed, &request).await? {
                Sent::Replied(exchange) => {
                    self.replied += 1;
                    so_far.push(exchange);
                }
                Sent::Again => {}
                Sent::Ended(came) => return Ok(came),
            }
        }
        let why = "it took too many requests";
        Ok(Came::Refused(Refusal::new("unclear", why)))
    }

    /// Tries the credentials: asks for a token where the system wants one, and then for something that changes nothing.
    async fn test(&mut self) -> Result<Came> {
        let packed = match parcel::pack(&self.bag.app, self.connector, &self.claimed).await? {
            Packing::Done(packed) => packed,
            Packing::Settings(why) => return Ok(Came::Refused(Refusal::new("settings", why))),
            Packing::Nothing(why) => return Ok(Came::Unwanted(why)),
            Packing::Moved => return Ok(Came::Waits),
        };
        let fine = |said: &str| Came::Delivered {
            remote: Vec::new(),
            remarks: vec![said.to_owned()],
        };
        let wants = self.connector.ask_for_ticket(&packed.parcel).is_some();
        if wants && let Err(came) = self.ticket(&packed).await? {
            // Somebody waits for what it comes to.
            return Ok(match came {
                Came::PutOff { why, reason, .. } => Came::Refused(Refusal::new(reason, why)),
                came => came,
            });
        }
        let mut so_far = Vec::new();
        // A look-up, or the second of two; what makes something is not tried.
        for _ in 0..4 {
            let request = match self.connector.step(&packed.parcel, &so_far) {
                Step::Send(request) if !request.makes => request,
                Step::Refused(refusal) if is_ours(&refusal) => {
                    return Ok(Came::Refused(refusal));
                }
                Step::Retry {
                    why, after: None, ..
                } if so_far.is_empty() => {
                    return Ok(Came::Refused(Refusal::new("unclear", why)));
                }
                Step::Retry { why, .. } => {
                    return Ok(Came::Refused(Refusal::new("unreachable", why)));
                }
                _ => break,
            };
            match self.send(&packed, &request).await? {
                Sent::Replied(exchange) => so_far.push(exchange),
                Sent::Again => {}
                Sent::Ended(Came::PutOff { why, reason, .. }) => {
                    return Ok(Came::Refused(Refusal::new(reason, why)));
                }
                Sent::Ended(came) => return Ok(came),
            }
        }
        self.proven = !so_far.is_empty() || wants;
        Ok(match (so_far.is_empty(), wants) {
            (false, _) => fine("it knows us and answers"),
            (true, true) => fine("it gave us an access token"),
            (true, false) => {
                fine("nothing was asked: this system can be tried with a candidate only")
            }
        })
    }

    async fn so_far(&self) -> Result<Vec<Exchange>> {
        let (org, id) = (self.claimed.org, self.claimed.id);
        let store = &self.bag.app.store;
        let all = store
            .read(move |r| exchange::that_count(r, org, id))
            .await?;
        let said = all.into_iter().filter_map(|one| {
            Some(Exchange {
                at: one.ended_at.unwrap_or(one.began_at),
                name: one.name,
                outcome: reply(one.outcome?),
            })
        });
        Ok(said.collect())
    }

    /// Sends a request within its destination's limits, and writes down what came of it.
    async fn send(&mut self, packed: &Packed, request: &Request) -> Result<Sent> {
        let ticket = match pack::wants_ticket(request) {
            false => None,
            true => match self.ticket(packed).await? {
                Ok(token) => Some(token),
                Err(came) => return Ok(Sent::Ended(came)),
            },
        };
        let app = &self.bag.app;
        let contents = pack::contents(app, self.claimed.org, request, &packed.contents).await?;
        let n = match self.let_out(request).await? {
            Ok(n) => n,
            Err(came) => return Ok(Sent::Ended(came)),
        };
        let mut secrets = packed.secrets.clone();
        secrets.extend(pack::secrets_of(request));
        secrets.extend(ticket.clone());
        let called = self
            .call(request, ticket.as_deref(), &contents, &secrets)
            .await;
        let refused = matches!(&called, Ok(Outcome::Answered { status: 401, .. }));
        let again = refused && ticket.is_some() && self.renewed < MOST_TOKENS;
        let (outcome, trouble) = match called {
            Ok(outcome) => (outcome, None),
            Err(trouble) => (Outcome::NotSent(trouble.to_string()), Some(trouble)),
        };
        self.conclude(n, outcome.clone(), again).await?;
        if let Some(trouble) = trouble {
            return Ok(Sent::Ended(not_sent(trouble)));
        }
        if again {
            self.renewed += 1;
            self.bag
                .tickets
                .forget(self.claimed.destination, ticket.as_deref().unwrap_or(""));
            return Ok(Sent::Again);
        }
        self.renewed = 0;
        Ok(Sent::Replied(Exchange {
            name: request.name.clone(),
            outcome: reply(outcome),
            at: app.store.clock().now(),
        }))
    }

    /// Writes down that the request goes out and waits until it may: its number, or what the attempt comes to.
    async fn let_out(&self, request: &Request) -> Result<std::result::Result<i64, Came>> {
        let store = &self.bag.app.store;
        if *self.bag.stop.borrow() {
            return Ok(Err(Came::Waits));
        }
        let begun = Begun {
            name: request.name.clone(),
            method: pack::word(request.method),
            address: pack::address(&request.url),
        };
        let (claimed, limit) = (self.claimed.clone(), self.limit);
        let out = store.write(move |tx| gate::begin(tx, &claimed, &begun, &limit));
        Ok(match out.await? {
            Let::Out { n, at } => {
                let wait = at - store.clock().now();
                if let Ok(wait @ 1..) = u64::try_from(wait) {
                    tokio::time::sleep(Duration::from_micros(wait)).await;
                }
                Ok(n)
            }
            Let::Later => Err(Came::Waits),
            Let::Lost => Err(Came::Lost),
        })
    }

    /// What came of the call itself; an error: nothing of it was sent.
    async fn call(
        &self,
        request: &Request,
        ticket: Option<&str>,
        contents: &Contents,
        secrets: &[String],
    ) -> std::result::Result<Outcome, Trouble> {
        let call = pack::call(request, ticket, contents);
        let mut stop = self.bag.stop.clone();
        let last = self.bag.limits.last;
        let stopped = async {
            told(&mut stop).await;
            tokio::time::sleep(last).await;
        };
        let answered = tokio::select! {
            answered = self.bag.client.call(call) => answered,
            () = stopped => return Ok(Outcome::Unanswered("we were told to stop".to_owned())),
        };
        match answered {
            Ok(answer) if !answer.is_whole => {
                Ok(Outcome::Unanswered("the answer was too large".to_owned()))
            }
            Ok(answer) => Ok(written(&answer, secrets)),
            Err(Missed::Unanswered(trouble)) => Ok(Outcome::Unanswered(trouble.to_string())),
            Err(Missed::NotSent(trouble)) => Err(trouble),
        }
    }

    async fn conclude(&self, n: i64, outcome: Outcome, aside: bool) -> Result<()> {
        let (claimed, rules, limit) = (self.claimed.clone(), self.bag.limits.circuit, self.limit);
        patiently(&self.bag.app.store, move |tx| {
            gate::conclude(tx, &claimed, n, (&outcome, aside), (&rules, &limit))
        })
        .await
    }

    /// A token: one that is held, or a new one.
    async fn ticket(&self, packed: &Packed) -> Result<std::result::Result<String, Came>> {
        let to = self.claimed.destination;
        let settings = digest(packed);
        if let Some(token) = self.bag.tickets.get(to, settings) {
            return Ok(Ok(token));
        }
        let Some(request) = self.connector.ask_for_ticket(&packed.parcel) else {
            let why = "this system gives no tokens";
            return Ok(Err(Came::Refused(Refusal::new("credentials", why))));
        };
        let call = pack::call(&request, None, &Contents::new());
        let answer = match self.bag.client.call(call).await {
            Ok(answer) => answer,
            Err(missed) => {
                let why = format!("no access token: {}", missed.trouble());
                return Ok(Err(match not_sent(missed.trouble()) {
                    Came::PutOff { .. } => self.no_token(why).await?,
                    came => came,
                }));
            }
        };
        let read = Answer {
            status: answer.status,
            headers: answer.headers,
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        };
        match self.connector.read_ticket(&read) {
            Ok(ticket) => {
                self.bag.tickets.put(to, settings, &ticket);
                Ok(Ok(ticket.token))
            }
            Err(step) => Ok(Err(match came_of(step) {
                Came::PutOff { why, .. } => {
                    self.no_token(format!("no access token: {why}")).await?
                }
                came => came,
            })),
        }
    }

    /// There is no token now: that counts as a failure of the destination.
    async fn no_token(&self, why: String) -> Result<Came> {
        let (claimed, rules, words) = (self.claimed.clone(), self.bag.limits.circuit, why.clone());
        let store = &self.bag.app.store;
        store
            .write(move |tx| gate::failed(tx, &claimed, &words, &rules))
            .await?;
        Ok(Came::PutOff {
            after: None,
            why,
            // The exchange before it has nothing to do with the token.
            forget: false,
            reason: "unreachable",
        })
    }

    /// How often in a row it has been put off, this time included. An attempt that got further begins anew: the far side is
    /// there, and what failed is the next thing.
    fn in_a_row(&self, forget: bool) -> i64 {
        match self.replied > usize::from(forget) {
            true => 1,
            false => self.claimed.put_off + 1,
        }
    }

    async fn settle(&self, came: Came) -> Result<&'static str> {
        let (claimed, limits) = (self.claimed.clone(), self.bag.limits.clone());
        let chance = backoff::chance();
        let store = &self.bag.app.store;
        Ok(match came {
            Came::Delivered {
                remote,
                mut remarks,
            } => {
                remarks.iter_mut().for_each(|r| *r = r.replace('\n', " "));
                let ended = Ended::Arrived {
                    remote: remote.into_iter().map(kept).collect(),
                    remarks,
                };
                // A test that could not ask anything proves nothing.
                let proven = claimed.why != Why::Test || self.proven;
                patiently(store, move |tx| {
                    carrying::end(tx, &claimed, &ended)?;
                    match proven {
                        true => gate::well(tx, &claimed),
                        false => Ok(()),
                    }
                })
                .await?;
                "arrived"
            }
            Came::Refused(refusal) => {
                let (rules, known) = (limits.circuit, self.known);
                patiently(store, move |tx| {
                    refuse(tx, &claimed, &refusal, (&rules, known))
                })
                .await?
            }
            Came::Unwanted(why) => {
                let ended = Ended::Canceled(why.to_owned());
                patiently(store, move |tx| carrying::end(tx, &claimed, &ended)).await?;
                "not wanted"
            }
            Came::PutOff {
                after,
                why,
                forget,
                reason,
            } => {
                let in_a_row = self.in_a_row(forget);
                let put_off = PutOff {
                    in_a_row,
                    wait: micros(wait(&limits.waits, in_a_row, after, chance)),
                    why,
                    forget,
                    reason,
                };
                patiently(store, move |tx| put_off.settle(tx, &claimed)).await?;
                "put off"
            }
            Came::Waits => {
                patiently(store, move |tx| carrying::put_back(tx, &claimed)).await?;
                "put back"
            }
            Came::Lost => "not ours any more",
        })
    }
}

/// See [`Came::PutOff`].
#[derive(Clone)]
struct PutOff {
    in_a_row: i64,
    wait: i64,
    why: String,
    forget: bool,
    reason: &'static str,
}

impl PutOff {
    fn settle(&self, tx: &mut store::Tx, claimed: &Claimed) -> Result<()> {
        if self.forget {
            exchange::take_back_last(tx, claimed)?;
        }
        let (now, end_of_it) = (tx.now(), claimed.tried_from + TRIED_FOR);
        if now >= end_of_it {
            let ended = Ended::dead(self.reason, self.why.clone());
            carrying::end(tx, claimed, &ended)?;
            return Ok(());
        }
        // The last attempt is made at the very end.
        let due = (now + self.wait).min(end_of_it);
        carrying::put_off(tx, claimed, due, &self.why, self.in_a_row)?;
        Ok(())
    }
}

fn refuse(
    tx: &mut store::Tx,
    claimed: &Claimed,
    refusal: &Refusal,
    (rules, known): (&crate::circuit::Rules, i64),
) -> Result<&'static str> {
    // First, as all do who change a destination and what hangs on it; and nobody changes it before this is through.
    destination::gate::hold_any(tx, claimed.org, claimed.destination)?;
    if refusal.forget {
        exchange::take_back_last(tx, claimed)?;
    }
    let (org, to) = (claimed.org, claimed.destination);
    // It says nothing of the credentials and settings that somebody has written meanwhile: those are tried.
    let is_test = claimed.why == Why::Test;
    let is_ours = is_ours(refusal) || refusal.reason == "not_allowed";
    if is_ours && !is_test && destination::changed_at(tx, org, to)? != known {
        carrying::put_back(tx, claimed)?;
        return Ok("put back");
    }
    if let Some(candidate) = claimed.candidate {
        let there: Vec<remote::Remote> = refusal.remote.iter().cloned().map(kept).collect();
        carrying::keep_remote(tx, claimed, candidate, &there)?;
    }
    let said = match &refusal.field {
        Some(field) => format!("{}: {}", field, refusal.said),
        None => refusal.said.clone(),
    };
    if !carrying::end(tx, claimed, &Ended::dead(refusal.reason, said))? {
        return Ok("lost");
    }
    let words = in_words(refusal.reason);
    let before = destination::gate::last_reason(tx, org, to)?;
    // Whoever tests is looking.
    if !is_test && needs_somebody(refusal.reason, before.as_deref()) {
        issue::open(tx, org, to, words, Some(refusal.reason))?;
    }
    destination::gate::trouble(tx, org, to, words, Some(refusal.reason))?;
    // Every other delivery would be refused for it too: it waits until somebody looks.
    if refusal.reason == "credentials" {
        gate::shut(tx, claimed, rules)?;
    }
    Ok("refused")
}

/// Whether a refusal is one that somebody must do something about, and is no single person's. What may be so of one person alone (a
/// job that our key may not see, say) counts the second time in a row.
fn needs_somebody(reason: &str, before: Option<&str>) -> bool {
    match reason {
        "credentials" | "not_allowed" => true,
        "permission" | "settings" => before == Some(reason),
        _ => false,
    }
}

/// A reason as a sentence, without anybody's data.
fn in_words(reason: &str) -> &'static str {
    match reason {
        "credentials" => "it does not know our credentials",
        "permission" => "our credentials may not do what is needed",
        "settings" => "a setting is missing or no good",
        "job" => "it has no such job, or nobody said which it is",
        "invalid" => "it does not take a value",
        "duplicate" => "it has the person and takes no second",
        "gone" => "what we knew there is gone",
        "not_allowed" => "its address lies in a network that is not called",
        "unreachable" => "it cannot be reached",
        _ => "its answer makes no sense to us",
    }
}

/// Refusals that say something of our account and nothing of the person that is tried with.
fn is_ours(refusal: &Refusal) -> bool {
    matches!(refusal.reason, "credentials" | "permission" | "settings")
}

fn came_of(step: Step) -> Came {
    match step {
        Step::Delivered { remote, remarks } => Came::Delivered { remote, remarks },
        Step::Retry { after, why, forget } => Came::PutOff {
            after,
            why,
            forget,
            reason: "too_old",
        },
        Step::Refused(refusal) => Came::Refused(refusal),
        Step::Send(_) => Came::Refused(Refusal::new("unclear", "nothing more can be asked")),
    }
}

fn not_sent(trouble: Trouble) -> Came {
    match trouble.may_pass() {
        true => Came::PutOff {
            after: None,
            why: trouble.to_string(),
            forget: false,
            reason: "unreachable",
        },
        false => Came::Refused(Refusal::new("not_allowed", trouble.to_string())),
    }
}

/// As long as the far side says, else as the schedule says.
fn wait(waits: &[Duration], in_a_row: i64, after: Option<Duration>, chance: f64) -> Duration {
    match after {
        Some(after) => after.min(backoff::LONGEST),
        None => {
            let times = u32::try_from(in_a_row).unwrap_or(u32::MAX);
            backoff::wait(waits, times, chance)
        }
    }
}

fn kept(remote: Remote) -> remote::Remote {
    remote::Remote {
        thing: remote.thing.word().to_owned(),
        our_uid: remote.uid,
        remote_id: remote.id,
        remote_created_at: remote.created_at,
        data: remote.data,
        created_at: 0,
    }
}

/// An answer as it is written down, and as its connector is shown it: the two are the same, so that it does not matter which
/// process goes on.
fn written(answer: &call::Answer, secrets: &[String]) -> Outcome {
    let body = String::from_utf8_lossy(&answer.body).replace('\0', "\u{fffd}");
    Outcome::Answered {
        status: answer.status,
        headers: pack::kept(&answer.headers, secrets),
        body: pack::covered(&body, secrets),
    }
}

fn reply(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Answered {
            status,
            headers,
            body,
        } => Reply::Answered(Answer {
            status,
            headers,
            body,
        }),
        Outcome::Unanswered(_) | Outcome::NotSent(_) => Reply::Unanswered,
    }
}

fn digest(packed: &Packed) -> u64 {
    let mut hasher = DefaultHasher::new();
    packed.parcel.settings.hash(&mut hasher);
    hasher.finish()
}
