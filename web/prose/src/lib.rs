//! Markdown, from text to what stands where in it. One reader for all that shows Markdown: messages, the page that is read, and what is exported.
//!
//! Reading is a program of its own (feature `program`), which the tab loads with the first text that needs it; most messages do not, see
//! [`plain`]. What it answers says what stands where, and never holds HTML: the tab makes elements of it. The server writes HTML
//! (feature `html`) from the same events.

#[cfg(feature = "reader")]
mod address;
#[cfg(feature = "reader")]
mod event;
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "program")]
mod pack;
pub mod plain;
#[cfg(feature = "program")]
mod program;
#[cfg(feature = "reader")]
mod reader;

#[cfg(feature = "reader")]
pub use address::safe_url;
#[cfg(feature = "reader")]
pub use event::{Alignment, Callout, Element, Event};
#[cfg(feature = "program")]
pub use program::read;
#[cfg(feature = "reader")]
pub use reader::{DEPTH_MAX, Kind, events};
