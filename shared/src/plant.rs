//! What a bug planted on purpose is: [`planted_bugs!`](crate::planted_bugs) makes the list of one crate.

/// Makes `Plant`, the bugs planted in the crate that calls it, so that the simulator can be shown to catch them. Without that crate's feature
/// `planted-bugs` none exists, and nothing of them is compiled.
#[macro_export]
macro_rules! planted_bugs {
    ($($(#[$why:meta])* $name:ident,)+) => {
        /// A mistake that somebody could make here one day.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Plant {
            $($(#[$why])* $name,)+
        }

        impl Plant {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Whether the bug is there, on this thread.
            #[cfg(feature = "planted-bugs")]
            #[must_use]
            pub fn is_planted(self) -> bool {
                PLANTED.get() == Some(self)
            }

            /// Never.
            #[cfg(not(feature = "planted-bugs"))]
            #[must_use]
            pub const fn is_planted(self) -> bool {
                false
            }

            /// Runs `work` with the bug, on this thread.
            #[cfg(feature = "planted-bugs")]
            pub fn within<T>(self, work: impl FnOnce() -> T) -> T {
                let _uproot = Uproot;
                PLANTED.set(Some(self));
                work()
            }
        }

        #[cfg(feature = "planted-bugs")]
        std::thread_local! {
            static PLANTED: std::cell::Cell<Option<Plant>> = const { std::cell::Cell::new(None) };
        }

        /// Takes the bug away again, also when the work panics.
        #[cfg(feature = "planted-bugs")]
        struct Uproot;

        #[cfg(feature = "planted-bugs")]
        impl Drop for Uproot {
            fn drop(&mut self) {
                PLANTED.set(None);
            }
        }
    };
}
