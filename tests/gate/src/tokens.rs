//! Client tokens: the same request twice makes one object.
//!
//! "Ensuring idempotency in Amazon EC2 API requests": a request with the token and parameters of one that succeeded
//! succeeds without further actions; other parameters, but for the zone, give `IdempotentParameterMismatch`. A token
//! counts within its region. The emulator ignores tokens wholly.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};

use crate::call::{Answer, Call, Params};

/// The tokens that were used.
#[derive(Default)]
pub(crate) struct Tokens {
    used: Mutex<HashMap<Name, Use>>,
    done: Condvar,
}

type Name = (String, String, String);

struct Use {
    params: Params,
    /// Absent while the first request is under way.
    answer: Option<Answer>,
}

/// A first request with its token, which must end.
pub(crate) struct Ticket(Name);

/// What a token means for a call.
pub(crate) enum Entry {
    /// It has none.
    Free,
    /// It is the first: the ticket is to be handed back.
    First(Ticket),
    /// It is answered.
    Answered(Answer),
}

impl Tokens {
    /// Looks the token of a call up; waits for a request with the same token that is under way.
    pub(crate) fn enter(&self, call: &Call) -> Entry {
        let token = call.params.text("ClientToken");
        if call.service != "ec2" || token.is_empty() || call.params.get("DryRun") == Some("true") {
            return Entry::Free;
        }
        let name = (call.region.clone(), call.operation.clone(), token.to_string());
        let mut params = call.params.clone();
        params.0.retain(|(name, _)| !name.ends_with("AvailabilityZone") && !name.ends_with("AvailabilityZoneId"));
        params.0.sort();
        let mut used = self.used.lock().unwrap();
        loop {
            match used.get(&name) {
                None => {
                    used.insert(name.clone(), Use { params, answer: None });
                    return Entry::First(Ticket(name));
                }
                Some(earlier) if earlier.params != params => {
                    return Entry::Answered(Answer::error(
                        call,
                        400,
                        "IdempotentParameterMismatch",
                        "The request uses the same client token as a previous, but non-identical request. Do not reuse a \
                         client token with different requests, unless the requests are identical",
                    ));
                }
                Some(Use { answer: Some(answer), .. }) => return Entry::Answered(answer.clone()),
                Some(_) => used = self.done.wait(used).unwrap(),
            }
        }
    }

    /// Ends a first request. One that failed leaves its token free.
    pub(crate) fn leave(&self, ticket: Ticket, answer: &Answer) {
        let mut used = self.used.lock().unwrap();
        if answer.is_ok() {
            if let Some(one) = used.get_mut(&ticket.0) {
                one.answer = Some(answer.clone());
            }
        } else {
            used.remove(&ticket.0);
        }
        self.done.notify_all();
    }
}
