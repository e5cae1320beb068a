//! Time that goes by only when everybody waits: seconds of AWS's limits take milliseconds, and what the machine does in the
//! meantime does not count.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use jiff::Timestamp;
use vestibule_provision::Pause;
use vestibule_shared::Clock;

/// The time, and who waits for it.
#[derive(Clone, Default)]
pub(super) struct Simulation {
    state: Arc<Mutex<State>>,
    /// How many requests are with the tables, which take the machine's time and none of this.
    busy: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    now: Duration,
    /// When to wake whom.
    waits: BinaryHeap<Reverse<(Duration, usize)>>,
    wakers: Vec<Option<Waker>>,
}

impl Simulation {
    /// How much time has gone by.
    pub(super) fn now(&self) -> Duration {
        self.state.lock().map(|state| state.now).unwrap_or_default()
    }

    /// A clock that says this time, from `beginning` on.
    pub(super) fn clock(&self, beginning: Timestamp) -> Clock {
        let simulation = self.clone();
        Clock::new(move || beginning + simulation.now())
    }

    /// Waiting in this time.
    pub(super) fn pause(&self) -> Pause {
        let simulation = self.clone();
        Pause::new(move |duration| simulation.clone().wait(duration))
    }

    /// Waits in this time.
    pub(super) async fn wait(self, duration: Duration) {
        let until = self.now() + duration;
        let mut registered = false;
        std::future::poll_fn(move |context| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            if !registered {
                registered = true;
                self.register(until, context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    fn register(&self, until: Duration, waker: Waker) {
        if let Ok(mut state) = self.state.lock() {
            let index = state.wakers.len();
            state.wakers.push(Some(waker));
            state.waits.push(Reverse((until, index)));
        }
    }

    /// Does something that takes no time here, however long the machine takes for it.
    pub(super) async fn instantly<T>(&self, work: impl Future<Output = T>) -> T {
        let _busy = Busy::begin(&self.busy);
        work.await
    }

    /// Runs `work` to its end, and lets time go by whenever all of it waits.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        std::future::poll_fn(|context| {
            let noticed = Arc::new(Noticed {
                woken: AtomicBool::new(false),
                outer: context.waker().clone(),
            });
            let waker = Waker::from(Arc::clone(&noticed));
            let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
            let waits = polled.is_pending()
                && !noticed.woken.load(Ordering::SeqCst)
                && self.busy.load(Ordering::SeqCst) == 0;
            if waits {
                self.advance();
            }
            polled
        })
        .await
    }

    /// Goes on to the moment that somebody waits for next.
    fn advance(&self) {
        let woken = self.state.lock().ok().and_then(|mut state| {
            let Reverse((until, index)) = state.waits.pop()?;
            state.now = state.now.max(until);
            state.wakers.get_mut(index)?.take()
        });
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

/// Counts as long as it lives.
struct Busy(Arc<AtomicUsize>);

impl Busy {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tells whether somebody was woken while they were looked after.
struct Noticed {
    woken: AtomicBool,
    outer: Waker,
}

impl Wake for Noticed {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.outer.wake_by_ref();
    }
}
