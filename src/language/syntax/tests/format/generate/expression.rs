//! Expressions.

use super::{Lines, OPERATORS, WORDS, Writer};

impl Writer {
    pub(super) fn expression(&mut self, lines: Lines, fuel: usize) {
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

    pub(super) fn operand(&mut self, lines: Lines, fuel: usize) {
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
