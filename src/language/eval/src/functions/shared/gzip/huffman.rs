//! Blocks of tokens as bits: RFC 1951, with Go's choice among its three forms.

/// A byte, or bytes said before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Byte(u8),
    /// Of 3 to 258 bytes, from 1 to 32768 bytes back.
    Repeat {
        length: usize,
        distance: usize,
    },
}

/// Ends a block.
const END: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// Lengths of codes from 0 to 15, and three kinds of repetition of them.
const LENGTHS: usize = 19;
/// The order in which the lengths of the codes of lengths are written (RFC 1951, 3.2.7).
const LENGTHS_ORDER: [usize; LENGTHS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// A stored block says its length in 16 bits.
const MOST_STORED: usize = 65535;

/// Symbol, number of extra bits and their value for a length (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, u32, u32) {
    let n = length.saturating_sub(3);
    match n {
        255.. => (285, 0, 0),
        0..8 => (257 + n, 0, 0),
        _ => {
            // Four symbols for each power of two.
            let extra = n.ilog2() - 2;
            (257 + 4 * (extra as usize + 1) + (n >> extra) % 4, extra, n as u32 & ((1 << extra) - 1))
        }
    }
}

/// The same for a distance.
fn distance_symbol(distance: usize) -> (usize, u32, u32) {
    let n = distance.saturating_sub(1);
    if n < 4 {
        return (n, 0, 0);
    }
    let extra = n.ilog2() - 1;
    (2 * (extra as usize + 1) + (n >> extra) % 2, extra, n as u32 & ((1 << extra) - 1))
}

/// A code by symbol: bits in the order in which they are written, and their number.
struct Code(Vec<(u32, u32)>);

impl Code {
    fn of_lengths(lengths: &[u32]) -> Code {
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let (mut codes, mut next) = (vec![(0, 0); lengths.len()], 0_u32);
        for length in 1..=longest {
            next <<= 1;
            for (slot, _) in codes.iter_mut().zip(lengths).filter(|(_, l)| **l == length) {
                *slot = (next.reverse_bits() >> (32 - length), length);
                next += 1;
            }
        }
        Code(codes)
    }

    fn of_counts(counts: &[u32], longest: usize) -> Code {
        Code::of_lengths(&code_lengths(counts, longest))
    }

    fn get(&self, symbol: usize) -> (u32, u32) {
        self.0.get(symbol).copied().unwrap_or_default()
    }

    fn bits(&self, counts: &[u32]) -> usize {
        self.0.iter().zip(counts).map(|((_, length), count)| *length as usize * *count as usize).sum()
    }
}

/// The best code lengths that are not longer than allowed: by merging coins (package-merge), where of equal weights a
/// symbol's own coin comes after a package. Symbols of equal count get the longer code the smaller they are.
fn code_lengths(counts: &[u32], longest: usize) -> Vec<u32> {
    let mut lengths = vec![0; counts.len()];
    let mut used: Vec<(u32, usize)> =
        counts.iter().enumerate().filter(|(_, c)| **c > 0).map(|(symbol, c)| (*c, symbol)).collect();
    if used.len() <= 2 {
        for (_, symbol) in used {
            if let Some(length) = lengths.get_mut(symbol) {
                *length = 1;
            }
        }
        return lengths;
    }
    used.sort_unstable();
    let levels = longest.min(used.len() - 1);
    // Of each level: the weights, and how many of the first so many are single symbols.
    let mut below: Vec<u64> = Vec::new();
    let mut singles: Vec<Vec<usize>> = Vec::new();
    for _ in 0..levels {
        let packages: Vec<u64> = below.chunks_exact(2).map(|pair| pair.iter().sum()).collect();
        let (mut row, mut count, mut counted) = (Vec::new(), 0, vec![0]);
        let mut packages = packages.into_iter().peekable();
        let mut single = used.iter().map(|(c, _)| u64::from(*c)).peekable();
        loop {
            let take_single = match (single.peek(), packages.peek()) {
                (Some(s), Some(p)) => s < p,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            row.extend(if take_single { single.next() } else { packages.next() });
            count += usize::from(take_single);
            counted.push(count);
        }
        below = row;
        singles.push(counted);
    }
    // The first 2n-2 of the top level; each package opens two of the level below.
    let mut taken = 2 * used.len() - 2;
    for counted in singles.iter().rev() {
        let single = counted.get(taken).copied().unwrap_or(used.len());
        for (_, symbol) in used.iter().take(single) {
            if let Some(length) = lengths.get_mut(*symbol) {
                *length += 1;
            }
        }
        taken = 2 * (taken - single);
    }
    lengths
}

/// Writes blocks after what is there already.
pub(super) struct Blocks {
    out: Vec<u8>,
    bits: u64,
    count: u32,
    fixed: (Code, Code),
}

impl Blocks {
    pub(super) fn new(out: Vec<u8>) -> Blocks {
        let literals: Vec<u32> = (0..288)
            .map(|symbol| match symbol {
                0..144 => 8,
                144..256 => 9,
                256..280 => 7,
                _ => 8,
            })
            .collect();
        let fixed = (Code::of_lengths(&literals), Code::of_lengths(&[5; 32]));
        Blocks { out, bits: 0, count: 0, fixed }
    }

    /// All bytes, the last one filled up.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.fill_up();
        self.out
    }

    fn push(&mut self, (bits, count): (u32, u32)) {
        self.bits |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.out.push(self.bits.to_le_bytes()[0]);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn fill_up(&mut self) {
        if self.count > 0 {
            self.push((0, 8 - self.count));
        }
    }

    /// A block of bytes as they are, at most 65535.
    pub(super) fn stored(&mut self, bytes: &[u8], last: bool) {
        self.push((u32::from(last), 3));
        self.fill_up();
        let length = bytes.len() as u16;
        self.out.extend_from_slice(&length.to_le_bytes());
        self.out.extend_from_slice(&(!length).to_le_bytes());
        self.out.extend_from_slice(bytes);
    }

    /// A block of tokens in the smallest form; `bytes` are what they stand for, where these are still at hand.
    pub(super) fn write(&mut self, tokens: &[Token], bytes: Option<&[u8]>) {
        let tally = Tally::of(tokens);
        let tables = Tables::new(&tally);
        let stored = bytes.filter(|b| b.len() <= MOST_STORED);
        // What both other forms have in common need not be known to choose between these.
        let extra = if stored.is_some() { tally.extra } else { 0 };
        let fixed = 3 + self.fixed.0.bits(&tally.literals) + self.fixed.1.bits(&tally.distances) + extra;
        let dynamic = tables.size(&tally) + extra;
        if let Some(bytes) = stored.filter(|b| (b.len() + 5) * 8 < fixed.min(dynamic)) {
            return self.stored(bytes, false);
        }
        if dynamic < fixed {
            self.push((4, 3));
            tables.header.iter().for_each(|piece| self.push(*piece));
            self.tokens(tokens, &tables.literals, &tables.distances);
        } else {
            self.push((2, 3));
            let (literals, distances) = std::mem::replace(&mut self.fixed, (Code(Vec::new()), Code(Vec::new())));
            self.tokens(tokens, &literals, &distances);
            self.fixed = (literals, distances);
        }
    }

    fn tokens(&mut self, tokens: &[Token], literals: &Code, distances: &Code) {
        for token in tokens {
            match *token {
                Token::Byte(byte) => self.push(literals.get(usize::from(byte))),
                Token::Repeat { length, distance } => {
                    let (symbol, count, bits) = length_symbol(length);
                    self.push(literals.get(symbol));
                    self.push((bits, count));
                    let (symbol, count, bits) = distance_symbol(distance);
                    self.push(distances.get(symbol));
                    self.push((bits, count));
                }
            }
        }
        self.push(literals.get(END));
    }
}

/// How often each symbol occurs, and how many extra bits there are.
struct Tally {
    literals: Vec<u32>,
    distances: Vec<u32>,
    extra: usize,
}

impl Tally {
    fn of(tokens: &[Token]) -> Tally {
        let mut tally = Tally { literals: vec![0; LITERALS], distances: vec![0; DISTANCES], extra: 0 };
        let count = |counts: &mut Vec<u32>, symbol: usize| {
            if let Some(count) = counts.get_mut(symbol) {
                *count += 1;
            }
        };
        for token in tokens {
            match *token {
                Token::Byte(byte) => count(&mut tally.literals, usize::from(byte)),
                Token::Repeat { length, distance } => {
                    let (symbol, more, _) = length_symbol(length);
                    count(&mut tally.literals, symbol);
                    let (place, more_of_distance, _) = distance_symbol(distance);
                    count(&mut tally.distances, place);
                    tally.extra += (more + more_of_distance) as usize;
                }
            }
        }
        count(&mut tally.literals, END);
        if tally.distances.iter().all(|c| *c == 0) {
            // A code of no symbol at all cannot be written.
            count(&mut tally.distances, 0);
        }
        tally
    }
}

/// Codes made for one block, and how its header says them.
struct Tables {
    literals: Code,
    distances: Code,
    /// Pieces of the header, without its three first bits.
    header: Vec<(u32, u32)>,
}

impl Tables {
    fn new(tally: &Tally) -> Tables {
        let literals = Code::of_counts(&tally.literals, 15);
        let distances = Code::of_counts(&tally.distances, 15);
        let used = |code: &Code| code.0.iter().rposition(|(_, length)| *length > 0).map_or(0, |last| last + 1);
        let (of_literals, of_distances) = (used(&literals), used(&distances));
        let lengths = literals.0.iter().take(of_literals).chain(distances.0.iter().take(of_distances));
        let runs = runs(&lengths.map(|(_, length)| *length).collect::<Vec<_>>());
        let mut counts = [0_u32; LENGTHS];
        for (symbol, ..) in &runs {
            if let Some(count) = counts.get_mut(*symbol) {
                *count += 1;
            }
        }
        let code = Code::of_counts(&counts, 7);
        let written = LENGTHS_ORDER.iter().rposition(|s| code.get(*s).1 > 0).map_or(4, |last| 4.max(last + 1));
        let mut header = vec![(of_literals as u32 - 257, 5), (of_distances as u32 - 1, 5), (written as u32 - 4, 4)];
        header.extend(LENGTHS_ORDER.iter().take(written).map(|symbol| (code.get(*symbol).1, 3)));
        for (symbol, count, bits) in runs {
            header.push(code.get(symbol));
            header.push((bits, count));
        }
        Tables { literals, distances, header }
    }

    /// Bits of the block, without extra bits.
    fn size(&self, tally: &Tally) -> usize {
        let header: usize = self.header.iter().map(|(_, count)| *count as usize).sum();
        3 + header + self.literals.bits(&tally.literals) + self.distances.bits(&tally.distances)
    }
}

/// The lengths of all codes as symbols with extra bits: 16 repeats the one before, 17 and 18 are zeros.
fn runs(lengths: &[u32]) -> Vec<(usize, u32, u32)> {
    let mut runs = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = run.first().copied().unwrap_or_default();
        let mut left = run.len();
        if length == 0 {
            while left >= 11 {
                let n = left.min(138);
                runs.push((18, 7, n as u32 - 11));
                left -= n;
            }
            if left >= 3 {
                runs.push((17, 3, left as u32 - 3));
                left = 0;
            }
        } else {
            runs.push((length as usize, 0, 0));
            left -= 1;
            while left >= 3 {
                let n = left.min(6);
                runs.push((16, 2, n as u32 - 3));
                left -= n;
            }
        }
        runs.extend(std::iter::repeat_n((length as usize, 0, 0), left));
    }
    runs
}
