//! Leptos's effects and memos around boxed closures. Leptos compiles both anew for every closure, a kilobyte each; in a box they are compiled
//! once, or once for each type of value.

use leptos::prelude::*;

/// Runs now and whenever something it has read changes, as [`Effect::new`] does.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(run: Box<dyn FnMut()>) {
        Effect::new(run);
    }
    boxed(Box::new(run));
}

/// As [`effect`], with what it answered the last time.
pub fn effect_after<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
    let mut last = None;
    effect(move || last = Some(run(last.take())));
}

/// A value that is worked out from others and tells when it changes, as [`Memo::new`] makes it.
pub fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
        Memo::new(move |_| value())
    }
    boxed(Box::new(value))
}
