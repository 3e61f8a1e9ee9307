//! Which properties of a `.tf.json` file are arguments and which are blocks, and how their strings are read.
//!
//! Decided once, before anything looks at the blocks; what belongs to a provider stays undecided until its schema is there.
//! Sources: the documentation of JSON syntax (developer.hashicorp.com/terraform/language/syntax/json), and the decoding of
//! hashicorp/hcl and OpenTofu's internal/configs: what is decoded without a scope is literal, what is asked for as a
//! traversal, keyword or call is code.

use crate::suggestion::did_you_mean;
use diag::{Diagnostic, Diagnostics};
use syntax::Body;
use syntax::json::Reading::{Code, Literal, Requirement, Template};
use syntax::json::{Reading, Role, dynamic_role};

/// The content of a block type.
struct Form {
    arguments: &'static [(&'static str, Reading)],
    blocks: &'static [(&'static str, &'static [&'static str], &'static Form)],
    rest: Rest,
}

/// What the other properties are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Nothing: they are mistakes.
    Refused,
    /// Arguments.
    Arguments(Reading),
    /// Arguments and blocks of a provider.
    OfProvider,
    /// Parts of a `dynamic` block.
    OfDynamic,
}

const NONE: &[&str] = &[];
const OPEN: Form = Form { arguments: &[], blocks: &[], rest: Rest::OfProvider };
const VALUES: Form = Form { arguments: &[], blocks: &[], rest: Rest::Arguments(Template) };
const LITERALS: Form = Form { arguments: &[], blocks: &[], rest: Rest::Arguments(Literal) };
const DYNAMIC: Form = Form { arguments: &[], blocks: &[("content", NONE, &OPEN)], rest: Rest::OfDynamic };

const FILE: Form = Form {
    arguments: &[],
    blocks: &[
        ("terraform", NONE, &TERRAFORM),
        ("language", NONE, &LANGUAGE),
        ("provider", &["name"], &PROVIDER),
        ("variable", &["name"], &VARIABLE),
        ("locals", NONE, &VALUES),
        ("output", &["name"], &OUTPUT),
        ("module", &["name"], &MODULE),
        ("resource", &["type", "name"], &RESOURCE),
        ("data", &["type", "name"], &RESOURCE),
        ("ephemeral", &["type", "name"], &RESOURCE),
        ("moved", NONE, &MOVED),
        ("removed", NONE, &REMOVED),
        ("import", NONE, &IMPORT),
        ("check", &["name"], &CHECK),
    ],
    rest: Rest::Refused,
};

const TERRAFORM: Form = Form {
    arguments: &[("required_version", Literal), ("experiments", Code), ("language", Code)],
    blocks: &[
        ("required_providers", NONE, &Form { arguments: &[], blocks: &[], rest: Rest::Arguments(Requirement) }),
        ("backend", &["type"], &BACKEND),
        ("cloud", NONE, &BACKEND),
        ("state_store", &["type"], &OPEN),
        ("encryption", NONE, &OPEN),
        ("provider_meta", &["provider"], &OPEN),
    ],
    rest: Rest::Refused,
};

const LANGUAGE: Form = Form {
    arguments: &[("edition", Code), ("experiments", Code)],
    blocks: &[("compatible_with", NONE, &LITERALS)],
    rest: Rest::Refused,
};

/// Backends have one kind of nested block.
const BACKEND: Form =
    Form { arguments: &[], blocks: &[("workspaces", NONE, &LITERALS)], rest: Rest::Arguments(Literal) };

const PROVIDER: Form = Form {
    arguments: &[
        ("alias", Literal),
        ("version", Literal),
        ("count", Template),
        ("depends_on", Code),
        ("for_each", Template),
        ("source", Template),
    ],
    blocks: &[
        ("_", NONE, &OPEN),
        ("lifecycle", NONE, &OPEN),
        ("locals", NONE, &OPEN),
        ("dynamic", &["type"], &DYNAMIC),
    ],
    rest: Rest::OfProvider,
};

const RULE: Form =
    Form { arguments: &[("condition", Template), ("error_message", Template)], blocks: &[], rest: Rest::Refused };

const VARIABLE: Form = Form {
    arguments: &[
        ("type", Code),
        ("default", Literal),
        ("description", Literal),
        ("sensitive", Literal),
        ("ephemeral", Literal),
        ("nullable", Literal),
        ("deprecated", Literal),
        ("const", Literal),
    ],
    blocks: &[("validation", NONE, &RULE)],
    rest: Rest::Refused,
};

const OUTPUT: Form = Form {
    arguments: &[
        ("value", Template),
        ("type", Code),
        ("description", Literal),
        ("sensitive", Literal),
        ("ephemeral", Literal),
        ("deprecated", Literal),
        ("depends_on", Code),
    ],
    blocks: &[("precondition", NONE, &RULE)],
    rest: Rest::Refused,
};

const MODULE: Form = Form {
    arguments: &[("depends_on", Code), ("providers", Code)],
    blocks: &[("lifecycle", NONE, &LIFECYCLE), ("locals", NONE, &OPEN), ("provider", &["type"], &OPEN)],
    rest: Rest::Arguments(Template),
};

const RESOURCE: Form = Form {
    arguments: &[("count", Template), ("for_each", Template), ("depends_on", Code), ("provider", Code)],
    blocks: &[
        ("lifecycle", NONE, &LIFECYCLE),
        ("connection", NONE, &VALUES),
        ("provisioner", &["type"], &PROVISIONER),
        ("_", NONE, &OPEN),
        ("locals", NONE, &OPEN),
        ("dynamic", &["type"], &DYNAMIC),
    ],
    rest: Rest::OfProvider,
};

const LIFECYCLE: Form = Form {
    arguments: &[
        ("create_before_destroy", Literal),
        ("prevent_destroy", Template),
        ("ignore_changes", Code),
        ("replace_triggered_by", Code),
        ("destroy", Literal),
        ("enabled", Template),
    ],
    blocks: &[("precondition", NONE, &RULE), ("postcondition", NONE, &RULE)],
    rest: Rest::Refused,
};

const PROVISIONER: Form = Form {
    arguments: &[("when", Code), ("on_failure", Code)],
    blocks: &[("connection", NONE, &VALUES)],
    rest: Rest::Arguments(Template),
};

const MOVED: Form = Form { arguments: &[("from", Code), ("to", Code)], blocks: &[], rest: Rest::Refused };

const REMOVED: Form = Form {
    arguments: &[("from", Code)],
    blocks: &[("lifecycle", NONE, &LIFECYCLE), ("provisioner", &["type"], &PROVISIONER), ("connection", NONE, &VALUES)],
    rest: Rest::Refused,
};

const IMPORT: Form = Form {
    arguments: &[("to", Code), ("id", Template), ("identity", Template), ("for_each", Template), ("provider", Code)],
    blocks: &[],
    rest: Rest::Refused,
};

const CHECK: Form = Form {
    arguments: &[],
    blocks: &[("data", &["type", "name"], &RESOURCE), ("assert", NONE, &RULE)],
    rest: Rest::Refused,
};

const TEST_FILE: Form = Form {
    arguments: &[],
    blocks: &[
        ("run", &["name"], &RUN),
        ("variables", NONE, &VALUES),
        ("provider", &["name"], &PROVIDER),
        ("mock_provider", &["name"], &MOCK_PROVIDER),
        ("override_resource", NONE, &OVERRIDE),
        ("override_data", NONE, &OVERRIDE),
        ("override_module", NONE, &OVERRIDE),
    ],
    rest: Rest::Refused,
};

const RUN: Form = Form {
    arguments: &[("command", Code), ("providers", Code), ("expect_failures", Code), ("state_key", Literal)],
    blocks: &[
        ("plan_options", NONE, &PLAN_OPTIONS),
        ("assert", NONE, &RULE),
        ("variables", NONE, &VALUES),
        ("module", NONE, &LITERALS),
        ("override_resource", NONE, &OVERRIDE),
        ("override_data", NONE, &OVERRIDE),
        ("override_module", NONE, &OVERRIDE),
    ],
    rest: Rest::Refused,
};

const PLAN_OPTIONS: Form = Form {
    arguments: &[("mode", Code), ("refresh", Literal), ("replace", Code), ("target", Code)],
    blocks: &[],
    rest: Rest::Refused,
};

const MOCK_PROVIDER: Form = Form {
    arguments: &[("alias", Literal), ("source", Literal), ("override_during", Code)],
    blocks: &[
        ("mock_resource", &["type"], &MOCK),
        ("mock_data", &["type"], &MOCK),
        ("override_resource", NONE, &OVERRIDE),
        ("override_data", NONE, &OVERRIDE),
    ],
    rest: Rest::Refused,
};

const MOCK: Form =
    Form { arguments: &[("defaults", Template), ("override_during", Code)], blocks: &[], rest: Rest::Refused };

const OVERRIDE: Form = Form {
    arguments: &[("target", Code), ("values", Template), ("outputs", Template), ("override_during", Code)],
    blocks: &[],
    rest: Rest::Refused,
};

const MOCK_FILE: Form = Form { arguments: &[], blocks: MOCK_PROVIDER.blocks, rest: Rest::Refused };

/// Decides all of a file of mock data.
pub(crate) fn settle_mocks(body: Body, diagnostics: &mut Diagnostics) -> Body {
    settled(body, &MOCK_FILE, diagnostics)
}

/// Decides all of a test file.
pub(crate) fn settle_test(body: Body, diagnostics: &mut Diagnostics) -> Body {
    settled(body, &TEST_FILE, diagnostics)
}

/// Decides all of a file that this room knows.
pub(crate) fn settle(body: Body, diagnostics: &mut Diagnostics) -> Body {
    settled(body, &FILE, diagnostics)
}

fn settled(body: Body, form: &'static Form, diagnostics: &mut Diagnostics) -> Body {
    let mut body = body.decided(|name| form.role(name), diagnostics).into_owned();
    for block in &mut body.blocks {
        let known = form.blocks.iter().find(|(kind, ..)| *kind == block.kind.text.as_ref());
        if let Some((_, _, inner)) = known {
            block.body = settled(std::mem::take(&mut block.body), inner, diagnostics);
        }
    }
    if form.rest == Rest::Refused {
        for property in std::mem::take(&mut body.undecided) {
            diagnostics.push(extraneous(&property, form.names()));
        }
    }
    body
}

impl Form {
    fn role(&self, name: &str) -> Role<'static> {
        if let Some((_, reading)) = self.arguments.iter().find(|(known, _)| *known == name) {
            return Role::Argument(*reading);
        }
        if let Some((_, labels, _)) = self.blocks.iter().find(|(known, ..)| *known == name) {
            return Role::Blocks(labels);
        }
        match self.rest {
            Rest::Refused | Rest::OfProvider => Role::Undecided,
            Rest::Arguments(reading) => Role::Argument(reading),
            Rest::OfDynamic => dynamic_role(name),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().map(|(name, _)| *name).chain(self.blocks.iter().map(|(name, ..)| *name))
    }
}

/// A property that is neither argument nor block.
fn extraneous(property: &syntax::json::Property, known: impl Iterator<Item = &'static str>) -> Diagnostic {
    let name = &property.name.text;
    let next = did_you_mean(name, known, "Remove it, or check its name. A comment is a property named \"//\".");
    Diagnostic::error("Extraneous JSON object property", format!("No argument or block type is named \"{name}\"."))
        .at(property.name.span.of(&property.file))
        .within(property.span().of(&property.file))
        .next(next)
}
