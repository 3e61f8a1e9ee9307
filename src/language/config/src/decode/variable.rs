//! `variable` blocks.

use super::{Decoder, Words};
use crate::constant;
use crate::shape::{self, Shape};
use crate::type_expr;
use crate::{TypeDefaults, Variable};
use syntax::{Block, Body};
use value::{Type, convert};

const VARIABLE: Shape = Shape {
    required: &[],
    optional: &["type", "default", "description", "sensitive", "ephemeral", "nullable", "const", "deprecated"],
    blocks: &["validation"],
};

/// Names that a `module` block needs for itself.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

const WORDS: Words = Words {
    summary: "Duplicate variable declaration",
    what: "A variable",
    unique: "Variable names must be unique within a module.",
};

impl Decoder<'_> {
    pub(super) fn variable(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["name"], self.diagnostics) else { return };
        shape::check_name(label, "variable", block, self.diagnostics);
        let name = label.text.clone();
        if RESERVED.contains(&name.as_ref()) {
            self.error(
                label.span.of(&block.body.file),
                "Invalid variable name",
                format!("The variable name \"{name}\" is reserved due to its special meaning inside module blocks."),
                "Choose another name.",
            );
        }
        let body = &block.body;
        VARIABLE.check(body, self.diagnostics);
        let (type_constraint, type_defaults) = body
            .attribute("type")
            .map_or((Type::Dynamic, TypeDefaults::default()), |a| type_expr::parse(&a.expr, self.diagnostics));
        let variable = Variable {
            name: name.clone(),
            type_constraint,
            typed: body.attribute("type").is_some(),
            type_defaults: (!type_defaults.is_empty()).then_some(type_defaults),
            default: body.attribute("default").map(|a| a.expr.clone()),
            description: self.string(body, "description"),
            sensitive: self.bool(body, "sensitive").unwrap_or(false),
            ephemeral: self.bool(body, "ephemeral").unwrap_or(false),
            constant: self.bool(body, "const").unwrap_or(false),
            deprecated: self.deprecation(body),
            nullable: self.bool(body, "nullable").unwrap_or(true),
            validations: self.rules(body, "validation"),
            range: block.header_range(),
        };
        self.constancy(&variable, body);
        self.default(&variable);
        self.validations(&variable);
        self.declare(|m| &mut m.variables, |v| &v.range, name, variable, &WORDS);
    }

    /// What decides which modules there are is no secret, and is there in every run.
    fn constancy(&mut self, variable: &Variable, body: &Body) {
        let Some(constant) = body.attribute("const").filter(|_| variable.constant) else { return };
        for (name, _) in
            [("sensitive", variable.sensitive), ("ephemeral", variable.ephemeral)].iter().filter(|(_, is)| *is)
        {
            self.error(
                constant.name_range(),
                "Invalid constant variable",
                format!("A variable cannot be both const and {name}: the values of constant variables decide which modules are installed, and are written down there."),
                "Remove one of the two arguments.",
            );
        }
    }

    /// A validation that never looks at its variable would not validate it.
    fn validations(&mut self, variable: &Variable) {
        let name = &variable.name;
        for rule in variable.validations.iter().filter(|r| !constant::mentions_variable(&r.condition, name)) {
            self.error(
                rule.condition.range(),
                "Invalid variable validation condition",
                format!(
                    "The condition for variable \"{name}\" must refer to var.{name} in order to test incoming values."
                ),
                format!("Use var.{name} in the condition."),
            );
        }
    }

    /// Checks the default value, as far as it is made of literals.
    fn default(&mut self, variable: &Variable) {
        let Some(default) = &variable.default else { return };
        let before = self.diagnostics.len();
        constant::check_constant(default, self.diagnostics);
        if self.diagnostics.len() > before {
            return;
        }
        let Some(value) = constant::literal(&default.root) else { return };
        let next = format!("Write a value of type {}, or change the type.", variable.type_constraint);
        if value.is_null() {
            if !variable.nullable {
                let detail = "A null default value is not valid when nullable = false.";
                self.error(default.range(), "Invalid default value for variable", detail, "Remove one of the two.");
            }
            return;
        }
        let value = variable.type_defaults.as_ref().map_or_else(|| value.clone(), |defaults| defaults.apply(&value));
        if let Err(why) = convert(&value, &variable.type_constraint) {
            let detail = format!("This default value is not compatible with the variable's type constraint: {why}.");
            self.error(default.range(), "Invalid default value for variable", detail, next);
        }
    }
}
