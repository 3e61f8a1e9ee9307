//! As much of HTTP/1.1 as AWS clients and the emulator speak: heads, bodies with a length, connections kept alive.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request or an answer: its first line, headers as sent, body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    /// `POST / HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub(crate) first: String,
    /// Names as written.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// The header of that name, in whatever case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
    }
}

/// The next message of a connection; `None` where the other side has closed it between messages.
pub(crate) fn read(from: &mut BufReader<TcpStream>) -> io::Result<Option<Message>> {
    let mut message = Message::default();
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    message.first = line.trim_end().to_string();
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if let Some((name, value)) = text.split_once(':') {
            message.headers.push((name.to_string(), value.trim().to_string()));
        }
    }
    if message.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let start = message.body.len();
            message.body.resize(start + size, 0);
            from.read_exact(&mut message.body[start..])?;
            line.clear();
            from.read_line(&mut line)?;
            if size == 0 {
                return Ok(Some(message));
            }
        }
    }
    match message.header("content-length").and_then(|v| v.parse().ok()) {
        Some(length) => {
            message.body.resize(length, 0);
            from.read_exact(&mut message.body)?;
        }
        // An answer without a length ends with its connection.
        None if message.first.starts_with("HTTP/") => {
            from.read_to_end(&mut message.body)?;
        }
        None => {}
    }
    Ok(Some(message))
}

/// Writes a message in one piece; its length is that of the body.
pub(crate) fn write(to: &mut TcpStream, message: &Message) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(message.body.len() + 512);
    bytes.extend_from_slice(message.first.as_bytes());
    bytes.extend_from_slice(b"\r\n");
    for (name, value) in &message.headers {
        if ["content-length", "transfer-encoding", "connection"].iter().any(|n| name.eq_ignore_ascii_case(n)) {
            continue;
        }
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", message.body.len()).as_bytes());
    bytes.extend_from_slice(&message.body);
    to.write_all(&bytes)?;
    to.flush()
}

/// Sends a request over a connection of its own (the emulator closes each one).
pub(crate) fn send(port: u16, message: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    write(&mut stream, message)?;
    read(&mut BufReader::new(stream))?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
