//! One caller's function on its way to a database thread and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::Error;

/// Work for a database thread. `C` is what the function is given: `Reader` or `Tx`.
pub(crate) trait Job<C: ?Sized>: Send {
    /// Runs the function and keeps its result. May be called again after a rollback.
    fn run(&mut self, context: &mut C) -> Verdict;
    /// Gives the kept result to the caller, or `Err` when the transaction did not become durable.
    fn answer(self: Box<Self>, fate: Result<(), Error>);
}

/// What is to become of the job's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
}

struct Call<F, T, E> {
    function: F,
    /// Whether its changes are undone even if it went well.
    dry: bool,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

macro_rules! job_for {
    ($context:ident, $make:ident) => {
        impl<F, T, E> Job<crate::$context<'_>> for Call<F, T, E>
        where
            F: FnMut(&mut crate::$context<'_>) -> Result<T, E> + Send,
            T: Send,
            E: From<Error> + Send,
        {
            fn run(&mut self, context: &mut crate::$context<'_>) -> Verdict {
                // A panic rolls back this caller alone; the thread and its batch go on.
                let result = catch_unwind(AssertUnwindSafe(|| (self.function)(context)))
                    .unwrap_or_else(|_| Err(E::from(Error::Panicked)));
                // A statement failed and the function went on as if nothing were: see `Reader::failure`.
                let result = match (result, context.failure.take()) {
                    (Ok(_), Some(error)) => Err(E::from(error)),
                    (result, _) => result,
                };
                let verdict = if result.is_ok() && !self.dry {
                    Verdict::Keep
                } else {
                    Verdict::Undo
                };
                self.result = Some(result);
                verdict
            }

            fn answer(self: Box<Self>, fate: Result<(), Error>) {
                let Call {
                    function,
                    result,
                    reply,
                    ..
                } = *self;
                // Before the answer: the function may hold a clone of the store, and it must not be this thread
                // that drops the last one.
                drop(function);
                let result = match (fate, result) {
                    (Ok(()), Some(result)) => result,
                    (Ok(()), None) => Err(E::from(Error::Busy("the job was not run".into()))),
                    (Err(error), _) => Err(E::from(error)),
                };
                // The caller may have gone; what was done stays done.
                let _ = reply.send(result);
            }
        }

        /// Boxes `function` with the channel that its answer comes back on.
        pub(crate) fn $make<F, T, E>(
            function: F,
            dry: bool,
        ) -> (
            Box<dyn for<'a> Job<crate::$context<'a>>>,
            oneshot::Receiver<Result<T, E>>,
        )
        where
            F: FnMut(&mut crate::$context<'_>) -> Result<T, E> + Send + 'static,
            T: Send + 'static,
            E: From<Error> + Send + 'static,
        {
            let (reply, receiver) = oneshot::channel();
            (
                Box::new(Call {
                    function,
                    dry,
                    result: None,
                    reply,
                }),
                receiver,
            )
        }
    };
}

job_for!(Reader, reading);
job_for!(Tx, writing);

/// A boxed read.
pub(crate) type Read = Box<dyn for<'a> Job<crate::Reader<'a>>>;
/// A boxed write.
pub(crate) type Write = Box<dyn for<'a> Job<crate::Tx<'a>>>;
