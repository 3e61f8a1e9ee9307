//! Faults on demand, and limits of requests a second.

use std::time::{Duration, Instant};

use crate::call::{Answer, Call};

/// What happens to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Refused for its rate: EC2 503 `RequestLimitExceeded` ("Request throttling for the Amazon EC2 API"), others 400
    /// `ThrottlingException`. No work is done.
    Throttle,
    /// Refused as broken: 500 `InternalError` (KMS `KMSInternalException`). No work is done.
    ServerError,
    /// Refused as overloaded: 503 `Unavailable` (KMS `DependencyTimeoutException`). No work is done.
    Unavailable,
    /// No answer for that long, then the connection ends. No work is done.
    Hang(Duration),
    /// The connection ends before the request is looked at.
    CutBefore,
    /// The work is done, and the connection ends without an answer.
    CutAfter,
    /// The work is done that much later.
    Delay(Duration),
    /// Refused with this error. No work is done.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
}

/// A fault and the requests it meets: all that fit, but the first `skip`, `times` in number.
#[derive(Clone, Debug)]
pub struct Fault {
    service: Option<String>,
    region: Option<String>,
    operation: Option<String>,
    containing: Option<String>,
    skip: u32,
    times: Option<u32>,
    what: What,
}

impl Fault {
    /// A fault of the next request, of any kind.
    pub fn new(what: What) -> Fault {
        Fault { service: None, region: None, operation: None, containing: None, skip: 0, times: Some(1), what }
    }

    /// Only requests of this operation, as `CreateVolume`.
    pub fn on(mut self, operation: &str) -> Fault {
        self.operation = Some(operation.to_string());
        self
    }

    /// Only requests to this service: `ec2`, `kms` or `sts`.
    pub fn service(mut self, service: &str) -> Fault {
        self.service = Some(service.to_string());
        self
    }

    /// Only requests to this region.
    pub fn region(mut self, region: &str) -> Fault {
        self.region = Some(region.to_string());
        self
    }

    /// Only requests whose body has this text, as sent (form-encoded for EC2).
    pub fn containing(mut self, text: &str) -> Fault {
        self.containing = Some(text.to_string());
        self
    }

    /// Lets so many fitting requests pass first.
    pub fn skip(mut self, requests: u32) -> Fault {
        self.skip = requests;
        self
    }

    /// Meets so many requests.
    pub fn times(mut self, requests: u32) -> Fault {
        self.times = Some(requests);
        self
    }

    /// Meets every fitting request until the gate is cleared.
    pub fn forever(mut self) -> Fault {
        self.times = None;
        self
    }

    /// Whether this fault meets the call; counts.
    pub(crate) fn meets(&mut self, call: &Call) -> Option<What> {
        let fits = |want: &Option<String>, have: &str| want.as_ref().is_none_or(|w| w == have);
        let all = fits(&self.service, &call.service)
            && fits(&self.region, &call.region)
            && fits(&self.operation, &call.operation)
            && self.containing.as_ref().is_none_or(|t| call.body().contains(t.as_str()));
        if !all || self.times == Some(0) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.map(|t| t - 1);
        Some(self.what.clone())
    }
}

impl What {
    /// The error that is answered, where it is one.
    pub(crate) fn refusal(&self, call: &Call) -> Option<Answer> {
        let json = call.service == "kms";
        let error = |status, code: &str, message: &str| Some(Answer::error(call, status, code, message));
        match self {
            What::Throttle if json => error(400, "ThrottlingException", "Rate exceeded"),
            What::Throttle if call.service == "ec2" => error(503, "RequestLimitExceeded", "Request limit exceeded."),
            What::Throttle => error(400, "Throttling", "Rate exceeded"),
            What::ServerError if json => error(500, "KMSInternalException", "An internal error occurred"),
            What::ServerError => error(500, "InternalError", "An internal error has occurred"),
            What::Unavailable if json => error(503, "DependencyTimeoutException", "The request timed out"),
            What::Unavailable => error(503, "Unavailable", "The service is unavailable. Please try again shortly."),
            What::Refuse { status, code, message } => error(*status, code, message),
            What::Hang(_) | What::CutBefore | What::CutAfter | What::Delay(_) => None,
        }
    }
}

/// A token bucket, as "Request throttling for the Amazon EC2 API" describes it.
#[derive(Debug)]
pub(crate) struct Bucket {
    service: String,
    region: String,
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(service: &str, region: &str, per_second: f64, burst: u32) -> Bucket {
        let burst = f64::from(burst);
        let (service, region) = (service.to_string(), region.to_string());
        Bucket { service, region, per_second, burst, tokens: burst, filled: Instant::now() }
    }

    /// Takes a token for the call; false where there is none left. A refused request uses none.
    pub(crate) fn admits(&mut self, call: &Call) -> bool {
        if self.service != call.service || self.region != call.region {
            return true;
        }
        let now = Instant::now();
        let gained = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled = now;
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}
