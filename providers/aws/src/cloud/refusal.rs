//! Credentials that a region does not accept: asked once, told at length once.

use super::call::ApiError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Whether the credentials were refused in a region. Regions are told apart: one that the account has not enabled
/// refuses them as if they were wrong ("Managing AWS Regions"), and others take them.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    first: OnceLock<ApiError>,
    told: Arc<Told>,
}

/// Whether people were told of a refusal at length.
#[derive(Debug, Default)]
pub(crate) struct Told(AtomicBool);

impl Told {
    /// Whether somebody told of it before. From now on, somebody did.
    pub(super) fn again(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }
}

impl Refusal {
    /// The refusal, if there was one: nothing needs to be sent then.
    pub(super) fn known(&self) -> Option<ApiError> {
        self.first.get().cloned()
    }

    /// Remembers the error if it is such a refusal.
    pub(super) fn heard(&self, mut error: ApiError) -> ApiError {
        if is_refusal(&error) {
            error.told = Some(self.told.clone());
            // Others may have been refused at the same time: the first one counts.
            let _ = self.first.set(ApiError { tried_before: false, ..error.clone() });
        }
        error
    }
}

/// Whether no request with these credentials can do better. EC2 says `AuthFailure` of objects of others too ("Error codes
/// for the Amazon EC2 API"): only its text tells the two apart.
fn is_refusal(error: &ApiError) -> bool {
    match error.code.as_str() {
        "AuthFailure" => error.message.contains("validate the provided access credentials"),
        "ExpiredToken" | "ExpiredTokenException" => true,
        "InvalidClientTokenId" | "UnrecognizedClientException" => true,
        "InvalidSignatureException" | "SignatureDoesNotMatch" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, message: &str) -> ApiError {
        ApiError {
            action: "DescribeX",
            service: "ec2",
            region: "eu-central-1".into(),
            code: code.into(),
            message: message.into(),
            request_id: Some("r-1".into()),
            in_doubt: false,
            tried_before: true,
            advice: None,
            told: None,
        }
    }

    #[test]
    fn one_long_error_and_short_ones() {
        let refusal = Refusal::default();
        // Of an image of others: nothing about the credentials as such.
        refusal.heard(error("AuthFailure", "Not authorized for images: [ami-1]"));
        refusal.heard(error("UnauthorizedOperation", "no"));
        assert!(refusal.known().is_none());
        // Two were sent before the first was answered; a third one is not sent.
        let bad = error("AuthFailure", "AWS was not able to validate the provided access credentials");
        let all = [refusal.heard(bad.clone()), refusal.heard(bad), refusal.known().unwrap()];
        assert!(!all[2].tried_before);
        let texts = all.map(|error| error.while_doing("read x").finding("x").diagnostic.detail);
        assert!(texts[0].contains("Request id: r-1") && texts[0].contains("clock"), "{}", texts[0]);
        let short =
            "The credentials are not accepted in eu-central-1 (AuthFailure). Another error of this run says more.";
        assert_eq!(texts[1..], [short, short]);
    }
}
