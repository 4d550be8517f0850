//! The place in which bodies are written and read back: two jobs whose form asks every kind of question, and what their
//! stages, questions and the people around are called in each dialect.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use hiring::id::OrgId;
use hiring::organization;
use serde_json::{Value, json};
use testing::app::TestApp;

/// The organization's custom fields; the last asks an equal-opportunity question.
pub const CUSTOM: [&str; 4] = ["field1", "Größe/~1 \"x\"", "nested", "Veteran Status"];

/// Kinds of question, and what a choice may be answered.
const KINDS: [(&str, &[&str]); 13] = [
    ("text", &[]),
    ("long_text", &[]),
    ("email", &[]),
    ("phone", &[]),
    ("url", &[]),
    ("number", &[]),
    ("date", &[]),
    ("choice", &["Ja", "Non, merci", "🙂 maybe"]),
    ("multiple_choice", &["one", "two", "three, or more"]),
    ("file", &[]),
    ("yes_no", &[]),
    ("consent", &[]),
    // An equal-opportunity question; its type is text.
    ("gender", &[]),
];

/// A question of both jobs' forms.
#[derive(Debug, Clone)]
pub struct Question {
    /// The kind, which is its name too.
    pub kind: &'static str,
    /// Permitted answers.
    pub options: &'static [&'static str],
    /// What people read.
    pub label: String,
    /// Its name in Merge's world and its number, for each job.
    pub ids: [(String, i64); 2],
}

/// A job as each dialect calls it.
#[derive(Debug, Clone)]
pub struct Job {
    /// UUID.
    pub uid: String,
    /// Number.
    pub number: i64,
    /// Comeet's name.
    pub position: String,
    /// What people read.
    pub title: String,
    /// (UUID, number, name) of each stage.
    pub stages: Vec<(String, i64, String)>,
}

/// The program on a throw-away place, furnished.
pub struct House {
    /// The program.
    pub app: TestApp,
    /// Two jobs with the same form.
    pub jobs: Vec<Job>,
    /// The form.
    pub questions: Vec<Question>,
    /// UUIDs of members.
    pub users: Vec<String>,
    /// UUIDs of reasons to reject.
    pub reasons: Vec<String>,
    /// Name → numbers of the things that are called so.
    names: HashMap<String, Vec<usize>>,
    /// Letters written so far.
    written: AtomicU64,
}

impl House {
    /// Furnishes the place of `app`.
    pub async fn furnish(app: TestApp) -> House {
        let added = app.app.store.write(|tx| {
            for name in &CUSTOM[1..] {
                organization::add_custom_field(tx, OrgId(1), name)?;
            }
            Ok::<_, hiring::Problem>(())
        });
        added.await.expect("custom fields");
        let mut house = House {
            jobs: Vec::new(),
            questions: Vec::new(),
            users: ids(&app.native("/members").await),
            reasons: ids(&app.native("/reject-reasons").await),
            names: HashMap::new(),
            written: AtomicU64::new(0),
            app,
        };
        for title in ["First of the matrix", "Second of the matrix"] {
            house.make_job(title).await;
        }
        house.name_things().await;
        house
    }

    /// A number that no other letter of this house has.
    pub fn next(&self) -> u64 {
        self.written.fetch_add(1, Ordering::Relaxed)
    }

    /// The question that a file answers.
    pub fn file_question(&self) -> usize {
        let found = self.questions.iter().position(|q| q.kind == "file");
        found.expect("one in the form")
    }

    /// Whether both are names of one job, stage, question, member or reason.
    pub fn same_thing(&self, a: &Value, b: &Value) -> bool {
        let things = |v: &Value| self.names.get(&text(v)).map_or(&[][..], Vec::as_slice);
        things(a).iter().any(|thing| things(b).contains(thing))
    }

    async fn make_job(&mut self, title: &str) {
        let fields: Vec<Value> = KINDS
            .iter()
            .map(|(kind, options)| {
                let of_text = if *kind == "gender" { "text" } else { kind };
                json!({"name": kind, "label": label(kind), "type": of_text, "options": options})
            })
            .collect();
        let stages = [format!("{title}: Applied"), format!("{title}: Talk")];
        let body = json!({"title": title, "stages": stages, "fields": fields});
        let call = self.app.call("native", "POST", "/api/v1/jobs").json(&body);
        let reply = self.app.send(&call).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let job = reply.json();
        let (uid, number) = (text(&job["id"]), job["number"].as_i64().expect("a number"));
        let path = format!("/xobin/api/v2/tracks/{number}");
        let track = self.app.send(&self.app.call("xobin", "GET", &path)).await;
        let track = track.json();
        let stages = items(&job["stages"]).zip(items(&track["stages"]));
        let stages = stages.map(|(ours, theirs)| {
            let number = text(&theirs["stage_id"]).parse().expect("a number");
            (text(&ours["id"]), number, text(&ours["name"]))
        });
        let stages = stages.collect();
        let position = self.position_of(&uid).await;
        self.jobs.push(Job {
            uid,
            number,
            position,
            title: title.to_owned(),
            stages,
        });
    }

    /// Comeet's name of a job: its first applicant tells.
    async fn position_of(&self, job: &str) -> String {
        let body = json!({"name": "Nobody", "job": job});
        let call = self
            .app
            .call("native", "POST", "/api/v1/candidates")
            .json(&body);
        let made = self.app.send(&call).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let list = self
            .app
            .call("comeet", "GET", "/comeet/candidates?limit=1000");
        let list = self.app.send(&list).await.json();
        let last = items(&list["candidates"]).last().expect("a candidate");
        text(&last["position_uid"])
    }

    async fn name_things(&mut self) {
        let mut merge = Vec::new();
        for job in &self.jobs {
            let path = format!(
                "/merge/api/ats/v1/jobs/{}/screening-questions?page_size=100",
                job.uid
            );
            merge.push(
                self.app
                    .send(&self.app.call("merge", "GET", &path))
                    .await
                    .json(),
            );
        }
        let number = |job: &Job, name: &'static str| {
            let (job, store) = (hiring::id::JobId(job.number), self.app.app.store.clone());
            async move {
                let fields = store
                    .read(move |r| hiring::job::fields(r, OrgId(1), job))
                    .await;
                let fields = fields.expect("a form");
                fields
                    .iter()
                    .find(|f| f.name == name)
                    .expect("a field")
                    .id
                    .0
            }
        };
        let mut questions = Vec::new();
        for (kind, options) in KINDS {
            let label = label(kind);
            let id = |list: &Value| {
                let found = items(&list["results"]).find(|q| q["title"] == label.as_str());
                text(&found.expect("a question")["id"])
            };
            let ids = [
                (id(&merge[0]), number(&self.jobs[0], kind).await),
                (id(&merge[1]), number(&self.jobs[1], kind).await),
            ];
            questions.push(Question {
                kind,
                options,
                label,
                ids,
            });
        }
        let mut things: Vec<Vec<String>> = Vec::new();
        for job in &self.jobs {
            things.push(vec![
                job.uid.clone(),
                job.number.to_string(),
                job.position.clone(),
                job.title.clone(),
            ]);
            things.extend(
                job.stages.iter().map(|(uid, number, name)| {
                    vec![uid.clone(), format!("{number}"), name.clone()]
                }),
            );
        }
        for question in &questions {
            let [(a, m), (b, n)] = question.ids.clone();
            things.push(vec![
                question.kind.to_owned(),
                question.label.clone(),
                a,
                b,
                m.to_string(),
                n.to_string(),
            ]);
        }
        self.questions = questions;
        for (thing, names) in things.into_iter().enumerate() {
            for name in names {
                self.names.entry(name).or_default().push(thing);
            }
        }
    }
}

fn label(kind: &str) -> String {
    match kind {
        "gender" => "Gender".to_owned(),
        kind => format!("Your {} – bitte", kind.replace('_', " ")),
    }
}

fn ids(list: &Value) -> Vec<String> {
    items(&list["data"]).map(|item| text(&item["id"])).collect()
}

/// The items of a list, none when it is no list.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A JSON string's text, anything else as JSON.
pub fn text(value: &Value) -> String {
    crate::voice::text(value)
}
