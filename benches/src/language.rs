//! Configurations of 1, 10 and 50 MB: parsing and evaluation of the language, without a provider's work.

use crate::{Figure, build, measure, which};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Sizes in megabytes.
const SIZES: [usize; 3] = [1, 10, 50];
/// Bytes of one file: large configurations are many files.
const FILE: usize = 1_000_000;

/// Validates configurations of each size with both tools.
pub(crate) fn run() -> io::Result<()> {
    let drform = build()?;
    let rival = which("terraform");
    println!("validate, whole commands; wall seconds and peak memory of the command's own process\n");
    println!("{:12} {:>14} {:>14} {:>14} {:>14}", "", "drform", "", "terraform", "");
    for megabytes in SIZES {
        let dir = tempfile::tempdir()?;
        write(dir.path(), megabytes * 1_000_000)?;
        if let Some(rival) = &rival {
            // `terraform` stops where it has not been initialised; the configuration itself decides how long that takes.
            measure(rival, dir.path(), &["init"])?;
        }
        let ours = measure(&drform, dir.path(), &["validate", "-no-color"])?;
        let theirs = match &rival {
            Some(rival) => measure(rival, dir.path(), &["validate", "-no-color"])?,
            None => Figure::Absent,
        };
        let size = format!("{megabytes} MB");
        println!("{size:12} {:>14} {:>14} {:>14} {:>14}", ours.time(), ours.memory(), theirs.time(), theirs.memory());
    }
    Ok(())
}

/// Fills a directory with files of an ordinary mixture, `bytes` in all.
fn write(dir: &Path, bytes: usize) -> io::Result<()> {
    let (mut written, mut place) = (0, 0);
    for file in 0.. {
        let mut text = String::with_capacity(FILE + 4_096);
        while text.len() < FILE.min(bytes - written) {
            part(&mut text, place);
            place += 1;
        }
        written += text.len();
        fs::write(dir.join(format!("part{file}.tf")), text)?;
        if written >= bytes {
            break;
        }
    }
    Ok(())
}

/// One variable, one local value, one resource and one output that refer to each other, 1,4 kB.
fn part(text: &mut String, place: usize) {
    // Writing to a string does not fail.
    let _ = write!(
        text,
        r#"# The service number {place}, with all that it needs.
variable "service_{place}" {{
  description = "How service {place} is set up."
  type = object({{
    name  = string
    size  = optional(number, 3)
    zones = optional(list(string), ["a", "b", "c"])
    tags  = optional(map(string), {{}})
  }})
  default = {{ name = "service-{place}" }}

  validation {{
    condition     = length(var.service_{place}.name) > 3 && var.service_{place}.size < 100
    error_message = "Service {place} needs a name of more than three letters."
  }}
}}

locals {{
  nodes_{place} = {{
    for number, zone in var.service_{place}.zones : "${{var.service_{place}.name}}-${{zone}}" => {{
      zone  = zone
      index = number
      size  = var.service_{place}.size * (number + 1)
      tags  = merge(var.service_{place}.tags, {{ Name = upper(zone), Part = format("%04d", {place}) }})
    }} if zone != ""
  }}
}}

resource "terraform_data" "node_{place}" {{
  input = {{
    nodes = local.nodes_{place}
    first = try(local.nodes_{place}["service-{place}-a"].tags.Name, null) // the zone "a" may be missing
    text  = <<-EOT
      %{{for name, node in local.nodes_{place}~}}
      ${{name}}: ${{node.size > 3 ? "large" : "small"}} in ${{node.zone}}
      %{{endfor~}}
    EOT
  }}
  lifecycle {{
    ignore_changes = [triggers_replace]
  }}
}}

output "service_{place}" {{
  value = {{ id = terraform_data.node_{place}.id, sizes = [for n in local.nodes_{place} : n.size] }}
}}

"#
    );
}
