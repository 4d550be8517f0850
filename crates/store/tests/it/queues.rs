//! Bounded queues: one job too many is refused at once and not held.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use store::Error;

use crate::{add, all_are_queued, gate, names, on_both, open_with, tell, things};

/// What a future says at its first poll, which is what "at once" means.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

#[test]
fn one_write_too_many_is_refused_at_once() {
    on_both(|place| {
        tell(async {
            let store = open_with(place, |c| (c.write_queue, c.writers) = (2, 1));
            let gate = gate(&store);
            gate.is_closed().await;
            let calls: Vec<_> = ["a", "b"]
                .into_iter()
                .map(|name| {
                    let store = store.clone();
                    tokio::spawn(async move { store.write(move |tx| add(tx, name)).await })
                })
                .collect();
            all_are_queued().await;
            let refused = at_once(store.write(|tx| add(tx, "c")));
            assert!(matches!(refused, Some(Err(Error::Busy(_)))), "{refused:?}");
            // Looking goes on meanwhile.
            assert!(things(&store).await.is_empty());
            gate.open();
            for call in calls {
                call.await.unwrap().unwrap();
            }
            store.write(|tx| add(tx, "d")).await.unwrap();
            assert_eq!(things(&store).await, ["a", "b", "d"]);
        })
    });
}

#[test]
fn one_read_too_many_is_refused_at_once() {
    on_both(|place| {
        tell(async {
            let store = open_with(place, |c| (c.read_queue, c.readers) = (1, 1));
            let (entering, entered) = std::sync::mpsc::channel();
            let (let_go, waiting) = std::sync::mpsc::channel::<()>();
            let slow = store.clone();
            let slow = tokio::spawn(async move {
                let wait = move |_: &mut store::Reader<'_>| {
                    let _ = entering.send(());
                    let _ = waiting.recv_timeout(crate::PATIENCE);
                    Ok::<_, Error>(())
                };
                slow.read(wait).await
            });
            all_are_queued().await;
            entered.recv_timeout(crate::PATIENCE).unwrap();
            let next = store.clone();
            let next = tokio::spawn(async move { next.read(names).await });
            all_are_queued().await;
            let refused = at_once(store.read(names));
            assert!(matches!(refused, Some(Err(Error::Busy(_)))), "{refused:?}");
            let_go.send(()).unwrap();
            slow.await.unwrap().unwrap();
            next.await.unwrap().unwrap();
            assert!(things(&store).await.is_empty());
        })
    });
}

#[test]
fn what_is_queued_is_done_before_the_store_ends() {
    on_both(|place| {
        tell(async {
            let store = open_with(place, |c| c.writers = 1);
            let gate = gate(&store);
            gate.is_closed().await;
            for n in 0..20 {
                let store = store.clone();
                tokio::spawn(async move { store.write(move |tx| add(tx, &n.to_string())).await });
            }
            all_are_queued().await;
            gate.open();
            gate.outcome.await.unwrap().unwrap();
            // The callers are gone with their runtime; what they queued is not.
            drop(store);
        });
        tell(async {
            let store = open_with(place, |_| ());
            assert_eq!(things(&store).await.len(), 20);
        });
    });
}
