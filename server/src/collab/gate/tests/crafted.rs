//! What passes although no editor makes it: origins anywhere, also inside of surrogate pairs and crossing each other.

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;

/// A struct whose origins are picked from what exists.
#[derive(Clone, Debug)]
struct Plan {
    client: u32,
    structs: Vec<(Option<Index>, Option<Index>, ForgedContent)>,
    deletions: Vec<(Index, u32)>,
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let content = prop_oneof![
        6 => "[ab\u{20ac}\u{1f600}\u{1f601}]{1,5}".prop_map(ForgedContent::Text),
        1 => (1u32..5).prop_map(ForgedContent::Deleted),
    ];
    let origin = || prop::option::weighted(0.8, any::<Index>());
    let structs = prop::collection::vec((origin(), origin(), content), 0..4);
    let deletions = prop::collection::vec((any::<Index>(), 1u32..4), 0..3);
    let plan = (1u32..4, structs, deletions).prop_map(|(client, structs, deletions)| Plan {
        client,
        structs,
        deletions,
    });
    prop::collection::vec(plan, 1..30)
}

/// Turns plans into updates that refer only to what exists.
fn forge(plans: &[Plan]) -> Vec<Bytes> {
    let mut clocks = BTreeMap::<u32, u32>::new();
    let mut units: Vec<(u32, u32)> = Vec::new();
    let mut updates = Vec::new();
    for plan in plans {
        let begin = clocks.get(&plan.client).copied().unwrap_or(0);
        let mut clock = begin;
        let mut structs = Vec::new();
        for (origin, right, content) in &plan.structs {
            let pick = |index: &Option<Index>| index.filter(|_| !units.is_empty()).map(|i| units[i.index(units.len())]);
            let forged = Forged {
                origin: pick(origin),
                right: pick(right),
                content: content.clone(),
            };
            units.extend((clock..clock + forged.len()).map(|clock| (plan.client, clock)));
            clock += forged.len();
            structs.push(forged);
        }
        clocks.insert(plan.client, clock);
        let mut forge = Forge::default();
        if !structs.is_empty() {
            forge = forge.client(plan.client, begin, &structs);
        }
        let mut ranges = BTreeMap::<u32, (u32, u32)>::new();
        for (index, len) in plan.deletions.iter().filter(|_| !units.is_empty()) {
            let (client, clock) = units[index.index(units.len())];
            ranges.insert(client, (clock, (*len).min(clocks[&client] - clock)));
        }
        forge = ranges
            .into_iter()
            .fold(forge, |forge, (client, range)| forge.delete(client, &[range]));
        updates.push(forge.bytes());
    }
    updates
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_passes_is_applied_to_its_last_struct_and_can_be_encoded_again(plans in plans()) {
        let mut log = Log::default();
        for update in forge(&plans) {
            log.append(ada(), update).expect("it refers only to what exists");
        }
        let (one, other, at_once) = (replica(100), replica(101), replica(102));
        for update in &log.updates {
            apply(&one, std::slice::from_ref(update));
            apply(&other, std::slice::from_ref(update));
        }
        prop_assert_eq!(text(&one), text(&other));
        apply(&at_once, &log.updates);
        for doc in [one, at_once] {
            text(&doc);
            let copy = replica(103);
            apply(&copy, &[state(&doc)]);
            text(&copy);
            prop_assert_eq!(copy.transact().state_vector(), log.state_vector());
        }
    }

    #[test]
    fn bytes_that_are_nothing_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut log = Log::default();
        if log.append(ada(), bytes).is_ok() {
            apply(&replica(100), &log.updates);
        }
    }

    #[test]
    fn an_update_changed_on_its_way_is_refused_or_harmless(
        plans in plans(),
        which in any::<Index>(),
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut updates = forge(&plans);
        let which = which.index(updates.len());
        let mut changed = updates[which].to_vec();
        for (at, byte) in flips {
            let at = at.index(changed.len());
            changed[at] = byte;
        }
        updates[which] = changed.into();
        let mut log = Log::default();
        // What came after a refused update may be refused in its turn; what passes must fit what passed before.
        let passed = updates.into_iter().filter(|update| log.append(ada(), update.clone()).is_ok()).count();
        prop_assert_eq!(passed, log.updates.len());
        let doc = replica(100);
        for update in &log.updates {
            apply(&doc, std::slice::from_ref(update));
        }
        text(&doc);
    }
}
