//! `base64gzip` gives the very bytes that Terraform gives.

use crate::site::{answer, evaluator};
use crate::terraform::{Dice, ask, here, present, recording, seed};
use std::fmt::Write;

/// A text of a kind and about that many characters, always the same for the same seed.
fn text(kind: &str, length: usize, dice: &mut Dice) -> String {
    const WORDS: [&str; 12] =
        ["server", "the", "aws_instance", "\n", "  ", "=", "\"", "cidr", "10.0.0.0/16", "größer", "{", "}"];
    let mut text = String::with_capacity(length + 16);
    let mut count = 0;
    while count < length {
        match kind {
            "zero" => text.push('0'),
            "ascii" => text.push(char::from(b' ' + dice.below(95) as u8)),
            "dna" => text.push(['A', 'C', 'G', 'T'][dice.below(4)]),
            "words" => text.push_str(WORDS[dice.below(WORDS.len())]),
            // Hardly compressible: the bytes of these are nearly chance.
            "high" => text.push(char::from_u32(0x1_0000 + dice.below(0x2_0000) as u32).unwrap()),
            "two" => text.push(char::from_u32(0x400 + dice.below(0x100) as u32).unwrap()),
            "skewed" => text.push(char::from(b'a' + (dice.below(1 << 20) + 1).ilog2() as u8)),
            "far" if text.len() > 20_000 && dice.below(3) == 0 => {
                let back = 1 + dice.below(text.len().min(40_000) - 300);
                let at = text.len() - back;
                let piece = text[at..(at + 4 + dice.below(290)).min(text.len())].to_string();
                text.push_str(&piece);
                count += piece.len();
            }
            "far" => text.push(char::from(b'!' + dice.below(90) as u8)),
            other => panic!("{other}"),
        }
        count += 1;
    }
    text
}

const KINDS: [&str; 8] = ["zero", "ascii", "dna", "words", "high", "two", "skewed", "far"];

/// Kinds, lengths and seeds.
fn rows() -> Vec<(String, usize, u64)> {
    let mut rows = Vec::new();
    for kind in KINDS {
        for length in [0, 1, 2, 3, 4, 5, 7, 8, 13, 40, 100, 257, 258, 259, 300, 1000, 5000] {
            rows.push((kind.to_string(), length, 1));
        }
        for length in [16_384, 32_769, 65_274, 65_275, 65_537, 98_305] {
            rows.push((kind.to_string(), length, 2));
        }
    }
    rows.extend(["far"].map(|kind| (kind.to_string(), 300_000, 3)));
    rows
}

fn files(rows: &[(String, usize, u64)]) -> Vec<(String, String)> {
    let texts = rows.iter().enumerate();
    texts.map(|(i, (kind, length, seed))| (format!("f{i}"), text(kind, *length, &mut Dice(*seed | 1)))).collect()
}

/// What Terraform says to each of the texts, as digests.
fn expressions(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("sha256(base64gzip(file(\"f{i}\")))")).collect()
}

fn compare(rows: &[(String, usize, u64)], answers: &[String]) {
    let files = files(rows);
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let evaluator = evaluator(&files);
    for ((row, expression), expected) in rows.iter().zip(expressions(rows.len())).zip(answers) {
        assert_eq!(answer(&evaluator, &expression), *expected, "{row:?}");
    }
}

fn asked(rows: &[(String, usize, u64)]) -> Vec<String> {
    let files = files(rows);
    let mut files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    files.push(("main.tf", ""));
    ask(&files, &expressions(rows.len()))
}

#[test]
fn the_bytes_are_terraforms() {
    let path = here().join("recorded/gzip.txt");
    let rows = rows();
    if recording() && present() {
        let mut text =
            String::from("# Digests of base64gzip() of terraform 1.11.4: kind, length and seed of the text.\n");
        for ((kind, length, seed), answer) in rows.iter().zip(asked(&rows)) {
            writeln!(text, "{kind} {length} {seed} {answer}").unwrap();
        }
        std::fs::write(&path, text).unwrap();
    }
    let recorded = std::fs::read_to_string(&path).unwrap();
    let recorded = recorded.lines().filter(|line| !line.starts_with('#'));
    let answers: Vec<String> = recorded.map(|line| line.rsplit_once(' ').unwrap().1.to_string()).collect();
    assert_eq!(answers.len(), rows.len());
    compare(&rows, &answers);
}

#[test]
fn the_bytes_of_other_texts_are_terraforms_too() {
    if !present() {
        return;
    }
    let mut dice = Dice(seed("gzip"));
    let row = |_| {
        let most = [50, 2000, 70_000][dice.below(3)];
        (KINDS[dice.below(KINDS.len())].to_string(), dice.below(most), dice.next())
    };
    let rows: Vec<(String, usize, u64)> = (0..24).map(row).collect();
    compare(&rows, &asked(&rows));
}
