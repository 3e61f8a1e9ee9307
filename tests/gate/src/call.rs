//! One request to AWS, read: service, region, operation, parameters; and its answer.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::http::Message;
use crate::xml::{self, Element};

/// The account of every request; moto's only one.
pub(crate) const ACCOUNT: &str = "123456789012";

/// A request. Rules change `params` or `json`; what goes on is made of them again.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `ec2`, `kms`, `sts`, …, of the signed scope; empty where the request is not signed.
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) operation: String,
    /// Parameters of the query protocol, without `Action` and `Version`.
    pub(crate) params: Params,
    /// The body of the JSON protocol.
    pub(crate) json: Value,
    /// From the test itself: not counted, no faults, no lag.
    pub(crate) backstage: bool,
    message: Message,
}

impl Call {
    /// Reads a request. What is not signed has no service and is passed on as it came.
    pub(crate) fn read(message: Message) -> Call {
        let mut call = Call {
            service: String::new(),
            region: String::new(),
            operation: String::new(),
            params: Params::default(),
            json: Value::Null,
            backstage: false,
            message,
        };
        // Credential=AKID/20261122/eu-central-1/ec2/aws4_request, as "Authenticating Requests (AWS Signature V4)" says.
        let signed = call.message.header("authorization").and_then(|a| a.split("Credential=").nth(1));
        let scope: Vec<&str> =
            signed.map(|s| s.split([',', ' ']).next().unwrap_or("")).unwrap_or("").split('/').collect();
        if let [_, _, region, service, _] = scope[..] {
            (call.region, call.service) = (region.to_string(), service.to_string());
        }
        if let Some((_, operation)) = call.message.header("x-amz-target").and_then(|t| t.split_once('.')) {
            call.operation = operation.to_string();
            call.json = serde_json::from_slice(&call.message.body).unwrap_or(Value::Null);
        } else if !call.service.is_empty() {
            call.params = Params::read(&String::from_utf8_lossy(&call.message.body));
            call.operation = call.params.take("Action").unwrap_or_default();
            call.params.take("Version");
        }
        call
    }

    /// A request of the query protocol that nobody sent.
    pub(crate) fn query(service: &str, region: &str, operation: &str, params: Params) -> Call {
        Call {
            service: service.to_string(),
            region: region.to_string(),
            operation: operation.to_string(),
            params,
            json: Value::Null,
            backstage: true,
            message: unsent(service, region, vec![]),
        }
    }

    /// A request of KMS that nobody sent.
    pub(crate) fn kms(region: &str, operation: &str, json: Value) -> Call {
        let headers = vec![
            ("X-Amz-Target".to_string(), format!("TrentService.{operation}")),
            ("Content-Type".to_string(), "application/x-amz-json-1.1".to_string()),
        ];
        Call {
            service: "kms".to_string(),
            region: region.to_string(),
            operation: operation.to_string(),
            params: Params::default(),
            json,
            backstage: true,
            message: unsent("kms", region, headers),
        }
    }

    /// The request as the emulator shall get it.
    pub(crate) fn message(&self) -> Message {
        let mut message = self.message.clone();
        if self.service.is_empty() || self.operation.is_empty() {
            return message;
        }
        message.body = match &self.json {
            Value::Null => {
                let mut all = Params::default();
                all.push("Action", &self.operation);
                all.push("Version", if self.service == "sts" { "2011-06-15" } else { "2016-11-15" });
                all.0.extend(self.params.0.iter().cloned());
                all.print().into_bytes()
            }
            json => json.to_string().into_bytes(),
        };
        message
    }

    /// The body for the test's own count of requests.
    pub(crate) fn body(&self) -> String {
        String::from_utf8_lossy(&self.message.body).into_owned()
    }
}

fn unsent(service: &str, region: &str, mut headers: Vec<(String, String)>) -> Message {
    let scope = format!("test/20260101/{region}/{service}/aws4_request");
    let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    headers.push(("Host".to_string(), format!("{service}.{region}.amazonaws.com")));
    headers.push(("Authorization".to_string(), signed));
    if !headers.iter().any(|(n, _)| n == "Content-Type") {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        headers.push(("Content-Type".to_string(), form.to_string()));
    }
    Message { first: "POST / HTTP/1.1".to_string(), headers, body: Vec::new() }
}

/// Parameters of the query protocol, in the order sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Params(pub(crate) Vec<(String, String)>);

impl Params {
    pub(crate) fn read(body: &str) -> Params {
        let pairs = body.split('&').filter(|p| !p.is_empty());
        Params(pairs.map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect())
    }

    pub(crate) fn of(pairs: &[(&str, &str)]) -> Params {
        Params(pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect())
    }

    pub(crate) fn print(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(n, v)| format!("{}={}", encoded(n), encoded(v))).collect();
        pairs.join("&")
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The value; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_string(), value.to_string()));
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.take(name);
        self.push(name, value);
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes every parameter whose name begins so.
    pub(crate) fn take_all(&mut self, prefix: &str) {
        self.0.retain(|(n, _)| !n.starts_with(prefix));
    }

    /// The values of `NAME.1`, `NAME.2`, … in order of their numbers.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let number = |n: &str| n.strip_prefix(name)?.strip_prefix('.')?.parse::<u32>().ok();
        let mut found: Vec<(u32, String)> = self.0.iter().filter_map(|(n, v)| Some((number(n)?, v.clone()))).collect();
        found.sort();
        found.into_iter().map(|(_, v)| v).collect()
    }

    /// The numbers N for which there is a parameter `NAME.N.…`.
    pub(crate) fn numbers(&self, name: &str) -> Vec<u32> {
        let number = |n: &str| n.strip_prefix(name)?.strip_prefix('.')?.split('.').next()?.parse::<u32>().ok();
        let mut found: Vec<u32> = self.0.iter().filter_map(|(n, _)| number(n)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// `Filter.N.Name` with `Filter.N.Value.M`.
    pub(crate) fn filters(&self) -> Vec<(String, Vec<String>)> {
        let one =
            |n: &u32| (self.text(&format!("Filter.{n}.Name")).to_string(), self.list(&format!("Filter.{n}.Value")));
        self.numbers("Filter").iter().map(one).collect()
    }

    pub(crate) fn set_filters(&mut self, filters: &[(String, Vec<String>)]) {
        self.take_all("Filter.");
        for (n, (name, values)) in filters.iter().enumerate() {
            self.push(&format!("Filter.{}.Name", n + 1), name);
            for (m, value) in values.iter().enumerate() {
                self.push(&format!("Filter.{}.Value.{}", n + 1, m + 1), value);
            }
        }
    }

    /// `PREFIX.N.Key` with `PREFIX.N.Value`.
    pub(crate) fn tags(&self, prefix: &str) -> Vec<(String, String)> {
        let one = |n: &u32| {
            let part = |p: &str| self.text(&format!("{prefix}.{n}.{p}")).to_string();
            (part("Key"), part("Value"))
        };
        self.numbers(prefix).iter().map(one).collect()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer(pub(crate) Message);

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.0.status()
    }

    pub(crate) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.body).into_owned()
    }

    /// The root element of a query answer.
    pub(crate) fn xml(&self) -> Element {
        xml::parse(&self.text()).unwrap_or_default()
    }

    pub(crate) fn set_xml(&mut self, root: &Element) {
        self.0.body = root.print().into_bytes();
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.0.body).unwrap_or(Value::Null)
    }

    pub(crate) fn set_json(&mut self, value: &Value) {
        self.0.body = value.to_string().into_bytes();
    }

    /// With a request id of its own: the emulator calls each one `request-id`.
    pub(crate) fn identified(mut self) -> Answer {
        const SAME: &str = ">request-id<";
        let text = self.text();
        if text.contains(SAME) {
            self.0.body = text.replace(SAME, &format!(">{}<", request_id())).into_bytes();
        }
        self
    }

    /// An error as the service of the call writes it, with a request id.
    pub(crate) fn error(call: &Call, status: u16, code: &str, message: &str) -> Answer {
        let id = request_id();
        if call.service == "kms" {
            return Answer::kms(status, &json!({"__type": code, "message": message}));
        }
        // "Making requests using the Query API": errors of EC2; those of STS have another frame.
        let body = if call.service == "sts" {
            format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                xml::escape(message)
            )
        } else {
            format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{}</Message></Error></Errors>\
                 <RequestID>{id}</RequestID></Response>",
                xml::escape(message)
            )
        };
        let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
        Answer::new(status, "text/xml;charset=UTF-8", body.into_bytes(), "x-amzn-requestid", id)
    }

    /// A good answer of EC2: the children of `<OPERATIONResponse>`.
    pub(crate) fn ec2(operation: &str, mut children: Vec<Element>) -> Answer {
        let id = request_id();
        children.insert(0, Element::leaf("requestId", &id));
        let mut root = Element::node(&format!("{operation}Response"), children);
        root.attributes = " xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"".to_string();
        Answer::new(200, "text/xml;charset=UTF-8", root.print().into_bytes(), "x-amzn-requestid", id)
    }

    /// An answer of KMS.
    pub(crate) fn kms(status: u16, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        Answer::new(status, "application/x-amz-json-1.1", body, "x-amzn-RequestId", request_id())
    }

    fn new(status: u16, kind: &str, body: Vec<u8>, id_name: &str, id: String) -> Answer {
        let reason = if status < 300 { "OK" } else { "Refused" };
        let headers = vec![("Content-Type".to_string(), kind.to_string()), (id_name.to_string(), id)];
        Answer(Message { first: format!("HTTP/1.1 {status} {reason}"), headers, body })
    }
}

/// A request id in the form of AWS; counted, so that two are never equal in a process.
pub(crate) fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("6a7e0000-0000-4000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
