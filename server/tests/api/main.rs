//! The HTTP API, over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod accounts;
#[path = "../common/mod.rs"]
mod common;
mod creating;
mod description;
mod export;
mod paging;
mod rights;
mod rooms;
mod suspension;

use common::{Answer, PASSWORD, Person, TestServer, id};
use reqwest::Method;
use serde_json::{Value, json};
use server::config::Registration;
use shared::id::{DocumentId, RoomId};
use std::collections::BTreeSet;
