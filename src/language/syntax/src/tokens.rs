//! Tokens: the whole text of a file, cut into pieces without a gap.

use crate::Span;

/// One piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of token.
///
/// The template kinds always come balanced: where the text lacks a closing quote, marker or brace, the lexer says
/// so in a diagnostic and gives a closing token without any text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// Byte order mark at the start of the file.
    Bom,
    /// Spaces and tabs.
    Whitespace,
    /// `\n` or `\r\n`.
    Newline,
    /// `# …` or `// …`, without its line break.
    LineComment,
    /// `/* … */`
    BlockComment,
    /// A character that has no meaning here; a diagnostic has been given.
    Invalid,
    /// Text in quotation marks that are not `"`; a diagnostic has been given.
    InvalidString,
    /// A name or keyword.
    Identifier,
    /// A number, never with a sign.
    Number,
    /// `"` that opens.
    QuoteOpen,
    /// `"` that closes.
    QuoteClose,
    /// `<<EOT` or `<<-EOT` with its line break.
    HeredocOpen,
    /// The line that ends a heredoc, without its line break.
    HeredocClose,
    /// Text of a template; in a heredoc one token never goes beyond its line.
    Literal,
    /// `${` or `${~`
    InterpolationOpen,
    /// `%{` or `%{~`
    DirectiveOpen,
    /// `}` or `~}` that ends an interpolation or directive.
    SequenceClose,
    /// `{`
    BraceOpen,
    /// `}`
    BraceClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `(`
    ParenOpen,
    /// `)`
    ParenClose,
    /// `=`
    Equals,
    /// `=>`
    Arrow,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `...`
    Ellipsis,
    /// `:`
    Colon,
    /// `::`
    DoubleColon,
    /// `?`
    Question,
    /// `!`
    Not,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    EqualTo,
    /// `!=`
    NotEqualTo,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// End of the text; has no text itself.
    Eof,
}

impl TokenKind {
    /// True for what the parser never looks at: space, comments, stray characters.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            TokenKind::Bom
                | TokenKind::Whitespace
                | TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Invalid
        )
    }

    /// True for what opens a template or a part of one.
    pub(crate) fn opens_template(self) -> bool {
        matches!(
            self,
            TokenKind::QuoteOpen | TokenKind::HeredocOpen | TokenKind::InterpolationOpen | TokenKind::DirectiveOpen
        )
    }

    /// True for what closes a template or a part of one.
    pub(crate) fn closes_template(self) -> bool {
        matches!(self, TokenKind::QuoteClose | TokenKind::HeredocClose | TokenKind::SequenceClose)
    }
}
