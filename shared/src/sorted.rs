//! Sorting and gathering that is compiled once instead of for every type, since the tab's program is downloaded before anybody can type.

use std::cmp::Ordering;

/// As [`slice::sort_by`], which is 5 kB of code for each type that is sorted by it.
pub fn sort_by<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut places: Vec<usize> = (0..items.len()).collect();
    sort_places(&mut places, &mut |a, b| compare(&items[a], &items[b]));
    let mut unsorted: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| unsorted[place].take()));
}

fn sort_places(places: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    places.sort_by(|a, b| compare(*a, *b));
}

/// As `collect` for an ordered set or map, which sorts everything before it puts it in.
pub fn gather<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut gathered = C::default();
    gathered.extend(items);
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn sorting_keeps_the_order_of_equals_as_the_standard_library_does(items: Vec<(u8, u32)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            let mut sorted = items;
            sort_by(&mut sorted, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn of_two_values_for_a_key_the_later_is_gathered(items: Vec<(u8, u32)>) {
            let expected: BTreeMap<u8, u32> = items.iter().copied().collect();
            prop_assert_eq!(gather::<BTreeMap<u8, u32>, _>(items), expected);
        }
    }
}
