//! Two texts, line by line, as `diff -u` shows them.

use similar::{Algorithm, TextDiff};

/// The unified difference of two texts with three lines around each change; nothing when they are the same.
///
/// A line ends with a line feed: a carriage return before it belongs to the line.
pub fn line_difference(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (old, new) = (lines(old), lines(new));
    TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .header(old_name, new_name)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn dump() {
        let dir = "/tmp/d";
        for e in std::fs::read_dir(format!("{dir}/out")).unwrap() {
            let p = e.unwrap().path();
            let n = p.file_name().unwrap().to_str().unwrap();
            let a = std::fs::read_to_string(format!("{dir}/in/{n}")).unwrap();
            let b = std::fs::read_to_string(&p).unwrap();
            std::fs::write(
                format!("{dir}/diff/{n}"),
                line_difference(&format!("old/{n}"), &format!("new/{n}"), &a, &b),
            )
            .unwrap();
        }
    }
}
