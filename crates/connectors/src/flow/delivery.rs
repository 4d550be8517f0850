//! The rest of a delivery: what can be done without, files and notes, what the person must have, what is told at the end.

use serde_json::Value;

use super::{Flow, SLACK, time};
use crate::parcel::{File, Note, Thing};
use crate::person::{self, Name};
use crate::step::{Refusal, Remote, Request, Step};
use crate::{Carried, details};

impl<'a> Flow<'a> {
    /// What became of a thing that the delivery can do without: a file, a note. What the far side will not take becomes a
    /// remark that begins with `what`.
    ///
    /// # Errors
    /// Any step but a refusal of the thing itself.
    pub fn taken<T>(&mut self, what: &str, sent: Result<T, Step>) -> Result<Option<T>, Step> {
        match sent {
            Ok(it) => Ok(Some(it)),
            Err(step) => self.untaken(what, step).map(|()| None),
        }
    }

    /// Changes what is there; what the far side will not change becomes a remark.
    ///
    /// # Errors
    /// Any step but a refusal of the change itself.
    pub fn change(&mut self, request: Request) -> Result<(), Step> {
        match self.ask(request) {
            // The person was just seen there: what is not found is the way to change it.
            Err(Step::Refused(r)) if r.reason == "gone" => {
                self.remark("changes of the profile: it has no way to make them");
                Ok(())
            }
            Err(step) => self.untaken("changes of the profile", step),
            Ok(_) => Ok(()),
        }
    }

    /// Turns a refusal of a thing that the delivery can do without into a remark; gives any other step back.
    ///
    /// # Errors
    /// Any other step.
    pub fn untaken(&mut self, what: &str, step: Step) -> Result<(), Step> {
        match step {
            Step::Refused(r) if ["invalid", "permission", "duplicate"].contains(&r.reason) => {
                let why = match r.reason {
                    "permission" => "our credentials may not",
                    "duplicate" => "it says that it has it",
                    _ => "it was not accepted",
                };
                self.remark(format!("{what}: {why}"));
                Ok(())
            }
            step => Err(step),
        }
    }

    /// Sends each file that is not there yet, oldest first; `send` answers its id there, or that it is not taken.
    ///
    /// # Errors
    /// The step to take for the first that is not there yet.
    pub fn each_file(
        &mut self,
        mut send: impl FnMut(&mut Flow<'a>, &'a File) -> Result<Option<String>, Step>,
    ) -> Result<(), Step> {
        let parcel = self.parcel;
        for file in &parcel.files {
            if parcel.known(Thing::File, &file.uid).is_some() {
                continue;
            }
            if let Some(id) = send(self, file)? {
                self.there(Thing::File, &file.uid, id);
            }
        }
        Ok(())
    }

    /// Sends each note that is not there yet, with those made of `fields` ([`details::notes`]).
    ///
    /// # Errors
    /// The step to take for the first that is not there yet.
    pub fn each_note(
        &mut self,
        fields: &[Carried],
        mut send: impl FnMut(&mut Flow<'a>, &Note) -> Result<Option<String>, Step>,
    ) -> Result<(), Step> {
        for note in details::notes(self.parcel, fields) {
            if self.parcel.known(Thing::Note, &note.uid).is_some() {
                continue;
            }
            if let Some(id) = send(self, &note)? {
                self.there(Thing::Note, &note.uid, id);
            }
        }
        Ok(())
    }

    /// The person's name, or the refusal for want of one.
    ///
    /// # Errors
    /// The refusal.
    pub fn name(&self) -> Result<Name, Step> {
        let name = person::name(&self.parcel.candidate.record);
        let why = "it wants a name, and none is known of this person";
        name.ok_or_else(|| Step::Refused(Refusal::new("invalid", why).at("full_name")))
    }

    /// The address by which the person is found there, or the refusal for want of one.
    ///
    /// # Errors
    /// The refusal.
    pub fn mailbox(&self) -> Result<&'a str, Step> {
        let why = "it wants an e-mail address, and none is known of this person";
        person::mailbox(self.parcel)
            .ok_or_else(|| Step::Refused(Refusal::new("invalid", why).at("emails")))
    }

    /// The far side's id of the job that was applied for; `None`: the person comes without an application.
    ///
    /// # Errors
    /// The refusal when nobody has said which of their jobs it is.
    pub fn job(&self) -> Result<Option<&'a str>, Step> {
        let Some(application) = &self.parcel.application else {
            return Ok(None);
        };
        let why = "nobody has said which of its jobs this is: see the destination's table of jobs";
        let id = application.job.remote_id.as_deref().map(str::trim);
        match id.filter(|id| !id.is_empty()) {
            Some(id) => Ok(Some(id)),
            None => Err(Step::Refused(Refusal::new("job", why))),
        }
    }

    /// Notes what one of our things is called there.
    pub fn there(&mut self, thing: Thing, uid: &str, id: impl Into<String>) {
        self.there_as(thing, uid, id, None, None);
    }

    /// The same with what the far side says of it.
    pub fn there_as(
        &mut self,
        thing: Thing,
        uid: &str,
        id: impl Into<String>,
        created_at: Option<String>,
        data: Option<Value>,
    ) {
        self.remote.push(Remote {
            thing,
            uid: uid.to_owned(),
            id: id.into(),
            created_at,
            data,
        });
    }

    /// Whether the far side's thing of this id is none that we know as one of ours already: two files may have one name.
    pub fn is_free(&self, thing: Thing, id: &str) -> bool {
        let known = self.parcel.known.iter();
        let mut taken = known
            .map(|k| (k.thing, k.remote_id.as_str()))
            .chain(self.remote.iter().map(|r| (r.thing, r.id.as_str())));
        !taken.any(|(t, i)| t == thing && i == id)
    }

    /// Whether a thing there that was made at `created` can be what our request of this name made: what was there before is
    /// not. A time that is not told is no objection.
    pub fn may_be_of(&self, name: &str, created: &Value) -> bool {
        let made = time(created).and_then(|t| t.parse::<jiff::Timestamp>().ok());
        match (made, self.first_sent(name)) {
            (Some(made), Some(sent)) => made.as_microsecond() >= sent - SLACK,
            _ => true,
        }
    }

    /// Adds something that did not arrive as it was, once, without anybody's data.
    pub fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Whether a request of this name was sent.
    pub fn was_sent(&self, name: &str) -> bool {
        self.last(name).is_some()
    }

    /// When the first request of this name went out, µs.
    pub fn first_sent(&self, name: &str) -> Option<i64> {
        self.so_far.iter().find(|e| e.name == name).map(|e| e.at)
    }
}
