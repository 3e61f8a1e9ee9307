use crate::tell;

/// Seeds that failed once, one a line; what follows a `#` says what was wrong.
const FAILED_ONCE: &str = include_str!("../seeds.txt");

/// Few enough for every test run; `cargo sim --seeds N` tells more.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=4;

fn survive(seed: u64, every: usize) {
    if let Err(what) = tell(seed, every) {
        panic!("{what}");
    }
}

#[test]
fn the_first_seeds() {
    SEEDS.for_each(|seed| survive(seed, 3));
}

#[test]
fn seeds_that_failed_once() {
    let seeds = FAILED_ONCE.lines().filter_map(|line| line.split('#').next()?.trim().parse().ok());
    seeds.for_each(|seed| survive(seed, 1));
}

#[test]
fn the_same_seed_tells_the_same_story() {
    assert_eq!(tell(9, 16), tell(9, 16));
}
