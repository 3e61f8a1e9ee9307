//! Which earlier bytes are repeated: the choices of Go's level 6.

use super::huffman::{Blocks, Token};

/// How far back a repetition may reach, and by how much the window moves when it is full.
const WINDOW: usize = 1 << 15;
/// Shorter repetitions are written out.
const SHORTEST: usize = 4;
/// The longest that the format can say.
const LONGEST: usize = 258;
/// As many tokens go into a block.
const BLOCK: usize = 1 << 14;
/// After a repetition of this length the next byte is not tried.
const LAZY: usize = 16;
/// So long a repetition ends the search.
const NICE: usize = 128;
/// As many places are tried.
const TRIES: usize = 128;
/// Repetitions of the shortest length are worth it only nearby.
const NEAR: usize = 4096;

const HASH_BITS: u32 = 17;
/// "No place": larger than any.
const NOWHERE: usize = usize::MAX;

struct Search<'a> {
    input: &'a [u8],
    /// The last place of each hash.
    heads: Vec<usize>,
    /// The place before, of the same hash, for the places in reach.
    before: Vec<usize>,
    /// Where the window begins: nothing before it is found any more.
    base: usize,
}

impl Search<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.input.get(at).copied().unwrap_or_default()
    }

    fn hash(&self, at: usize) -> usize {
        let four = (0..SHORTEST).fold(0_u32, |word, i| word << 8 | u32::from(self.byte(at + i)));
        (four.wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS)) as usize
    }

    /// Notes a place; gives the one before it with the same hash.
    fn insert(&mut self, at: usize) -> usize {
        let hash = self.hash(at);
        let Some(head) = self.heads.get_mut(hash) else { return NOWHERE };
        let previous = std::mem::replace(head, at);
        if let Some(slot) = self.before.get_mut(at % WINDOW) {
            *slot = previous;
        }
        previous
    }

    fn in_reach(&self, candidate: usize, at: usize) -> bool {
        candidate != NOWHERE && candidate >= self.base.max(at.saturating_sub(WINDOW))
    }

    fn common(&self, a: usize, b: usize, most: usize) -> usize {
        let (a, b) = (self.input.get(a..).unwrap_or_default(), self.input.get(b..).unwrap_or_default());
        a.iter().zip(b).take(most).take_while(|(x, y)| x == y).count()
    }

    /// Length and distance of the best repetition at a place, from a candidate backwards.
    fn best(&self, at: usize, candidate: usize) -> Option<(usize, usize)> {
        let most = LONGEST.min(self.input.len() - at);
        let nice = NICE.min(most);
        let (mut length, mut found, mut candidate) = (SHORTEST - 1, None, candidate);
        for _ in 0..TRIES {
            if self.byte(candidate + length) == self.byte(at + length) {
                let n = self.common(candidate, at, most);
                let distance = at - candidate;
                if n > length && (n > SHORTEST || distance <= NEAR) {
                    length = n;
                    found = Some((n, distance));
                    if n >= nice {
                        break;
                    }
                }
            }
            if candidate + WINDOW == at {
                break;
            }
            candidate = self.before.get(candidate % WINDOW).copied().unwrap_or(NOWHERE);
            if !self.in_reach(candidate, at) {
                break;
            }
        }
        found
    }
}

/// Writes the input as blocks, none of them the last.
pub(super) fn write(input: &[u8], blocks: &mut Blocks) {
    let mut search = Search { input, heads: vec![NOWHERE; 1 << HASH_BITS], before: vec![NOWHERE; WINDOW], base: 0 };
    let end = input.len();
    let mut tokens = Vec::with_capacity(BLOCK + 1);
    // Where the block begins; none once its bytes have left the window, when it can no more be stored as it is.
    let mut block_start = Some(0);
    let (mut at, mut head) = (0, NOWHERE);
    let (mut length, mut distance) = (SHORTEST - 1, 0);
    // The byte before this one waits: a longer repetition may begin here.
    let mut waiting = false;
    loop {
        // The window of twice its reach is full: its second half becomes the first.
        while at + SHORTEST + LONGEST > search.base + 2 * WINDOW && end > search.base + 2 * WINDOW {
            search.base += WINDOW;
            block_start = block_start.filter(|start| *start >= search.base);
        }
        if at >= end {
            break;
        }
        let ahead = end - at;
        if ahead >= SHORTEST {
            head = search.insert(at);
        }
        let (length_before, distance_before) = (length, distance);
        (length, distance) = (SHORTEST - 1, 0);
        if search.in_reach(head, at)
            && ahead > length_before
            && length_before < LAZY
            && let Some(found) = search.best(at, head)
        {
            (length, distance) = found;
        }
        if length_before >= SHORTEST && length <= length_before {
            tokens.push(Token::Repeat { length: length_before, distance: distance_before });
            let next = at + length_before - 1;
            at += 1;
            while at < next {
                if at + SHORTEST <= end {
                    search.insert(at);
                }
                at += 1;
            }
            waiting = false;
            length = SHORTEST - 1;
            if tokens.len() == BLOCK {
                write_block(input, &mut tokens, &mut block_start, at, blocks);
            }
        } else {
            if waiting {
                tokens.push(Token::Byte(search.byte(at - 1)));
                if tokens.len() == BLOCK {
                    write_block(input, &mut tokens, &mut block_start, at, blocks);
                }
            }
            at += 1;
            waiting = true;
        }
    }
    if waiting {
        tokens.push(Token::Byte(search.byte(at - 1)));
    }
    if !tokens.is_empty() {
        write_block(input, &mut tokens, &mut block_start, at, blocks);
    }
}

fn write_block(input: &[u8], tokens: &mut Vec<Token>, start: &mut Option<usize>, end: usize, blocks: &mut Blocks) {
    let bytes = start.and_then(|start| input.get(start..end));
    blocks.write(tokens, bytes);
    tokens.clear();
    *start = Some(end);
}
