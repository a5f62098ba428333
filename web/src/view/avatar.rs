//! People as coloured initials. The name always stands beside or in the label: colour never carries meaning alone.

use leptos::prelude::*;
use shared::id::UserId;

/// Hues in `style/tokens.css`.
const HUES: usize = 12;

const CLASSES: [&str; HUES] = [
    "person-0",
    "person-1",
    "person-2",
    "person-3",
    "person-4",
    "person-5",
    "person-6",
    "person-7",
    "person-8",
    "person-9",
    "person-10",
    "person-11",
];

/// The class that gives a person their colour, the same in every tab (FNV-1a of the account's id).
pub fn person_class(user: UserId) -> &'static str {
    let hash = user.0.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The low bits of FNV mix worst; fold the high half in.
    let index = usize::try_from((hash ^ (hash >> 32)) % HUES as u64).expect("below twelve");
    CLASSES[index]
}

/// One or two letters for a name: of its first and its last word. The style sheet makes capitals of them.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).collect()
}

/// A person's initials on their colour; for eyes only.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its properties")]
pub fn Avatar(
    /// Whose colour.
    user: UserId,
    /// Whose initials.
    #[prop(into)]
    name: String,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <span class=format!("avatar {} {class}", person_class(user)) aria-hidden="true">
            {initials(&name)}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        assert_eq!(initials("ada"), "a");
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("  "), "");
        assert_eq!(initials("ßen"), "ß");
    }
}
