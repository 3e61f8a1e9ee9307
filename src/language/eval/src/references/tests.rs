use super::*;

fn told(text: &str) -> String {
    let (expr, parsed) = syntax::parse_expression("test".into(), text);
    assert!(!parsed.has_errors(), "{text}");
    let (found, diagnostics) = references(&expr);
    let mut lines: Vec<String> = found.iter().map(|r| format!("{:?} {:?}", r.referent, r.steps)).collect();
    lines.extend(diagnostics.iter().map(|d| format!("{}: {}", d.summary, d.detail)));
    lines.join("; ")
}

#[test]
fn what_expressions_refer_to() {
    for (text, expected) in [
        ("1", ""),
        ("var.a", "Variable(\"a\") []"),
        ("var.a.b[0][\"k\"]", "Variable(\"a\") [Attribute(\"b\"), Index(0), Key(\"k\")]"),
        ("local.x[var.i].y", "Local(\"x\") [Other]; Variable(\"i\") []"),
        ("each.value.x", "Each(\"value\") [Attribute(\"x\")]"),
        ("count.index", "Count []"),
        ("self.id", "SelfObject [Attribute(\"id\")]"),
        ("path.module", "PathAttr(\"module\") []"),
        ("tofu.workspace", "TerraformAttr(\"workspace\") []"),
        ("module.m.out.x", "ModuleCall(\"m\", Some(\"out\")) [Attribute(\"out\"), Attribute(\"x\")]"),
        ("module.m[0].out", "ModuleCall(\"m\", Some(\"out\")) [Index(0), Attribute(\"out\")]"),
        ("module.m[each.key].out", "ModuleCall(\"m\", Some(\"out\")) [Other]; Each(\"key\") []"),
        ("module.m[*].out", "ModuleCall(\"m\", None) []"),
        // Names bound inside are no references.
        ("[for x in var.a : x.y + var.b]", "Variable(\"a\") []; Variable(\"b\") []"),
        ("[for var in [1] : var.a]", ""),
        ("\"%{ for x in var.a }${x}${var.b}%{ endfor }\"", "Variable(\"a\") []; Variable(\"b\") []"),
        ("{ a = var.a, (var.b) = 1 }", "Variable(\"a\") []; Variable(\"b\") []"),
        (
            "var",
            "Invalid reference: The \"var\" object cannot be accessed directly. Instead, access one of its attributes.",
        ),
        (
            "data.x",
            "Invalid reference: The \"data\" object must be followed by two attribute names: the data source type and \
             the resource name.",
        ),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn resources_of_each_mode() {
    for (text, expected) in [
        ("aws_instance.a.id", "aws_instance.a"),
        ("resource.aws_instance.a.id", "aws_instance.a"),
        ("data.aws_ami.a[*].id", "data.aws_ami.a"),
        ("ephemeral.x.y", "ephemeral.x.y"),
    ] {
        let (expr, _) = syntax::parse_expression("test".into(), text);
        let (found, _) = references(&expr);
        let [Reference { referent: Referent::Resource(resource), .. }] = found.as_slice() else {
            panic!("{text}: {found:?}");
        };
        assert_eq!(resource.to_string(), expected);
    }
}
