//! Holds: the expression graph, the evaluation of expressions, expansion, and the decoding of blocks by their schema.
//! May touch: config, syntax, configschema, addrs, value, diag.
//! Never: files, clock, environment, randomness (they come through `Settings`); state, providers.

mod access;
mod assertion;
mod budget;
mod call;
mod check;
mod components;
mod conditional;
mod console;
mod convert_call;
mod declared;
mod decode;
mod describe;
mod dynamic;
mod evaluation;
mod evaluator;
mod expansion;
mod for_expression;
pub mod functions;
mod graph;
mod names;
mod operators;
mod output;
mod provider_function;
mod provider_instance;
mod provisioner;
mod references;
mod splat;
mod statics;
mod stored;
mod suggestion;
mod template;
mod template_call;
mod unexpected;
mod validate;
mod variable;
mod verdicts;

pub use assertion::{Asserted, Bound, evaluate_alone};
pub use call::{function_exists, function_names};
pub use check::{NO_MESSAGE, Outcome};
pub use decode::role;
pub use describe::describe;
pub use evaluation::constant;
pub use evaluator::{Evaluator, Phase, Repetition, Settings};
pub use expansion::{Awaited, Expansion, origins};
pub use graph::{ExprNode, ExpressionGraph, expression_graph};
pub use provider_function::{FunctionCall, FunctionResults};
pub use provisioner::{Provisioners, Provisioning, provisioner_schema};
pub use references::{Reference, ReferenceStep, Referent, references};
pub use statics::StaticSources;
pub use validate::{AnsweredCall, Judged, JudgedKind, Schemas, Validated, validate_module_tree};
pub use variable::VariableInput;
pub use verdicts::{Checked, CheckedKind, Verdicts};
pub use written::{write_text, write_value};

#[cfg(test)]
mod tests;
mod written;
