//! Symbols and colours.

/// What happens to a line's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    None,
    Create,
    Update,
    Delete,
    DeleteThenCreate,
    CreateThenDelete,
    ForgetThenCreate,
    Read,
    /// Let go of, as Terraform prints it for `removed` blocks: a column less.
    Forget,
    /// Let go of, as OpenTofu prints it.
    LetGo,
}

/// Colours, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// The symbol as it stands before a line, four columns with the space after it.
    pub(crate) fn symbol(self, symbol: Symbol) -> String {
        match symbol {
            Symbol::None => "    ".into(),
            Symbol::Create => format!("  {} ", self.with("32", "+")),
            Symbol::Update => format!("  {} ", self.with("33", "~")),
            Symbol::Delete => format!("  {} ", self.with("31", "-")),
            Symbol::DeleteThenCreate => format!("{}/{} ", self.with("31", "-"), self.with("32", "+")),
            Symbol::CreateThenDelete => format!("{}/{} ", self.with("32", "+"), self.with("31", "-")),
            Symbol::ForgetThenCreate => format!("{}/{} ", self.with("31", "."), self.with("32", "+")),
            Symbol::Forget => format!(" {} ", self.with("31", ".")),
            Symbol::LetGo => format!("  {} ", self.with("31", ".")),
            Symbol::Read => format!(" {} ", self.with("36", "<=")),
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.with("90", text)
    }
}
