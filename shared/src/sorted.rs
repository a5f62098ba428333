//! Sorting and gathering that is compiled once instead of for every type, since the tab's program is downloaded before anybody can type.

use litemap::LiteMap;
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

/// As [`std::collections::BTreeSet`], in a sorted list: for a few thousand at most.
#[derive(Clone, Debug)]
pub struct SortedSet<T>(LiteMap<T, ()>);

impl<T: Ord> SortedSet<T> {
    /// Puts it in; true when it was not there.
    pub fn insert(&mut self, item: T) -> bool {
        self.0.insert(item, ()).is_none()
    }

    /// Takes it out; true when it was there.
    pub fn remove(&mut self, item: &T) -> bool {
        self.0.remove(item).is_some()
    }

    /// Whether it is there.
    pub fn contains(&self, item: &T) -> bool {
        self.0.contains_key(item)
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Everything, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.keys()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self(LiteMap::new_vec())
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        gather(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn a_set_has_what_was_put_in_and_not_taken_out_in_order(steps: Vec<(bool, u8)>) {
            let (mut set, mut expected) = (SortedSet::default(), BTreeSet::new());
            for (puts, item) in steps {
                if puts {
                    prop_assert_eq!(set.insert(item), expected.insert(item));
                } else {
                    prop_assert_eq!(set.remove(&item), expected.remove(&item));
                }
                prop_assert_eq!(set.contains(&item), expected.contains(&item));
                prop_assert_eq!(set.is_empty(), expected.is_empty());
            }
            prop_assert_eq!(set.iter().copied().collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
        }

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
