//! What is shown of destinations, rules, issues and what was carried.

use hiring::delivery::exchange::{Exchange, Outcome};
use hiring::delivery::listed::Listed;
use hiring::destination::{Described, Destination, TableRow};
use hiring::issue::{About, Issue};
use hiring::rule::Rule;

use crate::native::wire::answer;
use crate::time::micros;

pub(in crate::native) fn connector(of: &Described) -> answer::Connector {
    let some = |text: &'static str| (!text.is_empty()).then_some(text);
    let settings = of.settings.iter().map(|s| answer::ConnectorSetting {
        name: s.name,
        label: s.label,
        hint: s.hint,
        required: s.required,
        secret: s.secret,
        default: some(s.default),
        kind: s.kind,
        choices: s.choices,
    });
    let fields = of.fields.iter().map(|f| answer::ConnectorField {
        field: f.field,
        place: f.place,
        remark: some(f.remark),
    });
    answer::Connector {
        name: of.name,
        title: of.title,
        settings: settings.collect(),
        fields: fields.collect(),
        limit: answer::ConnectorLimit {
            requests: of.requests,
            seconds: of.seconds,
            at_once: of.at_once,
        },
        guide: of.guide,
    }
}

/// `tally`: its deliveries by state. `now`: µs.
pub(in crate::native) fn destination(
    of: &Destination,
    tally: Vec<(String, i64)>,
    now: i64,
) -> answer::Destination {
    let circuit = match of.gate.open_until {
        None => "closed",
        Some(until) if now < until && !of.gate.probing => "open",
        Some(_) => "half_open",
    };
    answer::Destination {
        id: of.uid,
        connector: of.connector.clone(),
        name: of.name.clone(),
        state: if of.paused_at.is_some() {
            "paused"
        } else {
            "active"
        },
        settings: of.settings.clone(),
        secrets: of.secrets.clone(),
        default_job: of.default_job.clone(),
        circuit: answer::DestinationCircuit {
            state: circuit,
            failures: of.gate.failures,
            open_until: of.gate.open_until.map(micros),
        },
        quiet_until: of.gate.quiet_until.filter(|at| *at > now).map(micros),
        told_limit: of.gate.told_limit,
        trouble: of.trouble.as_ref().map(|t| answer::DestinationTrouble {
            problem: t.words.clone(),
            reason: t.reason.clone(),
            at: micros(t.at),
        }),
        arrived_at: of.arrived_at.map(micros),
        deliveries: tally.into_iter().collect(),
        paused_at: of.paused_at.map(micros),
        created_at: micros(of.created_at),
        updated_at: micros(of.updated_at),
    }
}

pub(in crate::native) fn destination_jobs(table: Vec<TableRow>) -> answer::DestinationJobs {
    let lines = table.into_iter().map(|line| answer::DestinationJob {
        job: line.job,
        remote_id: line.remote_id,
    });
    answer::DestinationJobs {
        jobs: lines.collect(),
    }
}

/// How a test of credentials stands.
pub(in crate::native) fn destination_test(of: &Listed) -> answer::DestinationTest {
    let ok = match of.state.as_str() {
        "queued" => None,
        state => Some(state == "sent"),
    };
    answer::DestinationTest {
        ok,
        said: of.remark.clone(),
        reason: of.reason.clone(),
        problem: of.problem.clone(),
        delivery: of.uid.clone(),
    }
}

pub(in crate::native) fn issue(of: &Issue) -> answer::Issue {
    let (destination, attachment) = match of.about {
        About::Destination { uid, .. } => (Some(uid), None),
        About::File { attachment } => (None, Some(attachment)),
    };
    answer::Issue {
        id: of.uid,
        status: match of.resolved_at {
            None => answer::IssueStatus::Ongoing,
            Some(_) => answer::IssueStatus::Resolved,
        },
        destination,
        attachment,
        problem: of.problem.clone(),
        reason: of.reason.clone(),
        opened_at: micros(of.opened_at),
        last_at: micros(of.last_at),
        resolved_at: of.resolved_at.map(micros),
    }
}

pub(in crate::native) fn rule(of: &Rule) -> answer::Rule {
    answer::Rule {
        id: of.uid,
        destination: of.destination,
        active: of.paused_at.is_none(),
        events: of.about.kinds.clone(),
        jobs: of.about.jobs.clone(),
        sources: of.about.sources.clone(),
        stages: of.about.stages.clone(),
        created_at: micros(of.created_at),
        updated_at: micros(of.updated_at),
    }
}

pub(in crate::native) fn delivery_line(of: &Listed) -> answer::DeliveryLine {
    let waits = of.state == "queued";
    answer::DeliveryLine {
        id: of.uid.clone(),
        channel: of.channel.clone(),
        kind: of.kind.clone(),
        state: of.state.clone(),
        reason: of.reason.clone(),
        problem: of.problem.clone(),
        remark: of.remark.clone(),
        destination: of.destination,
        candidate: of.candidate,
        application: of.application,
        event: of.event,
        attempts: of.attempts,
        due_at: waits.then(|| micros(of.due_at)),
        settled_at: of.settled_at.map(micros),
        created_at: micros(of.created_at),
    }
}

pub(in crate::native) fn delivery_request(of: &Exchange) -> answer::DeliveryRequest {
    let mut shown = answer::DeliveryRequest {
        number: of.n,
        attempt: of.attempt,
        name: of.name.clone(),
        method: of.method.clone(),
        address: of.address.clone(),
        outcome: None,
        status: None,
        headers: Vec::new(),
        body: None,
        problem: None,
        set_aside: of.aside_at.is_some(),
        began_at: micros(of.began_at),
        ended_at: of.ended_at.map(micros),
    };
    match &of.outcome {
        None => {}
        Some(Outcome::Answered {
            status,
            headers,
            body,
        }) => {
            shown.outcome = Some("answered");
            shown.status = Some(*status);
            shown.headers = headers.clone();
            shown.body = Some(body.clone());
        }
        Some(Outcome::Unanswered(why)) => {
            shown.outcome = Some("unanswered");
            shown.problem = Some(why.clone());
        }
        Some(Outcome::NotSent(why)) => {
            shown.outcome = Some("not_sent");
            shown.problem = Some(why.clone());
        }
    }
    shown
}
