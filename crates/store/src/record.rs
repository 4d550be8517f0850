//! Recording of the statements of one write, for `muster bench limit`: the same work without the
//! server around it. Off, it costs one atomic load a statement.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Row, Statement, ToValue, Value};

/// One statement as it ran.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The statement.
    pub statement: &'static Statement,
    /// Its parameters.
    pub parameters: Vec<Value<'static>>,
    /// The rows it returned.
    pub rows: Vec<Vec<Value<'static>>>,
}

static ON: AtomicBool = AtomicBool::new(false);
static TAPE: Mutex<Vec<Recorded>> = Mutex::new(Vec::new());

/// Starts recording every statement of this process, reads included.
pub fn start() {
    TAPE.lock().expect("tape").clear();
    ON.store(true, Ordering::SeqCst);
}

/// Stops and hands out what ran since [`start`].
pub fn stop() -> Vec<Recorded> {
    ON.store(false, Ordering::SeqCst);
    std::mem::take(&mut *TAPE.lock().expect("tape"))
}

pub(crate) fn note(statement: &'static Statement, parameters: &[&dyn ToValue], rows: &[Row]) {
    if !ON.load(Ordering::Relaxed) {
        return;
    }
    let parameters = parameters
        .iter()
        .map(|p| p.to_value().into_owned())
        .collect();
    let rows = rows.iter().map(|r| r.values.clone()).collect();
    TAPE.lock().expect("tape").push(Recorded {
        statement,
        parameters,
        rows,
    });
}
