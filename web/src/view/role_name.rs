//! Roles in words.

use crate::text::t;
use shared::wire::Role;

/// The roles a member can have, the strongest last.
pub const ROLES: [Role; 3] = [Role::Viewer, Role::Editor, Role::Owner];

/// One word.
pub fn role_name(role: Role) -> String {
    match role {
        Role::Viewer => t("role-viewer"),
        Role::Editor => t("role-editor"),
        Role::Owner => t("role-owner"),
    }
}

/// What the person can do here.
pub fn own_role(role: Role) -> String {
    match role {
        Role::Viewer => t("own-role-viewer"),
        Role::Editor => t("own-role-editor"),
        Role::Owner => t("own-role-owner"),
    }
}

/// What the invited person will be able to do.
pub fn role_sentence(role: Role) -> String {
    match role {
        Role::Viewer => t("role-viewer-sentence"),
        Role::Editor => t("role-editor-sentence"),
        Role::Owner => t("role-owner-sentence"),
    }
}

/// As forms carry it.
pub const fn role_value(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Owner => "owner",
    }
}

/// The role of that value.
pub fn role_of(value: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| role_value(*role) == value)
}
