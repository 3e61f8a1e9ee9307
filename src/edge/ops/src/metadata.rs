//! `drform metadata`: what the language knows, for editors.

use eval::functions::{Signature, SignatureParameter};
use value::json::{Node, type_to_json};

/// The signatures of all built-in functions, as `terraform metadata functions -json` prints them.
pub fn function_signatures() -> String {
    let signatures = eval::functions::signatures().into_iter().map(|one| (one.name.into(), signature(&one)));
    Node::object([("format_version", Node::string("1.0")), ("function_signatures", Node::Object(signatures.collect()))])
        .print()
}

fn signature(signature: &Signature) -> Node {
    let parameters = || Node::Array(signature.parameters.iter().map(parameter).collect());
    let members = [
        ("description", (!signature.description.is_empty()).then(|| Node::string(signature.description))),
        ("return_type", Some(type_to_json(&signature.returns))),
        ("parameters", (!signature.parameters.is_empty()).then(parameters)),
        ("variadic_parameter", signature.variadic.as_ref().map(parameter)),
    ];
    Node::object(members.into_iter().filter_map(|(name, node)| Some((name, node?))))
}

fn parameter(parameter: &SignatureParameter) -> Node {
    let nullable = parameter.nullable.then_some(("is_nullable", Node::Bool(true)));
    let members = [("name", Node::string(parameter.name))].into_iter().chain(nullable);
    Node::object(members.chain([("type", type_to_json(&parameter.ty))]))
}
