//! People as coloured initials. The name always stands beside or in the label: colour never carries meaning alone.

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
    let index = (hash ^ (hash >> 32)) % HUES as u64;
    CLASSES[usize::try_from(index).expect("below twelve")]
}
