//! Updates that no editor makes and that refer only to what exists: the gate has to let them pass.

use arbitrary::{Result, Unstructured};
use bytes::Bytes;
use shared::lib0::{put_bytes, put_number};
use std::collections::BTreeMap;

/// One UTF-16 unit of the document: client and clock.
type Unit = (u32, u32);

/// Clients that forged updates write as.
pub(crate) const CLIENTS: u32 = 4;

/// All that exists.
#[derive(Default)]
pub(crate) struct Forge {
    clocks: BTreeMap<u32, u32>,
    units: Vec<Unit>,
}

impl Forge {
    /// The next update.
    pub(crate) fn update(&mut self, plan: &mut Unstructured<'_>) -> Result<Bytes> {
        let mut out = Vec::new();
        let mut clients: Vec<u32> = (1..=CLIENTS).collect();
        let sections = plan.int_in_range(0..=3)?;
        put_number(&mut out, sections);
        for _ in 0..sections {
            let client = clients.swap_remove(plan.choose_index(clients.len())?);
            self.section(client, plan, &mut out)?;
        }
        self.deletions(plan, &mut out)?;
        Ok(out.into())
    }

    fn section(&mut self, client: u32, plan: &mut Unstructured<'_>, out: &mut Vec<u8>) -> Result<()> {
        let count = plan.int_in_range(1..=4)?;
        put_number(out, count);
        put_number(out, client);
        put_number(out, self.clocks.get(&client).copied().unwrap_or(0));
        for _ in 0..count {
            let (origin, right) = (self.pick(plan)?, self.pick(plan)?);
            let text = match plan.int_in_range(0..=7)? {
                0 => None,
                n => Some(["a", "b", "\u{20ac}", "\u{1f600}", "ab", "a\u{1f601}b", "abcd"][n - 1]),
            };
            let flags = if origin.is_some() { 0x80 } else { 0 } | if right.is_some() { 0x40 } else { 0 };
            out.push(flags | if text.is_some() { 4 } else { 1 });
            for (client, clock) in [origin, right].into_iter().flatten() {
                put_number(out, client);
                put_number(out, clock);
            }
            if origin.is_none() && right.is_none() {
                put_number(out, 1);
                put_bytes(out, b"content");
            }
            let len = if let Some(text) = text {
                put_bytes(out, text.as_bytes());
                text.encode_utf16().map(|_| 1).sum()
            } else {
                let len = plan.int_in_range(1..=4)?;
                put_number(out, len);
                len
            };
            let clock = self.clocks.entry(client).or_default();
            self.units.extend((*clock..*clock + len).map(|clock| (client, clock)));
            *clock += len;
        }
        Ok(())
    }

    /// Something that exists, or nothing.
    fn pick(&self, plan: &mut Unstructured<'_>) -> Result<Option<Unit>> {
        if self.units.is_empty() || plan.ratio(1, 5)? {
            return Ok(None);
        }
        plan.choose(&self.units).copied().map(Some)
    }

    fn deletions(&self, plan: &mut Unstructured<'_>, out: &mut Vec<u8>) -> Result<()> {
        let mut ranges = BTreeMap::new();
        if !self.units.is_empty() {
            for _ in 0..plan.int_in_range(0..=2)? {
                let &(client, clock) = plan.choose(&self.units)?;
                let len = plan.int_in_range(1..=4)?;
                ranges.insert(client, (clock, len.min(self.clocks[&client] - clock)));
            }
        }
        put_number(out, u32::try_from(ranges.len()).expect("two at most"));
        for (client, (clock, len)) in ranges {
            for number in [client, 1, clock, len] {
                put_number(out, number);
            }
        }
        Ok(())
    }
}
