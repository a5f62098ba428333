//! How well a name fits what was typed.

/// Lower fits better; none fits not at all. Both are in small letters. Typed words may be the beginning of the name, of its words, a part of it, or its letters in order.
pub(super) fn rank(query: &str, name: &str) -> Option<u32> {
    let query = query.trim();
    if query.is_empty() || name.starts_with(query) {
        return Some(0);
    }
    if name
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word.starts_with(query))
    {
        return Some(1);
    }
    if name.contains(query) {
        return Some(2);
    }
    let mut letters = name.chars();
    let in_order = query
        .chars()
        .filter(|c| !c.is_whitespace())
        .all(|wanted| letters.any(|c| c == wanted));
    in_order.then_some(3)
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn beginnings_come_before_parts_and_scattered_letters() {
        assert_eq!(rank("", "anything"), Some(0));
        assert_eq!(rank("mee", "meeting notes"), Some(0));
        assert_eq!(rank("not", "meeting notes"), Some(1));
        assert_eq!(rank("ting", "meeting notes"), Some(2));
        assert_eq!(rank("mtn", "meeting notes"), Some(3));
        assert_eq!(rank("xyz", "meeting notes"), None);
        assert_eq!(rank("é", "été"), Some(0));
    }
}
