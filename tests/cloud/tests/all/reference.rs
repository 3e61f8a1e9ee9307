//! Every example of the provider's reference is applied, planned again without a change, and destroyed.

use drform_cloud::{Tool, Work, root};
use gate::Cloud;
use std::fs;
use std::sync::Mutex;
use std::thread;

#[test]
fn every_example_of_the_reference_works() {
    let cloud = Cloud::shared();
    let folder = root().join("providers/aws/docs/examples");
    let mut examples: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .filter(|(name, _)| name != "provider")
        .collect();
    examples.sort();
    assert!(examples.len() > 30, "{examples:?}");
    let (open, failures) = (Mutex::new(examples), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some((name, text)) = open.lock().unwrap().pop() else { return };
                    if let Err(why) = lives(cloud, &text) {
                        failures.lock().unwrap().push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn lives(cloud: &Cloud, text: &str) -> Result<(), String> {
    let work = Work::config(Tool::Drform, cloud, "eu-central-1", text);
    for (args, expected) in [
        (&["apply", "-auto-approve", "-input=false"][..], ""),
        (&["plan", "-detailed-exitcode", "-input=false"][..], "No changes."),
        (&["destroy", "-auto-approve", "-input=false"][..], ""),
    ] {
        let ran = work.run(args);
        if ran.code != 0 || !ran.text.contains(expected) {
            return Err(format!("{args:?} ended with {}\n{}", ran.code, ran.text));
        }
    }
    Ok(())
}
