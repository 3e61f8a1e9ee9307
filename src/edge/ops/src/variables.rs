//! Root variables from all their sources, later ones winning: environment, `terraform.tfvars`, `*.auto.tfvars`,
//! then `-var-file` and `-var` in the order of the command line.

use crate::Site;
use diag::{Diagnostic, Diagnostics, SourceTexts};
use eval::VariableInput;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use syntax::json::{Reading, Role};

/// What the command line says about root variables.
#[derive(Clone, Debug, Default)]
pub struct VariableArguments(pub Vec<VariableArgument>);

/// One of them; later ones win.
#[derive(Clone, Debug)]
pub enum VariableArgument {
    /// `-var-file`
    File(PathBuf),
    /// `-var`
    Setting(String),
}

/// Reads them all. Files that are read are added to `texts`, for excerpts.
pub(crate) fn gather(
    site: &Site,
    arguments: &VariableArguments,
    texts: &mut SourceTexts,
) -> (BTreeMap<Arc<str>, VariableInput>, Diagnostics) {
    let mut gathered = Gathered { inputs: of_environment(site), diagnostics: Diagnostics::new() };
    match install::variable_files(&site.dir) {
        Ok(files) => {
            for path in files {
                gathered.file(&path, &display(site, &path), texts);
            }
        }
        Err(diagnostic) => gathered.diagnostics.push(diagnostic),
    }
    gathered.arguments(site, arguments, texts);
    (gathered.inputs, gathered.diagnostics)
}

/// Those of the definitions files of another directory only.
///
/// # Errors
/// A directory that cannot be read.
pub(crate) fn of_directory(
    site: &Site,
    directory: &Path,
    texts: &mut SourceTexts,
) -> Result<(BTreeMap<Arc<str>, VariableInput>, Diagnostics), Diagnostic> {
    let mut gathered = Gathered { inputs: BTreeMap::new(), diagnostics: Diagnostics::new() };
    let directory = site.dir.join(directory);
    if directory.is_dir() {
        for path in install::variable_files(&directory)? {
            gathered.file(&path, &display(site, &path), texts);
        }
    }
    Ok((gathered.inputs, gathered.diagnostics))
}

/// Those of the environment only.
pub(crate) fn of_environment(site: &Site) -> BTreeMap<Arc<str>, VariableInput> {
    let input = |(variable, name, text): (&str, &str, &str)| {
        let source = format!("environment variable {variable}");
        (name.into(), VariableInput::Text(text.into(), source))
    };
    site.environment.root_variables().map(input).collect()
}

/// Reads those of the command line only.
pub(crate) fn of_command_line(
    site: &Site,
    arguments: &VariableArguments,
    texts: &mut SourceTexts,
) -> (BTreeMap<Arc<str>, VariableInput>, Diagnostics) {
    let mut gathered = Gathered { inputs: BTreeMap::new(), diagnostics: Diagnostics::new() };
    gathered.arguments(site, arguments, texts);
    (gathered.inputs, gathered.diagnostics)
}

fn display(site: &Site, path: &Path) -> String {
    path.strip_prefix(&site.dir).unwrap_or(path).display().to_string()
}

struct Gathered {
    inputs: BTreeMap<Arc<str>, VariableInput>,
    diagnostics: Diagnostics,
}

impl Gathered {
    fn arguments(&mut self, site: &Site, arguments: &VariableArguments, texts: &mut SourceTexts) {
        for argument in &arguments.0 {
            match argument {
                VariableArgument::File(path) => {
                    self.file(&site.dir.join(path), &path.display().to_string(), texts);
                }
                VariableArgument::Setting(setting) => self.setting(setting),
            }
        }
    }

    fn file(&mut self, path: &Path, name: &str, texts: &mut SourceTexts) {
        let text: Arc<str> = match install::variable_file(path) {
            Ok(text) => text,
            Err(diagnostic) => return self.diagnostics.push(diagnostic),
        };
        let name: Arc<str> = name.into();
        texts.insert(name.clone(), text.clone());
        let json = name.ends_with(".json");
        let (file, troubles) = if json { syntax::parse_json(name, text) } else { syntax::parse(name, text) };
        self.diagnostics.extend(troubles);
        if json && file.text.trim_start().starts_with('[') {
            return self.diagnostics.push(
                Diagnostic::error(
                    "Incorrect JSON value type",
                    "A JSON object is required here, setting the arguments for this block.",
                )
                .at(file.body.span.of(&file.name))
                .next("Write { \"name\": value, … }."),
            );
        }
        // Nothing is evaluated here: what looks like a template is text.
        let body = file.body.decided(|_| Role::Argument(Reading::Literal), &mut self.diagnostics).into_owned();
        for block in &body.blocks {
            self.diagnostics.push(
                Diagnostic::error("Unexpected block", "A variable definitions file holds arguments only.")
                    .at(block.header_range())
                    .next("Write NAME = VALUE, one line for each variable."),
            );
        }
        for attribute in body.attributes {
            self.inputs.insert(attribute.name.text.clone(), VariableInput::Expression(attribute.expr));
        }
    }

    fn setting(&mut self, setting: &str) {
        let Some((name, text)) = setting.split_once('=') else {
            self.diagnostics.push(
                Diagnostic::error("Invalid -var option", format!("-var {setting:?} has no equals sign."))
                    .next("Write -var 'name=value'."),
            );
            return;
        };
        let name: Arc<str> = name.trim().into();
        let source = format!("-var {name}");
        self.inputs.insert(name, VariableInput::Text(text.into(), source));
    }
}
