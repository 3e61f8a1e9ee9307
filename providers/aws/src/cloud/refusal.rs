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
