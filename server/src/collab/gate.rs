//! The gate in front of the log: a bounded reader of Yjs update format v1 that lets pass what is contiguous and attributable.
