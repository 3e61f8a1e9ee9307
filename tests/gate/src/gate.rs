//! The gate: accepts connections, counts, makes faults, and hands each request through the rules to the emulator.

use std::collections::HashMap;
use std::io::BufReader;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::call::{Answer, Call};
use crate::faults::{Bucket, Fault, What};
use crate::http;
use crate::lag::Lag;
use crate::rules;
use crate::tokens::{Entry, Tokens};
use crate::world::Region;

/// A request that came through the gate.
#[derive(Clone, Debug)]
pub struct Request {
    /// `ec2`, `kms` or `sts`.
    pub service: String,
    /// The region of the signature.
    pub region: String,
    /// As `CreateVolume`.
    pub operation: String,
    /// The body as sent.
    pub body: String,
    /// Since the gate's start.
    pub at: Duration,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Still under way.
    Open,
    /// Answered with this HTTP status, by the emulator or a rule.
    Answered(u16),
    /// Refused by a limit.
    Limited,
    /// Met by a fault.
    Fault(What),
}

/// The gate.
pub struct Gate {
    port: u16,
    emulator: u16,
    started: Instant,
    stop: AtomicBool,
    faults: Mutex<Vec<Fault>>,
    limits: Mutex<Vec<Bucket>>,
    requests: Mutex<Vec<Request>>,
    tokens: Tokens,
    regions: Mutex<HashMap<String, Region>>,
    /// Held by launches into placement groups: their limits are looked at and taken in one go.
    pub(crate) launches: Mutex<()>,
}

impl Gate {
    /// Listens on a free port of loopback, before the emulator on its port.
    pub(crate) fn open(emulator: u16) -> Arc<Gate> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let gate = Arc::new(Gate {
            port,
            emulator,
            started: Instant::now(),
            stop: AtomicBool::new(false),
            faults: Mutex::default(),
            limits: Mutex::default(),
            requests: Mutex::default(),
            tokens: Tokens::default(),
            regions: Mutex::default(),
            launches: Mutex::default(),
        });
        let open = Arc::clone(&gate);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if open.stop.load(Ordering::Relaxed) {
                    return;
                }
                let gate = Arc::clone(&open);
                thread::spawn(move || gate.serve(stream));
            }
        });
        gate
    }

    /// Accepts nothing more.
    pub(crate) fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Adds a fault; the first that fits a request meets it.
    pub fn inject(&self, fault: Fault) {
        self.faults.lock().unwrap().push(fault);
    }

    /// Admits so many requests a second to a service in a region, after a first `burst`; refuses the others as
    /// [`What::Throttle`] does.
    pub fn limit(&self, service: &str, region: &str, per_second: f64, burst: u32) {
        self.limits.lock().unwrap().push(Bucket::new(service, region, per_second, burst));
    }

    /// From now on, new states in a region take that long.
    pub fn lag(&self, region: &str, lag: Lag) {
        self.region(region, |r| r.lag = lag);
    }

    /// Takes faults, limits and lags away; objects and counts stay.
    pub fn clear(&self) {
        self.faults.lock().unwrap().clear();
        self.limits.lock().unwrap().clear();
        for region in self.regions.lock().unwrap().values_mut() {
            region.lag = Lag::default();
            region.ages.clear();
            region.ghosts.clear();
        }
    }

    /// Every request since the start or [`Gate::reset_counts`], in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests of this operation came, whatever became of them.
    pub fn count(&self, operation: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|r| r.operation == operation).count()
    }

    /// Forgets the requests so far.
    pub fn reset_counts(&self) {
        self.requests.lock().unwrap().clear();
    }

    /// The requests that a fault met.
    pub fn fired(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|r| matches!(r.outcome, Outcome::Fault(_))).cloned().collect()
    }

    /// One connection, until either side ends it.
    fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let Ok(mut to) = stream.try_clone() else { return };
        let mut from = BufReader::new(stream);
        while let Ok(Some(message)) = http::read(&mut from) {
            let Some(answer) = self.answer(Call::read(message)) else { break };
            if http::write(&mut to, &answer.0).is_err() || self.stop.load(Ordering::Relaxed) {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    }

    /// Counts a request and hands it on; `None` where the connection shall end without an answer.
    fn answer(&self, call: Call) -> Option<Answer> {
        if call.service.is_empty() {
            return Some(self.forward(&call));
        }
        let number = self.note(&call);
        let met = self.faults.lock().unwrap().iter_mut().find_map(|f| f.meets(&call));
        if let Some(what) = &met {
            self.end(number, Outcome::Fault(what.clone()));
            if let Some(refusal) = what.refusal(&call) {
                return Some(refusal);
            }
            match what {
                What::CutBefore => return None,
                What::Hang(time) => {
                    thread::sleep(*time);
                    return None;
                }
                What::Delay(time) => thread::sleep(*time),
                _ => {}
            }
        }
        if !self.limits.lock().unwrap().iter_mut().all(|l| l.admits(&call)) {
            self.end(number, Outcome::Limited);
            return What::Throttle.refusal(&call);
        }
        let answer = self.carry_out(call);
        if met.is_none() {
            self.end(number, Outcome::Answered(answer.status()));
        }
        (met != Some(What::CutAfter)).then_some(answer)
    }

    fn note(&self, call: &Call) -> usize {
        let mut requests = self.requests.lock().unwrap();
        requests.push(Request {
            service: call.service.clone(),
            region: call.region.clone(),
            operation: call.operation.clone(),
            body: call.body(),
            at: self.started.elapsed(),
            outcome: Outcome::Open,
        });
        requests.len() - 1
    }

    /// Requests that were forgotten meanwhile stay forgotten.
    fn end(&self, number: usize, outcome: Outcome) {
        if let Some(request) = self.requests.lock().unwrap().get_mut(number) {
            request.outcome = outcome;
        }
    }

    /// A request past faults and limits, with every rule.
    pub(crate) fn carry_out(&self, call: Call) -> Answer {
        match self.tokens.enter(&call) {
            Entry::Answered(answer) => answer,
            Entry::Free => rules::carry_out(self, call),
            Entry::First(ticket) => {
                let answer = rules::carry_out(self, call);
                self.tokens.leave(ticket, &answer);
                answer
            }
        }
    }

    /// Looks at what the gate knows of a region. Nothing is sent meanwhile.
    pub(crate) fn region<T>(&self, name: &str, look: impl FnOnce(&mut Region) -> T) -> T {
        look(self.regions.lock().unwrap().entry(name.to_string()).or_default())
    }

    /// The emulator's answer.
    pub(crate) fn forward(&self, call: &Call) -> Answer {
        match http::send(self.emulator, &call.message()) {
            Ok(message) if message.status() >= 500 => lacking(call, &Answer(message)),
            Ok(message) => Answer(message).identified(),
            Err(e) => Answer::error(call, 502, "EmulatorGone", &format!("the emulator did not answer: {e}")),
        }
    }
}

/// The emulator falls over what it does not know, with a page of HTML. Clients would try again.
fn lacking(call: &Call, answer: &Answer) -> Answer {
    let text = answer.text();
    let reason = text.lines().rev().find(|l| l.contains("Error: ")).unwrap_or("no reason given").trim();
    Answer::error(call, 400, "EmulatorLacks", &format!("{}: {reason}", call.operation))
}
