//! `inkling import`: how far it is on standard error, and what became of everything at the end.

mod here;
mod outside;

use crate::config::Config;
use crate::http::import::Line;
use shared::error::ErrorCode;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use url::Url;
use uuid::Uuid;

/// Where nobody looks on, it is told after so many documents how far it is.
const TELL_EVERY: usize = 100;

/// What is to be imported, and where to.
#[derive(Debug)]
pub struct Import {
    /// A file or a folder.
    pub path: PathBuf,
    /// A room's name or id.
    pub room: String,
    /// Of the import, where it goes on.
    pub id: Option<Uuid>,
    pub by: By,
}

/// Which way it goes.
#[derive(Debug)]
pub enum By {
    /// Into the data of a server that does not run, as this account.
    Data { config: Box<Config>, user: String },
    /// Through a running server, as whoever has the token.
    Server { url: Url, token: String },
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// For a person; lines, each with its end.
    pub text: String,
    /// Whether there was something to tell of.
    pub is_begun: bool,
    pub exit_code: u8,
}

/// Why nothing was begun.
#[derive(Debug)]
struct Refused {
    message: String,
    exit_code: u8,
}

impl Refused {
    fn new(exit_code: u8, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { message, exit_code }
    }
}

impl Import {
    /// Does it.
    pub async fn run(self) -> Imported {
        let id = self.id.unwrap_or_else(Uuid::now_v7);
        let mut telling = Telling::new(id);
        let run = match &self.by {
            By::Data { config, user } => here::run(&self, config, user, &mut telling).await,
            By::Server { url, token } => outside::run(&self, url, token, &mut telling).await,
        };
        match run {
            Ok(()) => telling.finish(&self),
            Err(Refused { message, exit_code }) => Imported {
                text: format!("inkling: {message}\n"),
                is_begun: false,
                exit_code,
            },
        }
    }
}

/// Listens to an import.
struct Telling {
    id: Uuid,
    expected: usize,
    documents: usize,
    left_out: String,
    end: Option<Line>,
}

impl Telling {
    fn new(id: Uuid) -> Self {
        Self {
            id,
            expected: 0,
            documents: 0,
            left_out: String::new(),
            end: None,
        }
    }

    fn hear(&mut self, line: Line) {
        match line {
            Line::Found { documents } => self.expected = documents,
            Line::Document { .. } => {
                self.documents += 1;
                self.show();
            }
            Line::File { .. } => {}
            Line::LeftOut { path, message, .. } => {
                // A path may hold what a terminal takes for a command.
                let path = path.escape_debug();
                writeln!(self.left_out, "  {path} was left out: {message}").expect("a string takes what is written");
            }
            end @ (Line::Done { .. } | Line::Stopped { .. }) => self.end = Some(end),
        }
    }

    fn show(&self) {
        let mut out = std::io::stderr();
        let (done, all) = (self.documents, self.expected);
        // Nobody who listens there is no reason to stop.
        if out.is_terminal() {
            let end = if done == all { "\n" } else { "" };
            write!(out, "\r{done} of {all} documents{end}").ok();
        } else if done.is_multiple_of(TELL_EVERY) || done == all {
            writeln!(out, "{done} of {all} documents").ok();
        }
    }

    fn finish(self, import: &Import) -> Imported {
        let Self { id, left_out, end, .. } = self;
        let (first, exit_code) = match end {
            Some(Line::Done { documents, files, .. }) => {
                let from = import.path.display();
                let first = format!("Imported {documents} documents with {files} files from {from}.");
                (first, u8::from(!left_out.is_empty()))
            }
            Some(Line::Stopped { code, message }) => {
                let is_storage = matches!(code, ErrorCode::StorageFull | ErrorCode::StorageFailed);
                let exit_code = if is_storage { 5 } else { 1 };
                (
                    format!("It stopped: {message} The same with --id {id} goes on."),
                    exit_code,
                )
            }
            _ => (format!("The connection broke. The same with --id {id} goes on."), 1),
        };
        Imported {
            text: format!("{first}\n{left_out}"),
            is_begun: true,
            exit_code,
        }
    }
}
