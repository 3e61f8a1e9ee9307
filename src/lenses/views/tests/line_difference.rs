//! Differences as `diff -u` prints them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::unwrap_used, clippy::indexing_slicing)]

use drform_views::line_difference;
use std::process::Command;

fn shown(old: &str, new: &str) -> String {
    line_difference("old", "new", old, new)
}

#[test]
fn the_same_has_no_difference() {
    assert_eq!(shown("", ""), "");
    assert_eq!(shown("a\nb", "a\nb"), "");
}

#[test]
fn texts_by_hand() {
    let cases = [
        ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
        ("a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"),
        ("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
        ("a\r\nb\n", "a\nb\n", "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n"),
        // A run goes as far down as it can.
        ("a\nx\nb\n", "a\nx\nx\nb\n", "@@ -1,3 +1,4 @@\n a\n x\n+x\n b\n"),
        // Six lines between two changes are shown, seven are not.
        (
            "a\n1\n2\n3\n4\n5\n6\nb\n",
            "A\n1\n2\n3\n4\n5\n6\nB\n",
            "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n",
        ),
        (
            "a\n1\n2\n3\n4\n5\n6\n7\nb\n",
            "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n",
        ),
    ];
    for (old, new, hunks) in cases {
        assert_eq!(shown(old, new), format!("--- old\n+++ new\n{hunks}"), "{old:?} {new:?}");
    }
}

/// Numbers that look random: xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % sides as u64) as usize
    }

    /// Up to so many lines of so many kinds.
    fn lines(&mut self, most: usize, kinds: usize) -> Vec<String> {
        let kind = |dice: &mut Dice| if dice.roll(3) == 0 { dice.roll(2) } else { dice.roll(kinds) };
        (0..self.roll(most + 1)).map(|_| format!("{}\n", kind(self))).collect()
    }

    /// The lines with some gone, some new, some others.
    fn edited(&mut self, lines: &[String], kinds: usize) -> Vec<String> {
        let often = 2 + self.roll(12);
        let mut out = Vec::new();
        for line in lines {
            match self.roll(often * 3) {
                0 => {}
                1 => out.extend(self.lines(4, kinds)),
                2 => out.push(format!("  {line}")),
                _ => out.push(line.clone()),
            }
        }
        out
    }
}

#[test]
fn random_texts_as_gnu_diff_shows_them() {
    let gnu = Command::new("diff").arg("--version").output();
    let gnu = gnu.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("GNU diffutils"));
    let dir = tempfile::tempdir().unwrap();
    let (old_file, new_file) = (dir.path().join("old"), dir.path().join("new"));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..300 {
        let (most, kinds) = [(6, 3), (30, 6), (120, 20), (600, 150)][dice.roll(4)];
        let old = dice.lines(most, kinds);
        let new = dice.edited(&old, kinds);
        let cut = |dice: &mut Dice, lines: Vec<String>| {
            let text = lines.concat();
            if dice.roll(10) == 0 { text.trim_end().to_owned() } else { text }
        };
        let (old, new) = (cut(&mut dice, old), cut(&mut dice, new));
        let ours = shown(&old, &new);
        assert_eq!(patched(&old, &ours), new, "round {round}: {ours}");
        if gnu {
            std::fs::write(&old_file, &old).unwrap();
            std::fs::write(&new_file, &new).unwrap();
            let labels = ["-u", "--label=old", "--label=new"];
            let theirs = Command::new("diff").args(labels).args([&old_file, &new_file]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&theirs.stdout), ours, "round {round}");
        }
    }
}

/// The new text, made of the old one and a difference.
fn patched(old: &str, difference: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let (mut out, mut at) = (String::new(), 0);
    let mut whole = true;
    for line in difference.split_inclusive('\n').skip(2) {
        let (sign, rest) = line.split_at(1);
        match sign {
            "@" => {
                let place: Vec<usize> =
                    rest.split([' ', ',']).nth(1).map(|p| p[1..].parse().unwrap()).into_iter().collect();
                let none = rest.split(' ').nth(1).unwrap().ends_with(",0");
                let start = place[0] - usize::from(!none);
                out.extend(old[at..start].iter().copied());
                at = start;
            }
            " " | "-" => {
                whole = sign == " ";
                if whole {
                    out.push_str(rest);
                }
                at += 1;
            }
            "+" => {
                whole = true;
                out.push_str(rest);
            }
            _ if whole => {
                out.pop();
            }
            _ => {}
        }
    }
    out.extend(old[at..].iter().copied());
    out
}

#[test]
fn long_texts_take_reasonable_time() {
    let old: String = (0..9_000).map(|i| format!("  line {}\n", i % 2_000)).collect();
    let new: String = old
        .lines()
        .enumerate()
        .map(|(i, l)| if i % 3 == 0 { format!("{l}\n") } else { format!("{}\n", l.trim()) })
        .collect();
    assert!(shown(&old, &new).len() > new.len());
}
