//! What pages are made of.

pub mod account_form;
pub mod account_menu;
pub mod avatar;
pub mod conversation;
pub mod dialog;
pub mod document_title;
pub mod document_tree;
pub mod each;
pub mod editor;
pub mod entry_card;
pub mod form;
pub mod icon;
pub mod markdown;
pub mod menu;
pub mod new_room;
pub mod palette;
pub mod panels;
pub mod people;
pub mod role_name;
pub mod save_state;
pub mod set_aside;
pub mod shortcuts;
pub mod sidebar;
pub mod time;
pub mod title;
pub mod toast;
