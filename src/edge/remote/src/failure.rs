//! Why a machine was not reached.

/// What went wrong, in a sentence without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may work a moment later: machines that have just been made are not ready at once.
    ForNow(String),
    /// It will not work the next time either.
    ForGood(String),
}

impl From<russh::Error> for Failure {
    fn from(error: russh::Error) -> Failure {
        Failure::ForNow(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::ForNow(error.to_string())
    }
}
