//! Where the layout is another than that of Terraform 1.11.4: what Terraform writes there does not parse, means something
//! else, or is not yet what it writes the next time.

pub struct Difference {
    pub why: &'static str,
    pub source: &'static str,
    pub terraform: &'static str,
    pub ours: &'static str,
}

pub const ALL: &[Difference] = &[
    Difference {
        why: "a label with a dollar or percent sign is lost",
        source: "a \"b$c\" \"50%\" \"d\" {\n}\n",
        terraform: "a \"d\" {\n}\n",
        ours: "a \"b$c\" \"50%\" \"d\" {\n}\n",
    },
    Difference {
        why: "a key of true, false or null is lost",
        source: "a=b[true]\nc=d[null]\ne=f[ /* g */ false]\n",
        terraform: "a = b[]\nc = d[]\ne = f[]\n",
        ours: "a = b[true]\nc = d[null]\ne = f[/* g */ false]\n",
    },
    Difference {
        why: "an interpolation over lines is unwrapped without the parentheses that it needs",
        source: "a = \"${(x) +\n(y)}\"\n",
        terraform: "a = (x) +\n(y)\n",
        ours: "a = \"${(x) +\n(y)}\"\n",
    },
    Difference {
        why: "a line break that a comment ends with is not seen",
        source: "a = \"${x + # c\ny}\"\n",
        terraform: "a = x + # c\ny\n",
        ours: "a = \"${x + # c\ny}\"\n",
    },
    Difference {
        why: "a comment takes the brace of the block",
        source: "a { b = \"${x # c\n}\" }\n",
        terraform: "a { b = x # c\n}\n",
        ours: "a { b = \"${x # c\n}\" }\n",
    },
    Difference {
        why: "the end of a heredoc needs a line of its own",
        source: "a { b = \"${<<EOT\nx\nEOT\n}\" }\n",
        terraform: "a { b = <<EOT\nx\nEOT }\n",
        ours: "a { b = \"${<<EOT\nx\nEOT\n}\" }\n",
    },
    Difference {
        why: "one interpolation inside of another takes Terraform two runs",
        source: "a = \"${\"${x}\"}\"\n",
        terraform: "a = \"${x}\"\n",
        ours: "a = x\n",
    },
];
