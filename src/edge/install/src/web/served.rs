//! A server on loopback for tests: answers by path, and remembers what it was asked.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What is answered to a path: status, headers, body. Several are given one after the other; the last one stays.
pub(crate) type Given = (u16, Vec<(String, String)>, Vec<u8>);

#[derive(Clone, Default)]
pub(crate) struct Served {
    port: u16,
    answers: Arc<Mutex<BTreeMap<String, Vec<Given>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Served {
    /// Starts it; it lives as long as the test.
    pub(crate) fn start() -> Served {
        Served::start_with(None)
    }

    /// With a certificate it speaks TLS.
    pub(crate) fn start_with(tls: Option<Arc<rustls::ServerConfig>>) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let served = Served { port: listener.local_addr().unwrap().port(), ..Served::default() };
        let answering = served.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answering, tls) = (answering.clone(), tls.clone());
                std::thread::spawn(move || match tls {
                    None => answering.answer(stream),
                    Some(tls) => {
                        let connection = rustls::ServerConnection::new(tls).unwrap();
                        answering.answer(rustls::StreamOwned::new(connection, stream));
                    }
                });
            }
        });
        served
    }

    /// One that speaks TLS, with a certificate for this name that it has made itself, and that as PEM.
    pub(crate) fn secure(name: &str) -> (Served, String) {
        let made = rcgen::generate_simple_self_signed([name.to_string()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        (Served::start_with(Some(Arc::new(config))), made.cert.pem())
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    pub(crate) fn give(&self, path: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        self.answers.lock().unwrap().entry(path.to_string()).or_default().push((status, headers, body.to_vec()));
    }

    /// Request lines and what authorised them, in order; forgotten then.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn answer(&self, stream: impl Read + Write) {
        let mut reader = BufReader::new(stream);
        let (mut first, mut authorised, mut line) = (String::new(), String::new(), String::new());
        if reader.read_line(&mut first).is_err() || first.is_empty() {
            return;
        }
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            if line.to_lowercase().starts_with("authorization:") {
                authorised = format!(" [{}]", line.split_once(':').unwrap().1.trim());
            }
            line.clear();
        }
        let target = first.split(' ').nth(1).unwrap_or_default().to_string();
        self.asked.lock().unwrap().push(format!("{target}{authorised}"));
        let (status, headers, body) = self.next(&target);
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
        if headers.iter().any(|(name, _)| name == "content-length") {
            head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let stream = reader.get_mut();
        // Whoever hangs up early knows why.
        let _sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(b"\r\n"));
        let _sent = stream.write_all(&body).and_then(|()| stream.flush());
    }

    fn next(&self, target: &str) -> Given {
        let mut answers = self.answers.lock().unwrap();
        let path = target.split('?').next().unwrap_or_default();
        let key = if answers.contains_key(target) { target } else { path };
        match answers.get_mut(key) {
            Some(given) if given.len() > 1 => given.remove(0),
            Some(given) => given[0].clone(),
            None => (404, Vec::new(), b"nothing here".to_vec()),
        }
    }
}
