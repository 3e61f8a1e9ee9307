//! One long file and `fmt`.

use crate::{Figure, build, measure, which};
use std::fs;
use std::io;
use std::path::Path;

/// Lines that need work: indentation, alignment, comments, an old interpolation.
const BLOCK: &str = r#"resource "aws_instance" web_NUMBER {
ami="${var.ami}"  # the image
  instance_type = "t3.micro" # small
tags = {
Name="web-${ var.name }-NUMBER"
    Owner : local.owner
  }
  user_data = <<-EOT
    echo   ${var.name}
    EOT

      dynamic "ebs_block_device" {
for_each = [for d in var.disks:d if d.size>0]
    content {
device_name = ebs_block_device.value.name
      volume_size=ebs_block_device.value.size
    }
  }
}

"#;

/// `fmt` of one file of so many megabytes, as it is and once more when there is nothing to do.
pub(crate) fn run(megabytes: usize) -> io::Result<()> {
    let drform = build()?;
    let rival = which("terraform");
    println!("fmt of one file, wall seconds and peak memory\n");
    println!("{:32} {:>14} {:>14}", "", "drform", "terraform");
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("main.tf");
    for size in [megabytes.div_ceil(15), megabytes] {
        let text = text(size * 1_000_000);
        let both = |title: &str, text: Option<&str>| -> io::Result<()> {
            let figure = |program: Option<&Path>| match program {
                Some(program) => {
                    if let Some(text) = text {
                        fs::write(&file, text)?;
                    }
                    measure(program, dir.path(), &["fmt", "-list=false"])
                }
                None => Ok(Figure::Absent),
            };
            let (a, b) = (figure(Some(&drform))?, figure(rival.as_deref())?);
            println!("{title:32} {:>14} {:>14}", a.time(), b.time());
            println!("{:32} {:>14} {:>14}", "", a.memory(), b.memory());
            Ok(())
        };
        both(&format!("{size} MB, everything changes"), Some(&text))?;
        both(&format!("{size} MB, nothing to do"), None)?;
    }
    Ok(())
}

fn text(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + BLOCK.len());
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&BLOCK.replace("NUMBER", &number.to_string()));
        number += 1;
    }
    text
}
