//! Which arguments and blocks a block may hold.

use crate::suggestion::did_you_mean;
use diag::{Diagnostic, Diagnostics, Range};
use syntax::{Attribute, Block, Body, Label};

/// The content that a block of this tool's own may have.
pub(crate) struct Shape {
    pub(crate) required: &'static [&'static str],
    pub(crate) optional: &'static [&'static str],
    pub(crate) blocks: &'static [&'static str],
}

impl Shape {
    /// Reports what is missing and what should not be there.
    pub(crate) fn check(&self, body: &Body, diagnostics: &mut Diagnostics) {
        for name in self.required {
            if body.attribute(name).is_none() {
                diagnostics.push(missing_argument(name, body.missing_range()));
            }
        }
        let arguments = || self.required.iter().chain(self.optional).copied();
        for attribute in &body.attributes {
            let name = attribute.name.text.as_ref();
            if !arguments().any(|known| known == name) {
                diagnostics.push(unsupported_argument(attribute, arguments(), self.blocks));
            }
        }
        for block in &body.blocks {
            let kind = block.kind.text.as_ref();
            if !self.blocks.contains(&kind) {
                diagnostics.push(unsupported_block(block, self.blocks.iter().copied(), arguments()));
            }
        }
    }
}

pub(crate) fn missing_argument(name: &str, at: Range) -> Diagnostic {
    Diagnostic::error(
        "Missing required argument",
        format!("The argument \"{name}\" is required, but no definition was found."),
    )
    .at(at)
    .next(format!("Write {name} = ….",))
}

pub(crate) fn unsupported_argument<'a>(
    attribute: &Attribute,
    known: impl IntoIterator<Item = &'a str>,
    blocks: &[&str],
) -> Diagnostic {
    let name = &attribute.name.text;
    let next = if blocks.contains(&name.as_ref()) {
        format!("Did you mean to define a block of type \"{name}\"? A block has no equals sign.")
    } else {
        did_you_mean(name, known, "Remove it, or check its name.")
    };
    let detail = format!("An argument named \"{name}\" is not expected here.");
    Diagnostic::error("Unsupported argument", detail).at(attribute.name_range()).next(next)
}

pub(crate) fn unsupported_block<'a>(
    block: &Block,
    known: impl IntoIterator<Item = &'a str>,
    mut arguments: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let kind = &block.kind.text;
    let next = if arguments.any(|argument| argument == kind.as_ref()) {
        format!("Did you mean to define argument \"{kind}\"? Use the equals sign to assign it a value.")
    } else {
        did_you_mean(kind, known, "Remove it, or check its type.")
    };
    let detail = format!("Blocks of type \"{kind}\" are not expected here.");
    Diagnostic::error("Unsupported block type", detail).at(block.kind.span.of(&block.body.file)).next(next)
}

/// The labels of a block that must have exactly those; missing or extra ones are reported.
pub(crate) fn labels<'b, const N: usize>(
    block: &'b Block,
    names: [&str; N],
    diagnostics: &mut Diagnostics,
) -> Option<[&'b Label; N]> {
    let kind = &block.kind.text;
    let wanted = match N {
        0 => "no labels".to_owned(),
        1 => format!("1 label ({})", names.join(", ")),
        _ => format!("{N} labels ({})", names.join(", ")),
    };
    if let Some(extra) = block.labels.get(N) {
        let detail = if N == 0 {
            format!("No labels are expected for {kind} blocks.")
        } else {
            format!("Only {wanted} {} expected for {kind} blocks.", if N == 1 { "is" } else { "are" })
        };
        diagnostics.push(
            Diagnostic::error(format!("Extraneous label for {kind}"), detail)
                .at(extra.span.of(&block.body.file))
                .next("Remove this label."),
        );
    }
    if let Some(missing) = names.get(block.labels.len()) {
        diagnostics.push(
            Diagnostic::error(
                format!("Missing {missing} for {kind}"),
                format!("All {kind} blocks must have {wanted}."),
            )
            .at(block.header_range())
            .next(format!("Write the {missing} in quotes before the opening brace.")),
        );
        return None;
    }
    let found: Vec<&Label> = block.labels.iter().take(N).collect();
    found.try_into().ok()
}

/// Reports a label that cannot be a name.
pub(crate) fn check_name(label: &Label, what: &str, block: &Block, diagnostics: &mut Diagnostics) {
    if !syntax::is_identifier(&label.text) {
        diagnostics.push(
            Diagnostic::error(format!("Invalid {what} name"), BAD_NAME)
                .at(label.span.of(&block.body.file))
                .next("Choose another name."),
        );
    }
}

/// Reports a local provider name that no provider can have.
pub(crate) fn check_provider_name(name: &str, at: Range, diagnostics: &mut Diagnostics) {
    let letters = name.chars().all(|c| c.is_alphanumeric() || c == '-');
    let (detail, next) = if !letters || name.starts_with('-') || name.ends_with('-') || name.is_empty() {
        (
            format!(
                "\"{name}\" is an invalid provider local name: it must contain only letters, digits, and dashes, and may not use leading or trailing dashes."
            ),
            "Choose another name, and set the source in required_providers.".to_owned(),
        )
    } else if name.chars().any(char::is_uppercase) {
        (
            "Provider names must be normalized: they are in lower case.".to_owned(),
            format!("Write \"{}\".", name.to_lowercase()),
        )
    } else {
        return;
    };
    diagnostics.push(Diagnostic::error("Invalid provider local name", detail).at(at).next(next));
}

pub(crate) const BAD_NAME: &str =
    "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";

/// Splits a body: what is named here, and the rest.
pub(crate) fn split(body: &Body, arguments: &[&str], blocks: &[&str]) -> (Body, Body) {
    let empty = || Body { file: body.file.clone(), span: body.span, ..Body::default() };
    let (mut named, mut rest) = (empty(), empty());
    for attribute in &body.attributes {
        let to = if arguments.contains(&attribute.name.text.as_ref()) { &mut named } else { &mut rest };
        to.attributes.push(attribute.clone());
    }
    for block in &body.blocks {
        let to = if blocks.contains(&block.kind.text.as_ref()) { &mut named } else { &mut rest };
        to.blocks.push(block.clone());
    }
    rest.undecided.clone_from(&body.undecided);
    (named, rest)
}
