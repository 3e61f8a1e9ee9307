//! Holds: drform, Terraform and real provider programs run as their users run them, on the emulated AWS.
//! May touch: gate; programs under the target directory, temporary directories.
//! Never: a real cloud, code of the engine: what is tested is what users start.
// Broken test equipment is a bug of the test: it stops there, loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod fleet;
pub mod many;
pub mod values;

use gate::Cloud;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The directory of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A program that `./tests/run` builds before the tests: beside the test's own program.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // Benchmarks lie beside it, tests in a directory there.
    let built = own.ancestors().skip(1).take(2).map(|dir| dir.join(name)).find(|file| file.is_file());
    let built = built.unwrap_or_else(|| own.with_file_name(name));
    assert!(built.is_file(), "{} is missing. Build it with: ./tests/run", built.display());
    built
}

/// Who runs a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// drform with its own provider.
    Drform,
    /// Terraform with our provider, as a development override.
    Terraform,
    /// Terraform with `hashicorp/aws` 3.39.0.
    Hashicorp,
}

impl Tool {
    /// Source address of the AWS provider.
    pub fn source(self) -> &'static str {
        match self {
            Tool::Drform | Tool::Terraform => "drform/aws",
            Tool::Hashicorp => "hashicorp/aws",
        }
    }
}

/// A working directory with a configuration.
pub struct Work {
    dir: tempfile::TempDir,
    tool: Tool,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Both streams.
    pub text: String,
    /// Standard output alone.
    pub stdout: String,
}

impl Ran {
    /// It must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Ran {
        assert_eq!(self.code, 0, "{}", self.text);
        self
    }
}

impl Work {
    /// An empty directory for a tool.
    pub fn new(tool: Tool) -> Work {
        let work = Work { dir: tempfile::tempdir().unwrap(), tool };
        match tool {
            Tool::Drform => {}
            Tool::Terraform => {
                let beside = program("terraform-provider-aws").parent().unwrap().display().to_string();
                work.file(
                    "cli.tfrc",
                    &format!(
                        "provider_installation {{\n  dev_overrides {{\n    \"drform/aws\" = {beside:?}\n    \"drform/drform\" = {beside:?}\n  }}\n  direct {{}}\n}}\n"
                    ),
                );
            }
            Tool::Hashicorp => {
                let mirror = hashicorp_mirror().display().to_string();
                work.file(
                    "cli.tfrc",
                    &format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"),
                );
            }
        }
        work
    }

    /// A copy of one of the examples, with the emulated cloud in place of AWS.
    pub fn example(tool: Tool, name: &str, cloud: &Cloud) -> Work {
        let work = Work::new(tool);
        for entry in fs::read_dir(root().join("examples").join(name)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            if file.ends_with(".tf") || file.ends_with(".hcl") {
                work.file(file, &fs::read_to_string(&path).unwrap());
            }
        }
        // The emulator knows some images by id; this one is an Amazon Linux 2.
        work.file("ami.auto.tfvars", "ami = \"ami-04681a1dbd79675a5\"\n");
        let aliases = work.read("main.tf").contains("alias  = \"west\"");
        let west = if aliases { on_cloud(cloud, tool, "  alias = \"west\"\n") } else { String::new() };
        let source = tool.source();
        let begin = format!("terraform {{\n  required_providers {{\n    aws = {{ source = \"{source}\" }}\n  }}\n}}\n");
        work.file("cloud_override.tf", &format!("{begin}{}{west}", on_cloud(cloud, tool, "")));
        work
    }

    /// A configuration without a provider block, in a region of the emulated cloud.
    pub fn config(tool: Tool, cloud: &Cloud, region: &str, config: &str) -> Work {
        let work = Work::new(tool);
        let source = tool.source();
        let begin = format!("terraform {{\n  required_providers {{\n    aws = {{ source = \"{source}\" }}\n  }}\n}}\n");
        let provider = on_cloud(cloud, tool, &format!("  region = \"{region}\"\n"));
        work.file("provider.tf", &format!("{begin}{provider}"));
        work.file("main.tf", config);
        work
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file.
    pub fn file(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).unwrap()
    }

    /// The state file.
    pub fn state(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("terraform.tfstate")).unwrap()
    }

    /// Attributes of an object in the state, by its address without a module.
    #[track_caller]
    pub fn object(&self, address: &str) -> serde_json::Value {
        self.objects().into_iter().find(|(name, _)| name == address).unwrap_or_else(|| panic!("no {address}")).1
    }

    /// All managed objects of the state, by address.
    pub fn objects(&self) -> Vec<(String, serde_json::Value)> {
        let state = self.state();
        let mut objects = Vec::new();
        for resource in state["resources"].as_array().into_iter().flatten().filter(|r| r["mode"] == "managed") {
            for instance in resource["instances"].as_array().into_iter().flatten() {
                let (kind, name) = (resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
                let key = match &instance["index_key"] {
                    serde_json::Value::Null => String::new(),
                    key => format!("[{key}]"),
                };
                objects.push((format!("{kind}.{name}{key}"), instance["attributes"].clone()));
            }
        }
        objects
    }

    /// A command of the tool, ready to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let program = match self.tool {
            Tool::Drform => program("drform"),
            Tool::Terraform | Tool::Hashicorp => terraform_or_none().expect("terraform 1.11.4 is on PATH").to_owned(),
        };
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("AWS_ACCESS_KEY_ID", "test-access-key")
            .env("AWS_SECRET_ACCESS_KEY", "test-secret-key")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_COLOR", "1")
            .env("TF_CLI_ARGS", "-no-color")
            .stdin(Stdio::null());
        if self.tool != Tool::Drform {
            command.env("TF_CLI_CONFIG_FILE", self.dir.path().join("cli.tfrc"));
        }
        command
    }

    /// Runs a command of the tool.
    pub fn run(&self, args: &[&str]) -> Ran {
        ran(&self.command(args).output().unwrap())
    }

    /// `init`, where the tool needs it.
    pub fn init(&self) {
        if self.tool == Tool::Hashicorp {
            self.run(&["init", "-input=false"]).ok();
        }
    }

    /// `apply -auto-approve`.
    #[track_caller]
    pub fn apply(&self) -> Ran {
        self.run(&["apply", "-auto-approve", "-input=false"]).ok()
    }

    /// The plan must be empty.
    #[track_caller]
    pub fn no_changes(&self) {
        let ran = self.run(&["plan", "-detailed-exitcode", "-input=false"]);
        assert_eq!(ran.code, 0, "{}", ran.text);
        assert!(ran.text.contains("No changes."), "{}", ran.text);
    }

    /// `destroy -auto-approve`.
    #[track_caller]
    pub fn destroy(&self) -> Ran {
        self.run(&["destroy", "-auto-approve", "-input=false"]).ok()
    }
}

/// What a finished program did.
pub fn ran(output: &Output) -> Ran {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let text = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    Ran { code: output.status.code().unwrap_or(-1), text, stdout }
}

/// A `provider` block that goes to the emulated cloud.
pub fn on_cloud(cloud: &Cloud, tool: Tool, more: &str) -> String {
    let endpoint = cloud.endpoint();
    let old = match tool {
        Tool::Hashicorp => {
            "  skip_credentials_validation = true\n  skip_metadata_api_check = true\n  s3_force_path_style = true\n"
        }
        _ => "",
    };
    let endpoints = ["ec2", "kms", "sts"].map(|service| format!("    {service} = \"{endpoint}\"\n")).concat();
    format!("provider \"aws\" {{\n{more}{old}  endpoints {{\n{endpoints}  }}\n}}\n")
}

/// Where `hashicorp/aws` 3.39.0 lies, as Terraform's file system mirrors have it.
pub fn hashicorp_mirror() -> PathBuf {
    hashicorp_mirror_or_none().expect("hashicorp/aws 3.39.0 is missing. Get it with: ./tests/run")
}

/// The same, if it is there.
pub fn hashicorp_mirror_or_none() -> Option<PathBuf> {
    let mirror = match std::env::var_os("DRFORM_TEST_HASHICORP_AWS") {
        Some(path) => PathBuf::from(path),
        None => root().join("target/hashicorp-aws"),
    };
    mirror.join("registry.terraform.io/hashicorp/aws/3.39.0/linux_amd64").is_dir().then_some(mirror)
}

/// Where `terraform` 1.11.4 is, if it is on PATH. Another version is as good as none: its words differ.
pub fn terraform_or_none() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let path = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&path).map(|dir| dir.join("terraform")).find(|file| file.is_file())?;
        let version = Command::new(&program).arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
        version.stdout.starts_with(b"Terraform v1.11.4\n").then_some(program)
    });
    found.as_deref()
}
