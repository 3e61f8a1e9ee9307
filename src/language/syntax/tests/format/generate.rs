//! Ugly files: valid constructs, written as nobody should.
//!
//! What Terraform 1.11.4 breaks by formatting (`differences.rs`) is not written here.

/// Numbers that look random: xorshift.
pub struct Dice(u64);

impl Dice {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % sides as u64) as usize
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

/// Whether a line break may stand between two tokens.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    /// Inside of parentheses, square brackets and interpolations.
    Many,
    /// Elsewhere.
    One,
}

const NAMES: &[&str] =
    &["a", "ami", "x1", "tags", "name", "in", "for_each", "größe", "名前", "a-b", "_", "source", "if"];
const WORDS: &[&str] = &[
    "",
    "text",
    "a b",
    "é",
    "日本語",
    "e\u{301}",
    "👩‍🚀",
    "क्षि",
    "\\n",
    "\\u00e9",
    "$",
    "50%",
    "$${x}",
    "%%{y}",
    "#",
    "//",
    "/*",
    "\\\"",
    "a=b",
];
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

/// A file.
pub fn file(seed: u64) -> String {
    let mut writer = Writer { dice: Dice::new(seed), out: String::new(), depth: 0, heredocs: 0 };
    let items = 2 + writer.dice.roll(7);
    writer.body(items, true);
    let mut text = writer.out;
    let dice = &mut writer.dice;
    if dice.one_in(6) {
        text = text.replace('\n', "\r\n");
    }
    if dice.one_in(15) {
        text.insert(0, '\u{feff}');
    }
    match dice.roll(12) {
        // A heredoc needs the line break.
        0 if !text.contains("<<") => text.truncate(text.trim_end().len()),
        1 => text.push_str("  \t"),
        2 => text.push_str("\n\n\n"),
        _ => {}
    }
    text
}

struct Writer {
    dice: Dice,
    out: String,
    depth: usize,
    heredocs: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Space between two tokens that may touch.
    fn gap(&mut self, lines: Lines) {
        let gap = match self.dice.roll(if lines == Lines::Many { 24 } else { 16 }) {
            0..7 => "",
            7..10 => " ",
            10 => "   ",
            11 => "\t",
            12 => " \t ",
            13 => " /* c */ ",
            14 => "/**/",
            15 => "          ",
            16 => "\n",
            17 => "\n\n",
            18 => "  \n\t",
            19 => " # é\n",
            20 => "// long comment = {\n   ",
            21 => "/* over\n   lines */",
            _ => "",
        };
        // `/` and `/* */` would be a line comment.
        if gap.starts_with('/') && self.out.ends_with('/') {
            self.push(" ");
        }
        self.push(gap);
    }

    /// Space between two tokens that would be one without.
    fn space(&mut self, lines: Lines) {
        let before = self.out.len();
        self.gap(lines);
        if self.out.len() == before {
            self.push(" ");
        }
    }

    fn token(&mut self, text: &str, lines: Lines) {
        self.push(text);
        self.gap(lines);
    }

    fn indent(&mut self) {
        let indent = self.dice.pick(&["", "", "  ", "    ", "\t", " \t", "      ", " "]);
        self.push(indent);
    }

    fn end_line(&mut self) {
        let end = self.dice.pick(&[
            "\n",
            "\n",
            "\n",
            "  \n",
            "\t\n",
            "# c\n",
            " # comment\n",
            "   // ünï\n",
            " /* b */\n",
            " /* a */ # b\n",
            "\n\n",
            "\n\n\n",
        ]);
        self.push(end);
    }

    fn lone_comment(&mut self) {
        self.indent();
        let comment = self.dice.pick(&[
            "# alone\n",
            "//alone\n",
            "/* alone */\n",
            "/* over\n lines */\n",
            "#\n",
            "  ## x = y {\n",
            "/* a */ /* b */ # c\n",
        ]);
        self.push(comment);
    }

    fn body(&mut self, items: usize, root: bool) {
        let mut names = 0;
        for _ in 0..items {
            match self.dice.roll(20) {
                0 => self.lone_comment(),
                1 => self.push("\n"),
                2 => self.push("   \n"),
                3 if root => self.variable(),
                3..9 if self.depth < 4 => self.block(),
                _ => {
                    names += 1;
                    self.attribute(names);
                }
            }
        }
    }

    fn block(&mut self) {
        self.indent();
        if self.dice.one_in(8) {
            self.push("/* before */ ");
        }
        let kind = self.dice.pick(&["resource", "locals", "b", "lifecycle", "dynamic", "größer"]);
        self.push(kind);
        for _ in 0..self.dice.roll(3) {
            if self.dice.one_in(4) {
                self.space(Lines::One);
                let label = self.dice.pick(NAMES);
                self.push(label);
            } else {
                self.gap(Lines::One);
                let label = self.dice.pick(&[
                    "a",
                    "aws_instance",
                    "é",
                    "e\u{301}",
                    "\\u00e9\\t",
                    "",
                    "with space",
                    "\\\"q\\\"",
                    "\u{200b}",
                ]);
                self.push(&format!("\"{label}\""));
            }
        }
        self.gap(Lines::One);
        self.depth += 1;
        match self.dice.roll(8) {
            0 => self.push("{}"),
            1 => self.push("{   }"),
            2 => {
                self.token("{", Lines::One);
                self.name();
                self.gap(Lines::One);
                self.token("=", Lines::One);
                self.expression(Lines::One, 2);
                self.gap(Lines::One);
                self.push("}");
            }
            _ => {
                self.push("{");
                self.end_line();
                let items = self.dice.roll(6);
                self.body(items, false);
                self.indent();
                self.push("}");
            }
        }
        self.depth -= 1;
        self.end_line();
    }

    fn variable(&mut self) {
        self.indent();
        let label = self.dice.pick(&["\"v\"", "v", "  \"v\"  "]);
        self.push(&format!("variable {label} {{\n"));
        for attribute in ["type", "default"] {
            self.indent();
            self.token(attribute, Lines::One);
            self.token("=", Lines::One);
            let kind = self.dice.pick(&[
                "list",
                "map",
                "set",
                "string",
                "\"string\"",
                "\"list\"",
                "\"map\"",
                "\"set\"",
                "any",
                "\"any\"",
                "list(string)",
                "object({a=string,b  = optional( number,1 )})",
                "tuple([string,number])",
                "list( any )",
                "\"${list}\"",
            ]);
            self.push(kind);
            self.end_line();
        }
        self.push("  }");
        self.end_line();
    }

    fn attribute(&mut self, number: usize) {
        self.indent();
        if self.dice.one_in(12) {
            self.push("/* before */ ");
        }
        self.name();
        self.push(&number.to_string());
        self.gap(Lines::One);
        self.token("=", Lines::One);
        match self.dice.roll(9) {
            0 => {
                self.heredoc();
                self.push("\n");
                return;
            }
            1 => self.whole_interpolation(),
            _ => self.expression(Lines::One, 4),
        }
        self.end_line();
    }

    fn name(&mut self) {
        let name = self.dice.pick(NAMES);
        self.push(name);
    }

    fn heredoc(&mut self) {
        self.heredocs += 1;
        let marker = self.dice.pick(&["EOT", "E", "ÉND", "a-b"]);
        let dash = self.dice.pick(&["", "-"]);
        self.push(&format!("<<{dash}{marker}\n"));
        for _ in 0..self.dice.roll(5) {
            let line = self.dice.pick(&[
                "",
                "  ",
                "text",
                "\ttab",
                "    a   =   b",
                "é # no comment",
                "}",
                "\"",
                "$${x} %%{y}",
                "100% $",
            ]);
            self.push(line);
            match self.dice.roll(6) {
                0 => self.interpolation(Lines::Many),
                1 => {
                    self.push("%{");
                    self.gap(Lines::One);
                    self.push("if ");
                    self.operand(Lines::One, 1);
                    self.gap(Lines::One);
                    self.push("~}yes%{else}no%{   endif}");
                }
                _ => {}
            }
            self.push("\n");
        }
        let indent = self.dice.pick(&["", "", "  ", "\t"]);
        self.push(&format!("{indent}{marker}"));
    }

    /// `${ … }` in a template.
    fn interpolation(&mut self, lines: Lines) {
        let open = self.dice.pick(&["${", "${~"]);
        self.push(open);
        self.gap(lines);
        self.expression(lines, 1);
        self.gap(lines);
        // Nothing may swallow the brace.
        let close = self.dice.pick(&["}", "~}", "  }"]);
        self.push(close);
    }

    /// `"${ … }"` as a whole value.
    fn whole_interpolation(&mut self) {
        self.push("\"${");
        let space = self.dice.pick(&["", " ", "\n", "\n\n  ", "/* c */"]);
        self.push(space);
        match self.dice.roll(5) {
            0 => self.push("x ?\n y :\nz"),
            1 => self.push("join( \",\",var.x )"),
            2 => self.push("f(\n  a,\n  \"${b}-c\"\n)"),
            3 => self.push("( a )"),
            _ => self.operand(Lines::One, 0),
        }
        let space = self.dice.pick(&["", " ", "\n", "  \n\n", "/* c */"]);
        self.push(space);
        self.push("}\"");
    }

    fn expression(&mut self, lines: Lines, fuel: usize) {
        match self.dice.roll(10) {
            0 | 1 if fuel > 0 => {
                self.operand(lines, fuel - 1);
                for _ in 0..1 + self.dice.roll(2) {
                    self.gap(lines);
                    let operator = self.dice.pick(OPERATORS);
                    // `a-1` is a name; `//` begins a comment.
                    self.push(" ");
                    self.push(operator);
                    self.push(" ");
                    self.gap(lines);
                    self.operand(lines, fuel - 1);
                }
            }
            2 if fuel > 0 => {
                self.operand(lines, fuel - 1);
                self.space(lines);
                self.token("?", lines);
                self.operand(lines, fuel - 1);
                self.space(lines);
                self.token(":", lines);
                self.push(" ");
                self.operand(lines, fuel - 1);
            }
            _ => self.operand(lines, fuel),
        }
    }

    fn operand(&mut self, lines: Lines, fuel: usize) {
        match self.dice.roll(if fuel == 0 { 7 } else { 16 }) {
            0 => {
                let number = self.dice.pick(&["0", "1", "12.50", "1e5", "1E-3", "007"]);
                self.push(number);
            }
            1 => {
                let word = self.dice.pick(&["true", "false", "null"]);
                self.push(word);
            }
            2 | 3 => self.traversal(lines, fuel),
            4 => {
                let unary = self.dice.pick(&["-", "!", "- ", "!  ", "!!", "- -"]);
                self.push(unary);
                self.traversal(lines, 0);
            }
            5 | 6 => self.string(fuel),
            7 => {
                self.push("(");
                self.gap(Lines::Many);
                self.expression(Lines::Many, fuel - 1);
                self.gap(Lines::Many);
                self.push(")");
            }
            8 | 9 => self.call(lines, fuel),
            10 | 11 => self.list(fuel),
            12 | 13 => self.object(fuel),
            14 => self.for_list(fuel),
            _ => self.for_object(fuel),
        }
    }

    fn traversal(&mut self, lines: Lines, fuel: usize) {
        let root = self.dice.pick(&["x", "var", "local", "aws_instance", "each", "größe"]);
        self.push(root);
        let mut splat = false;
        for _ in 0..self.dice.roll(4) {
            match self.dice.roll(7) {
                0 | 1 => {
                    self.gap(lines);
                    self.token(".", Lines::One);
                    let name = self.dice.pick(&["id", "a-b", "name", "in"]);
                    self.push(name);
                }
                2 => self.push("[0]"),
                3 => self.push("[ \"k\" ]"),
                // There is one `.*` at most.
                4 if !splat => {
                    splat = true;
                    let sign = self.dice.pick(&["[*]", ".*", "[ * ]"]);
                    self.push(sign);
                }
                5 if fuel > 0 => {
                    self.gap(lines);
                    self.token("[", Lines::Many);
                    // Not `true` or `null` alone.
                    self.push("0 +");
                    self.expression(Lines::Many, fuel - 1);
                    self.gap(Lines::Many);
                    self.push("]");
                }
                _ => self.push(".0.id"),
            }
        }
    }

    fn string(&mut self, fuel: usize) {
        self.push("\"");
        for _ in 0..self.dice.roll(4) {
            let word = self.dice.pick(WORDS);
            self.push(word);
            match self.dice.roll(8) {
                0 if fuel > 0 => {
                    // Text first: a whole interpolation is written elsewhere.
                    self.push("t ");
                    self.interpolation(Lines::Many);
                }
                1 if fuel > 0 => self.push("t%{ if   x }y%{else  }z%{ endif ~}"),
                2 if fuel > 0 => self.push("t%{for a,b in  x~}${ b }%{ endfor }"),
                // Dollars and percents do not meet the brace of what follows.
                _ => self.push("."),
            }
        }
        self.push("\"");
    }

    fn call(&mut self, lines: Lines, fuel: usize) {
        let name = self.dice.pick(&["f", "join", "provider::a::b", "provider :: a ::b", "f "]);
        self.push(name);
        let _ = lines;
        self.push("(");
        self.gap(Lines::Many);
        let count = self.dice.roll(4);
        for index in 0..count {
            if index > 0 {
                self.token(",", Lines::Many);
            }
            if self.heredocs < 3 && self.dice.one_in(12) {
                self.heredoc();
                self.push("\n");
            } else {
                self.expression(Lines::Many, fuel - 1);
            }
            self.gap(Lines::Many);
        }
        if count > 0 {
            match self.dice.roll(6) {
                0 => self.token(",", Lines::Many),
                1 => self.token(" ...", Lines::Many),
                _ => {}
            }
        }
        self.push(")");
    }

    fn list(&mut self, fuel: usize) {
        self.push("[");
        self.gap(Lines::Many);
        let over_lines = self.dice.one_in(2);
        for _ in 0..self.dice.roll(4) {
            if over_lines {
                self.push("\n");
                self.indent();
            }
            self.expression(Lines::Many, fuel - 1);
            self.gap(Lines::Many);
            self.push(",");
            if over_lines {
                let comment = self.dice.pick(&["", "", " # c", "// é", " /* x */"]);
                self.push(comment);
                self.push("\n");
            } else {
                self.gap(Lines::Many);
            }
        }
        self.push("]");
    }

    fn object(&mut self, fuel: usize) {
        self.push("{");
        let over_lines = self.dice.one_in(2);
        if over_lines {
            self.end_line();
        } else {
            self.gap(Lines::One);
        }
        let count = self.dice.roll(5);
        for index in 0..count {
            if over_lines {
                self.indent();
            }
            match self.dice.roll(5) {
                0 => self.push("\"key\""),
                1 => {
                    self.push("(");
                    self.expression(Lines::Many, fuel - 1);
                    self.push(")");
                }
                2 => self.push("\"${k}-x\""),
                _ => self.name(),
            }
            let sign = self.dice.pick(&["=", ":", " =", " :", "  = "]);
            self.gap(Lines::One);
            self.token(sign, Lines::One);
            self.push(" ");
            self.expression(Lines::One, fuel - 1);
            if over_lines {
                if self.dice.one_in(3) {
                    self.push(",");
                }
                self.end_line();
            } else {
                self.gap(Lines::One);
                if index + 1 < count {
                    self.token(",", Lines::One);
                }
            }
        }
        if over_lines {
            self.indent();
        }
        self.push("}");
    }

    fn for_list(&mut self, fuel: usize) {
        self.token("[", Lines::Many);
        self.push("for");
        self.space(Lines::Many);
        self.push("v");
        self.space(Lines::Many);
        self.push("in");
        self.space(Lines::Many);
        self.expression(Lines::Many, fuel - 1);
        self.space(Lines::Many);
        self.token(":", Lines::Many);
        self.push(" ");
        self.expression(Lines::Many, fuel - 1);
        self.for_condition(fuel);
        self.gap(Lines::Many);
        self.push("]");
    }

    fn for_object(&mut self, fuel: usize) {
        self.token("{", Lines::Many);
        self.push("for");
        self.space(Lines::Many);
        self.push("k");
        self.gap(Lines::Many);
        self.token(",", Lines::Many);
        self.push("v");
        self.space(Lines::Many);
        self.push("in");
        self.space(Lines::Many);
        self.expression(Lines::Many, fuel - 1);
        self.space(Lines::Many);
        self.token(":", Lines::Many);
        self.push(" ");
        self.expression(Lines::Many, fuel - 1);
        self.space(Lines::Many);
        self.token("=>", Lines::Many);
        self.expression(Lines::Many, fuel - 1);
        if self.dice.one_in(4) {
            self.token(" ...", Lines::Many);
        }
        self.for_condition(fuel);
        self.gap(Lines::Many);
        self.push("}");
    }

    fn for_condition(&mut self, fuel: usize) {
        if self.dice.one_in(3) {
            self.space(Lines::Many);
            self.push("if");
            self.space(Lines::Many);
            self.expression(Lines::Many, fuel - 1);
        }
    }
}
