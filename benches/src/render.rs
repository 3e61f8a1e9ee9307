//! How long it takes to show a plan: `show FILE` of a saved plan in which every object changes.

use crate::{Figure, build, measure, which};
use std::fs;
use std::io;
use std::path::Path;

/// Changes in the plans that are shown.
const SIZES: [usize; 2] = [2_000, 20_000];

pub(crate) fn run(count: Option<usize>) -> io::Result<()> {
    let drform = build()?;
    let rival = which("terraform");
    println!("a saved plan in which every terraform_data changes; whole commands\n");
    println!("{:32} {:>14} {:>14}", "", "drform", "terraform");
    for count in count.map_or(SIZES.to_vec(), |count| vec![count]) {
        let ours = shown(&drform, None, count)?;
        let theirs = match &rival {
            // The state is made by drform: an apply of that size does not end there.
            Some(rival) => shown(rival, Some(&drform), count)?,
            None => Shown { text: Figure::Absent, json: Figure::Absent },
        };
        for (title, a, b) in [("show", &ours.text, &theirs.text), ("show -json", &ours.json, &theirs.json)] {
            println!("{:32} {:>14} {:>14}", format!("{title}, {count} changes"), a.time(), b.time());
            println!("{:32} {:>14} {:>14}", "", a.memory(), b.memory());
        }
    }
    Ok(())
}

struct Shown {
    text: Figure,
    json: Figure,
}

fn shown(tool: &Path, maker: Option<&Path>, count: usize) -> io::Result<Shown> {
    let dir = tempfile::tempdir()?;
    let dir = dir.path();
    fs::write(dir.join("main.tf"), configuration(count, "before"))?;
    measure(maker.unwrap_or(tool), dir, &["apply", "-auto-approve", "-no-color"])?;
    fs::write(dir.join("main.tf"), configuration(count, "after"))?;
    if maker.is_some() {
        measure(tool, dir, &["init"])?;
    }
    let planned = measure(tool, dir, &["plan", "-no-color", "-out=saved.plan"])?;
    if !matches!(planned, Figure::Took { .. }) {
        return Ok(Shown { text: planned, json: Figure::Absent });
    }
    let text = measure(tool, dir, &["show", "-no-color", "saved.plan"])?;
    let json = measure(tool, dir, &["show", "-json", "saved.plan"])?;
    Ok(Shown { text, json })
}

/// Objects with text, a list and a map, in each of which something changes and something stays.
fn configuration(count: usize, what: &str) -> String {
    format!(
        "resource \"terraform_data\" \"x\" {{\n  count = {count}\n  input = {{\n    name  = \"item ${{count.index}}\"\n    \
         state = \"{what}\"\n    zones = [\"a\", \"b\", \"{what}\"]\n    tags  = {{ owner = \"nobody\", stage = \"{what}\" }}\n    \
         text  = \"one\\ntwo\\n{what}\\nfour\\n\"\n  }}\n}}\n"
    )
}
