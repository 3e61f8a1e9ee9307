//! One request: within the budget, sent again where that is safe, and what became of it.

use super::budget::Budget;
use super::patience;
use super::refusal::Told;
use super::trouble::Trouble;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What is asked of an API, and when it may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// Name of the operation, such as `CreateVolume`.
    pub(crate) name: &'static str,
    again: Again,
}

/// When a request whose outcome is unknown may be sent again. One that was refused for its number always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// It changes nothing.
    Read,
    /// Carried out twice it has the effect of once: client token, natural key, or a state that is set.
    Same,
    /// Never: a second request could make a second object.
    Never,
}

impl Action {
    /// Changes nothing.
    pub(crate) const fn read(name: &'static str) -> Action {
        Action { name, again: Again::Read }
    }

    /// Carried out twice it has the effect of once: it carries a client token, or sets a state.
    pub(crate) const fn same(name: &'static str) -> Action {
        Action { name, again: Again::Same }
    }

    /// Carried out twice it may make two objects: with an unknown outcome the error says so.
    pub(crate) const fn once(name: &'static str) -> Action {
        Action { name, again: Again::Never }
    }

    pub(crate) fn changes(self) -> bool {
        self.again != Again::Read
    }

    /// How long one try may take. A change that takes longer may have been carried out.
    fn patience(self) -> Duration {
        match self.changes() {
            true => Duration::from_secs(120),
            false => Duration::from_secs(60),
        }
    }
}

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) action: &'static str,
    pub(crate) service: &'static str,
    pub(crate) region: String,
    /// The API's code, such as `InvalidVolume.NotFound`; empty when no answer came.
    pub(crate) code: String,
    /// The API's text, or why no answer came.
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    /// The request may have been carried out all the same.
    pub(crate) in_doubt: bool,
    /// An earlier try of this request may have been carried out: "exists already" may be our own doing.
    pub(crate) tried_before: bool,
    /// What to do about it, where the request never got an answer; a full sentence.
    pub(crate) advice: Option<&'static str>,
    /// Every request would be refused like this one: one who tells of it at length is enough.
    pub(crate) told: Option<Arc<Told>>,
}

impl ApiError {
    /// Whether the API answered with this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether the API says that the object is not there: `InvalidVolume.NotFound`, `NotFoundException`, …
    pub(crate) fn is_not_found(&self) -> bool {
        self.code.ends_with(".NotFound")
            || self.code.ends_with("NotFoundException")
            || self.code.ends_with(".Unknown")
            || self.code == "NotFound"
            || self.code.ends_with(".NotFoundException")
    }

    /// The error for people: what was to be done to which object.
    pub(crate) fn while_doing(self, doing: impl Into<String>) -> Trouble {
        Trouble::api(doing.into(), self)
    }
}

/// Refusals for the number of requests, as EC2 ("Error codes for the Amazon EC2 API") and KMS name them.
const THROTTLED: [&str; 8] = [
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "EC2ThrottledException",
];

/// Answers that ask to come again.
const LATER: [&str; 6] =
    ["ServerInternal", "InternalError", "Unavailable", "ServiceUnavailable", "RequestTimeout", "ConcurrentTagAccess"];

/// Codes that say that there is no room for what was asked, although the status is that of a server's fault ("Error
/// codes for the Amazon EC2 API", server error codes). Asking again at once does not help.
const NO_ROOM: &str = "Insufficient";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Throttled,
    /// The server failed; it may have done something.
    Failed,
    /// Nothing went out: nobody listens.
    NotSent,
    /// Nothing went out: nobody knows the host.
    NoHost,
    /// Nothing went out, and asking again does not help: no credentials, a certificate that is not trusted.
    Unsendable,
    /// No answer.
    Lost,
    Refused,
}

/// How tries follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tries {
    /// Tries after the first one that failed. Refusals for the number of requests do not count.
    pub(crate) most: u32,
}

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Pause after a refusal for the number of requests: the budget does the waiting.
const LONGEST_THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// A request that was refused for the number of requests for that long is given up. Nobody waits that long for one
/// request as long as the service takes any.
const THROTTLED_FOR: Duration = Duration::from_secs(6 * 3_600);
/// Tries after the first one when nobody listens; 40 s or so with the pauses. As `hashicorp/aws`.
const MOST_NOT_SENT: u32 = 9;
/// Tries after the first one when the host is not known: the resolver may have had a bad moment.
const MOST_NO_HOST: u32 = 2;

const THROTTLED_ADVICE: &str = "The account gets more requests than it takes. Run again when others have ended theirs, with \
                                a lower -parallelism, or with longer `timeouts`.";

/// Makes a request until it is answered, as often as the action allows.
pub(crate) async fn call<T, E, F>(
    place: (&'static str, &str),
    budget: &Budget,
    tries: Tries,
    action: Action,
    send: impl Fn() -> F,
) -> Result<T, ApiError>
where
    T: RequestId,
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    F: std::future::Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let (begin, mut pause) = (Instant::now(), FIRST_PAUSE);
    let (mut attempt, mut failures, mut tried_before) = (0, 0, false);
    let patience = patience::ours();
    let patience = patience.as_deref();
    let mut throttled_since = None;
    loop {
        let turn = budget.turn().await;
        attempt += 1;
        let sent = Instant::now();
        if let Some(patience) = patience.filter(|_| action.changes()) {
            patience.sent();
        }
        let answer = match tokio::time::timeout(action.patience(), send()).await {
            Ok(answer) => answer,
            Err(over) => Err(SdkError::timeout_error(over)),
        };
        let error = match answer {
            Ok(answer) => {
                budget.taken();
                log(place, action, attempt, sent, "ok", answer.request_id());
                return Ok(answer);
            }
            Err(error) => error,
        };
        let outcome = outcome(&error);
        let doubtful = matches!(outcome, Outcome::Failed | Outcome::Lost) && action.changes();
        if let Some(patience) = patience.filter(|_| action.changes() && !doubtful) {
            patience.without_effect();
        }
        let mut failed = api_error(place, action, &error, outcome, doubtful, tried_before);
        let word = if failed.code.is_empty() { "no answer" } else { &failed.code };
        log(place, action, attempt, sent, word, failed.request_id.as_deref());
        match outcome {
            Outcome::Throttled => budget.refused(turn),
            Outcome::Refused | Outcome::Failed => budget.taken(),
            Outcome::NotSent | Outcome::NoHost | Outcome::Unsendable | Outcome::Lost => {}
        }
        let (again, most) = match outcome {
            Outcome::Refused | Outcome::Unsendable => (false, 0),
            Outcome::Throttled => (begin.elapsed() < THROTTLED_FOR, u32::MAX),
            Outcome::NotSent => (true, tries.most.min(MOST_NOT_SENT)),
            Outcome::NoHost => (true, tries.most.min(MOST_NO_HOST)),
            Outcome::Failed | Outcome::Lost => (action.again != Again::Never, tries.most),
        };
        if !again || failures >= most {
            return Err(failed);
        }
        tried_before |= doubtful;
        let since = *throttled_since.get_or_insert(sent);
        if outcome != Outcome::Throttled {
            throttled_since = None;
        } else if let Some(why) =
            patience.and_then(|patience| patience.is_over(since, pause.min(LONGEST_THROTTLED_PAUSE)))
        {
            failed.message = format!("{} {why}", failed.message);
            failed.advice = Some(THROTTLED_ADVICE);
            return Err(failed);
        }
        if outcome == Outcome::Throttled {
            tokio::time::sleep(pause.min(LONGEST_THROTTLED_PAUSE).mul_f64(jitter())).await;
        } else {
            failures += 1;
            tokio::time::sleep(pause.mul_f64(jitter())).await;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One line for each request. Never what was asked or answered: that may be secret.
fn log(
    (service, region): (&str, &str),
    action: Action,
    attempt: u32,
    sent: Instant,
    outcome: &str,
    request_id: Option<&str>,
) {
    let pairs = [
        ("service", service),
        ("operation", action.name),
        ("region", region),
        ("attempt", &attempt.to_string()),
        ("milliseconds", &sent.elapsed().as_millis().to_string()),
        ("outcome", outcome),
        ("request_id", request_id.unwrap_or_default()),
    ];
    sdk::log::write(sdk::log::Level::Debug, "request", &pairs);
}

/// From a half to the whole, so that requests that failed together do not come again together.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0_u8);
    0.5 + (random % 1_000) as f64 / 2_000.0
}

fn outcome<E>(error: &SdkError<E, HttpResponse>) -> Outcome
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            let status = answer.raw().status().as_u16();
            if THROTTLED.contains(&code) || status == 429 {
                Outcome::Throttled
            } else if code.starts_with(NO_ROOM) {
                Outcome::Refused
            } else if status >= 500 || LATER.contains(&code) {
                Outcome::Failed
            } else {
                Outcome::Refused
            }
        }
        SdkError::ConstructionFailure(_) => Outcome::Unsendable,
        SdkError::DispatchFailure(failure) => failure.as_connector_error().map_or(Outcome::Lost, undispatched),
        _ => Outcome::Lost,
    }
}

/// What became of a request that has no answer. The HTTP client's error types are private: their texts tell where it
/// failed.
fn undispatched(error: &ConnectorError) -> Outcome {
    let text = causes(error);
    let has = |part: &str| text.contains(part);
    if has("dns error") || has("failed to lookup address") {
        Outcome::NoHost
    } else if has("invalid peer certificate") {
        Outcome::Unsendable
    } else if has("client error (Connect)") || has("connect timeout occurred") || has("Connection refused") {
        Outcome::NotSent
    } else if error.is_user() || (error.is_other() && !has("client error")) {
        // Before anything is sent: credentials that cannot be had, an endpoint that makes no sense.
        Outcome::Unsendable
    } else {
        Outcome::Lost
    }
}

fn api_error<E: Error + ProvideErrorMetadata + Send + Sync + 'static>(
    (service, region): (&'static str, &str),
    action: Action,
    error: &SdkError<E, HttpResponse>,
    outcome: Outcome,
    in_doubt: bool,
    tried_before: bool,
) -> ApiError {
    let metadata = error.meta();
    let message = match metadata.message() {
        Some(message) => message.to_owned(),
        None => causes(error),
    };
    let request_id = match error {
        SdkError::ServiceError(answer) => answer.raw().headers().get("x-amzn-requestid").map(String::from),
        _ => None,
    };
    let advice = match outcome {
        Outcome::NoHost => Some("Nobody knows the host: check the region's name, the endpoint and the name server."),
        Outcome::NotSent => Some("Nobody answers there: check the endpoint, the proxy and the network."),
        Outcome::Unsendable if message.contains("certificate") => Some(
            "The certificate is not trusted. Name the authority's file in custom_ca_bundle or AWS_CA_BUNDLE, or check \
             the endpoint.",
        ),
        Outcome::Unsendable if message.contains("redential") || message.contains("identity") => Some(
            "There are no credentials that can be used. Set them in the environment, name a profile, or check the role \
             that is to be assumed.",
        ),
        Outcome::Failed | Outcome::Lost if in_doubt && action.again == Again::Same => {
            Some("Nobody knows whether the request was carried out. Run again: repeated, it has the effect of one.")
        }
        Outcome::Failed | Outcome::Lost if in_doubt => Some(
            "Nobody knows whether the request was carried out. Look in the account before trying again: a second request \
             could make a second object.",
        ),
        _ => None,
    };
    ApiError {
        action: action.name,
        service,
        region: region.to_owned(),
        code: metadata.code().unwrap_or_default().to_owned(),
        message,
        request_id: error.request_id().map(String::from).or(request_id),
        in_doubt,
        tried_before,
        advice,
        told: None,
    }
}

/// The innermost reasons, without the names of the SDK's layers.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !LAYERS.contains(&text.as_str()) && !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        cause = error.source();
    }
    texts.join(": ")
}

/// Texts of the SDK that say nothing to anybody else.
const LAYERS: [&str; 3] = ["dispatch failure", "other", "io error"];

#[cfg(test)]
mod tests;
