//! Forms: native inputs that password managers know, errors beside the field they are about, one submission at a time.

use crate::api::{Answer, ApiError};
use crate::reactive::{effect, memo};
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use std::pin::Pin;
use wasm_bindgen::JsCast as _;
use web_sys::{FormData, HtmlFormElement};

/// What is to be done with an answer.
type Done = Box<dyn FnOnce()>;

/// A form's way to the server: whether an answer is awaited, and what the last one said.
#[derive(Clone, Copy)]
pub struct Submission {
    busy: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    meaning: Option<Meaning>,
}

/// What a code means in one form, when that is more than it says by itself.
#[derive(Clone, Copy)]
pub struct Meaning {
    /// The code.
    pub code: ErrorCode,
    /// The field it is about.
    pub field: &'static str,
    /// The message's name in the catalogue.
    pub message: &'static str,
}

impl Submission {
    /// Nothing was submitted yet.
    pub fn idle() -> Self {
        Self {
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            meaning: None,
        }
    }

    /// The same, with a code that means something particular here.
    pub fn meaning(self, meaning: Meaning) -> Self {
        Self {
            meaning: Some(meaning),
            ..self
        }
    }

    fn meant(self, error: &ApiError) -> Option<Meaning> {
        self.meaning.filter(|meaning| error.code() == Some(meaning.code))
    }

    /// Sends, unless an answer is awaited already, and hands on what was answered.
    pub fn run<T: 'static>(self, work: impl Future<Output = Answer<T>> + 'static, done: impl FnOnce(T) + 'static) {
        self.send(Box::pin(async move {
            let value = work.await?;
            Ok(Box::new(move || done(value)) as Done)
        }));
    }

    fn send(self, work: Pin<Box<dyn Future<Output = Answer<Done>>>>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = work.await;
            // The form may be gone by now; what was done is done, and `done` says so elsewhere.
            self.busy.try_set(false);
            match answer {
                Ok(done) => done(),
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    /// Whether an answer is awaited, tracked.
    pub fn busy(self) -> bool {
        self.busy.get()
    }

    /// Forgets the last failure.
    pub fn clear(self) {
        self.error.set(None);
    }

    fn error_of(self, field: &str) -> Option<String> {
        self.error.with(|error| {
            let error = error.as_ref()?;
            match self.meant(error) {
                Some(meaning) => (meaning.field == field).then(|| t(meaning.message)),
                None => (field_of(error) == Some(field)).then(|| error.text()),
            }
        })
    }

    fn error_beside(self, fields: &[&str]) -> Option<String> {
        self.error.with(|error| {
            let error = error.as_ref()?;
            let beside = self.meant(error).is_some() || field_of(error).is_some_and(|field| fields.contains(&field));
            (!beside).then(|| error.text())
        })
    }
}

/// The field a failure belongs to, also where the code alone says it.
fn field_of(error: &ApiError) -> Option<&str> {
    error.field().or(match error.code() {
        Some(ErrorCode::UsernameTaken) => Some("username"),
        _ => None,
    })
}

/// What was typed into a form.
pub struct Typed(FormData);

impl Typed {
    /// Stops the browser from sending the form itself, and reads it.
    pub fn of(event: &SubmitEvent) -> Self {
        event.prevent_default();
        let form: HtmlFormElement = event_target(event);
        Self(FormData::new_with_form(&form).expect("the target of a submit event is a form"))
    }

    /// The value as it stands.
    pub fn get(&self, name: &str) -> String {
        self.0.get(name).as_string().unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }

    /// The value without blanks around it; none when nothing is left.
    pub fn trimmed(&self, name: &str) -> Option<String> {
        let value = self.get(name).trim().to_owned();
        (!value.is_empty()).then_some(value)
    }
}

/// A labelled input with its error beside it.
#[component]
pub fn Field(
    /// What it is for.
    #[prop(into)]
    label: String,
    /// Its name in the form and in the API.
    name: &'static str,
    /// Whose failures it shows.
    submission: Submission,
    /// `text`, `password`, `number`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager puts here.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Told below, when there is no error.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What it holds at first.
    #[prop(optional, into)]
    value: Option<String>,
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Fewest characters.
    #[prop(optional)]
    minlength: Option<usize>,
    /// Most characters.
    #[prop(optional)]
    maxlength: Option<usize>,
    /// Allowed characters, as a regular expression.
    #[prop(optional)]
    pattern: Option<&'static str>,
    /// May be left empty.
    #[prop(optional)]
    voluntary: bool,
    /// Has the focus when the form appears.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let note = format!("{name}-note");
    let described_by = note.clone();
    let error = memo(move || submission.error_of(name));
    effect(move || {
        if let (Some(_), Some(input)) = (error.get(), input.get_untracked()) {
            // An element in the page takes the focus; there is nothing to do when it does not.
            drop(input.focus());
            input.select();
        }
    });
    if focused {
        effect(move || {
            if let Some(input) = input.get() {
                drop(input.focus());
            }
        });
    }
    // The browser's own message for a pattern names no rule; the hint does.
    let title = pattern.and(hint.clone());
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <input
                class="input"
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize=(kind != "text" || autocomplete == "username").then_some("none")
                spellcheck=(autocomplete == "username").then_some("false")
                value=value
                placeholder=placeholder
                required=!voluntary
                minlength=minlength.map(|n| n.to_string())
                maxlength=maxlength.map(|n| n.to_string())
                pattern=pattern
                title=title
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described_by
                node_ref=input
            />
            <div class="field-note" id=note>
                {move || match (error.get(), hint.clone()) {
                    (Some(error), _) => {
                        view! { <p class="field-error" role="alert"><Icon glyph=Glyph::Alert />{error}</p> }.into_any()
                    }
                    (None, Some(hint)) => view! { <p class="field-hint">{hint}</p> }.into_any(),
                    (None, None) => ().into_any(),
                }}
            </div>
        </div>
    }
}

/// What failed without being about one of the form's fields.
#[component]
pub fn FormError(
    /// Whose failure.
    submission: Submission,
    /// Fields that show their own.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    move || {
        submission.error_beside(fields).map(|error| {
            view! {
                <p class="notice notice-danger" role="alert" data-testid="form-error">
                    <Icon glyph=Glyph::Alert />
                    <span>{error}</span>
                </p>
            }
        })
    }
}

/// The button that submits; it says when an answer is awaited.
#[component]
pub fn SubmitButton(
    /// What it does.
    #[prop(into)]
    label: String,
    /// What it submits.
    submission: Submission,
    /// Its look.
    #[prop(default = "button button-primary")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <button class=class type="submit" aria-busy=move || submission.busy().then_some("true")>
            <Show when=move || submission.busy()>
                <span class="icon-spin"><Icon glyph=Glyph::Loader /></span>
            </Show>
            {label}
        </button>
    }
}

/// A read-only value with a button that copies it.
#[component]
pub fn CopyRow(
    /// Names the value.
    #[prop(into)]
    label: String,
    /// The value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let to_copy = value.clone();
    let copy = move |_| {
        let value = to_copy.clone();
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Without a secure context there is no clipboard: select the text, so that the keyboard can copy it.
            let works = !clipboard.is_undefined()
                && wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&value))
                    .await
                    .is_ok();
            if works {
                copied.try_set(true);
            } else if let Some(input) = input.try_get_untracked().flatten() {
                input.select();
            }
        });
    };
    view! {
        <div class="copy-row">
            <input class="input" readonly type="text" aria-label=label value=value node_ref=input data-testid="copy-value" />
            <button class="button" type="button" on:click=copy data-testid="copy">
                {move || {
                    let glyph = if copied.get() { Glyph::Check } else { Glyph::Copy };
                    view! { <Icon glyph=glyph /> }
                }}
                <span role="status">{move || if copied.get() { t("copied") } else { t("copy") }}</span>
            </button>
        </div>
    }
}

/// The element an event happened on, as the type the handler was put on.
fn event_target<T: wasm_bindgen::JsCast>(event: &web_sys::Event) -> T {
    event
        .current_target()
        .or_else(|| event.target())
        .expect("an event has a target while it is handled")
        .unchecked_into()
}
