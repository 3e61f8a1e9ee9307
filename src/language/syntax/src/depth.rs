//! Room on the stack: people nest as deep as they like, and programs that write configuration deeper.

/// What one step of a recursion may take before it asks again. One level of a debug build needs about 8 KiB
/// (measured, x86-64).
const RED_ZONE: usize = 192 << 10;

/// How much is added at a time; only what is used is ever mapped.
const SEGMENT: usize = 4 << 20;

/// Runs one level of a recursion over text or trees, on a new piece of stack where the old one is nearly used up.
///
/// Terraform has no limit of nesting but the gigabyte that its stack may grow to; with this, ours is the memory of
/// the machine.
#[inline]
pub fn with_room<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, level)
}
