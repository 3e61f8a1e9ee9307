use super::*;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug)]
struct Answered;

impl RequestId for Answered {
    fn request_id(&self) -> Option<&str> {
        None
    }
}

#[derive(Debug)]
struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("service error")
    }
}

impl Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// A layer of the HTTP client, as its texts are.
#[derive(Debug)]
struct Layer(&'static str, Option<Box<Layer>>);

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl Error for Layer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|layer| layer as _)
    }
}

/// What a try meets.
#[derive(Clone, Copy)]
enum Meets {
    Code(u16, &'static str),
    Io(&'static str, &'static str),
    Other(&'static str),
    Nothing,
    Hangs,
}

use Meets::{Code, Hangs, Io, Nothing, Other};

fn error(meets: Meets) -> SdkError<Refusal, HttpResponse> {
    match meets {
        Code(status, code) => {
            let refusal = Refusal(ErrorMetadata::builder().code(code).message("why").build());
            SdkError::service_error(refusal, HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty()))
        }
        Io(outer, inner) => {
            SdkError::dispatch_failure(ConnectorError::io(Box::new(Layer(outer, Some(Box::new(Layer(inner, None)))))))
        }
        Other(text) => SdkError::dispatch_failure(ConnectorError::other(Box::new(Layer(text, None)), None)),
        Nothing | Hangs => unreachable!(),
    }
}

/// The same at each try, or an answer after so many: tries, seconds, and the error.
async fn tried(action: Action, meets: Meets, until: u32) -> (u32, u64, Option<ApiError>) {
    let (tries, begin) = (AtomicU32::new(0), Instant::now());
    let done = call(("ec2", "eu-central-1"), &Budget::default(), Tries { most: 25 }, action, || async {
        let number = tries.fetch_add(1, Ordering::SeqCst) + 1;
        match meets {
            _ if number > until => Ok(Answered),
            Nothing => Ok(Answered),
            Hangs => std::future::pending().await,
            other => Err(error(other)),
        }
    })
    .await;
    (tries.load(Ordering::SeqCst), begin.elapsed().as_secs(), done.err())
}

const READ: Action = Action::read("DescribeX");
const SAME: Action = Action::same("CreateX");
const ONCE: Action = Action::once("CreateY");

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_and_what_is_in_doubt() {
    let refused = Io("client error (Connect)", "tcp connect error: Connection refused (os error 111)");
    let cut = Io("client error (SendRequest)", "connection closed before message completed");
    let unresolved = Io("client error (Connect)", "dns error");
    let untrusted = Io("client error (Connect)", "invalid peer certificate: UnknownIssuer");
    let no_credentials = Other("the credential provider was not enabled");
    let rows = [
        // action, what each try meets, tries, in doubt
        (READ, Code(400, "InvalidVolume.NotFound"), 1, false),
        (SAME, Code(400, "InvalidParameterValue"), 1, false),
        (READ, Code(500, "InternalError"), 26, false),
        (SAME, Code(500, "InternalError"), 26, true),
        (ONCE, Code(500, "InternalError"), 1, true),
        (ONCE, Code(503, "Unavailable"), 1, true),
        (SAME, Code(500, "InsufficientInstanceCapacity"), 1, false),
        (ONCE, Code(500, "InsufficientInstanceCapacity"), 1, false),
        (READ, cut, 26, false),
        (SAME, cut, 26, true),
        (ONCE, cut, 1, true),
        // Nothing went out: also what must not be done twice is tried again.
        (ONCE, refused, 10, false),
        (READ, refused, 10, false),
        (ONCE, unresolved, 3, false),
        (ONCE, untrusted, 1, false),
        (READ, untrusted, 1, false),
        (ONCE, no_credentials, 1, false),
        (READ, no_credentials, 1, false),
        (READ, Hangs, 26, false),
        (SAME, Hangs, 26, true),
        (ONCE, Hangs, 1, true),
    ];
    for (row, (action, meets, tries, in_doubt)) in rows.into_iter().enumerate() {
        let (seen, _, failed) = tried(action, meets, u32::MAX).await;
        let failed = failed.unwrap();
        assert_eq!((seen, failed.in_doubt), (tries, in_doubt), "row {row}: {failed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_is_no_failure() {
    for (action, code) in [(READ, "RequestLimitExceeded"), (ONCE, "RequestLimitExceeded"), (SAME, "Throttling")] {
        // An hour of refusals, then an answer.
        let (tries, seconds, failed) = tried(action, Code(503, code), 1_800).await;
        assert!(failed.is_none() && tries == 1_801 && seconds >= 1_800, "{tries} tries, {seconds} s: {failed:?}");
        // But there is an end.
        let (_, seconds, failed) = tried(action, Code(503, code), u32::MAX).await;
        let failed = failed.unwrap();
        assert!(!failed.in_doubt && (6 * 3_600..7 * 3_600).contains(&seconds), "{seconds} s: {failed:?}");
    }
}

/// A change of several requests: the first ones take place, then all are refused for their number. Seconds, and the error.
async fn refused_change(done_before: u32, meets: Meets, timeout: Option<u64>) -> (u64, ApiError) {
    let begin = Instant::now();
    let change = async {
        let budget = Budget::default();
        let ask = |meets| {
            let budget = &budget;
            async move {
                let send = || async move { if matches!(meets, Nothing) { Ok(Answered) } else { Err(error(meets)) } };
                call(("ec2", "eu-central-1"), budget, Tries { most: 0 }, SAME, send).await
            }
        };
        for _ in 0..done_before {
            let _ = ask(meets).await;
        }
        // A question first, as changes ask some.
        ask(Code(503, "RequestLimitExceeded")).await.unwrap_err()
    };
    let failed = patience::within("create", timeout.map(Duration::from_secs), change).await;
    (begin.elapsed().as_secs(), failed)
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_keeps_to_its_timeout_until_something_was_sent() {
    let (seconds, failed) = refused_change(0, Nothing, Some(1_200)).await;
    assert!((1_198..=1_201).contains(&seconds), "{seconds} s");
    assert!(!failed.in_doubt && !failed.tried_before, "{failed:?}");
    let text = failed.while_doing("create x").finding("x").diagnostic.detail;
    let expected = "Throttled for 20 minutes; timeouts.create is 20 minutes. Nothing was changed.";
    assert!(text.contains(expected) && text.contains("-parallelism"), "{text}");
    // What was refused before changed nothing either.
    let (seconds, _) = refused_change(1, Code(400, "InvalidParameterValue"), Some(1_200)).await;
    assert!(seconds < 1_202, "{seconds} s");
    // What may have taken effect is seen through.
    for meets in [Nothing, Hangs, Code(500, "InternalError")] {
        let meets = if matches!(meets, Hangs) { Io("client error (SendRequest)", "connection closed") } else { meets };
        let (seconds, _) = refused_change(1, meets, Some(1_200)).await;
        assert!(seconds >= 6 * 3_600, "{seconds} s");
    }
    assert!(refused_change(0, Nothing, None).await.0 >= 6 * 3_600);
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_to_do() {
    let rows = [
        (Io("client error (Connect)", "dns error"), "ec2:DescribeX in eu-central-1 was not answered: ", "name server"),
        (Io("client error (Connect)", "invalid peer certificate: UnknownIssuer"), "UnknownIssuer", "custom_ca_bundle"),
        (Other("no providers in chain provided credentials"), "provided credentials", "name a profile"),
        (Io("client error (Connect)", "Connection refused"), "Connection refused", "check the endpoint"),
        (Code(401, "AuthFailure"), "answered AuthFailure: why", "The credentials are not accepted"),
    ];
    for (meets, first, second) in rows {
        let (.., failed) = tried(READ, meets, u32::MAX).await;
        let text = failed.unwrap().while_doing("read x").finding("x").diagnostic.detail;
        assert!(text.contains(first) && text.contains(second), "{text}");
    }
    assert!(tried(READ, Nothing, 0).await.2.is_none());
}
