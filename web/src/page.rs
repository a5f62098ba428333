//! One module a screen. Each page is a component without properties: what it shows comes from the route and the [`crate::store::Store`].

pub mod administration;
pub mod document;
pub mod first_run;
pub mod frame;
pub mod home;
pub mod invite;
pub mod linked;
pub mod no_access;
pub mod not_found;
pub mod register;
pub mod room;
pub mod settings;
pub mod sign_in;
