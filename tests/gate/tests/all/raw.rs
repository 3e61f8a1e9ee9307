//! Requests as a client sends them, over a socket.

use std::io::{Read, Write};
use std::net::TcpStream;

use drform_gate::Cloud;

/// A signed request; the status and the body, or nothing where the connection ended without an answer.
pub(crate) fn request(url: &str, service: &str, region: &str, headers: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let scope = format!("AKID/20261122/{region}/{service}/aws4_request");
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\
         Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(60)));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length =
        head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:").map(|v| v.trim().to_string()));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    Some((status, String::from_utf8(body).unwrap()))
}

/// A request to EC2 through the gate.
pub(crate) fn ec2(cloud: &Cloud, region: &str, body: &str) -> Option<(u16, String)> {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    request(&cloud.endpoint(), "ec2", region, form, &format!("Version=2016-11-15&{body}"))
}

/// A request to EC2 past the gate, to the emulator alone.
pub(crate) fn emulator(cloud: &Cloud, region: &str, body: &str) -> (u16, String) {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    request(&cloud.emulator(), "ec2", region, form, &format!("Version=2016-11-15&{body}")).unwrap()
}

/// A request to KMS through the gate.
pub(crate) fn kms(cloud: &Cloud, region: &str, operation: &str, body: &str) -> Option<(u16, String)> {
    let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.{operation}\r\n");
    request(&cloud.endpoint(), "kms", region, &headers, body)
}

/// The code of an error of EC2 behind everybody's back.
pub(crate) fn code(cloud: &Cloud, region: &str, operation: &str, params: &[(&str, &str)]) -> String {
    let error = cloud.try_ec2(region, operation, params).expect_err(operation);
    drform_gate::xml::text(&error, "Code").unwrap()
}

/// The first text of that name in an answer of EC2 behind everybody's back.
pub(crate) fn one(cloud: &Cloud, region: &str, operation: &str, params: &[(&str, &str)], name: &str) -> String {
    let answer = cloud.ec2(region, operation, params);
    drform_gate::xml::text(&answer, name).unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// An image that the emulator has in every region.
pub(crate) const IMAGE: &str = "ami-12c6146b";

/// Launches one instance; its id.
pub(crate) fn launch(cloud: &Cloud, region: &str, more: &[(&str, &str)]) -> String {
    let mut params = vec![("ImageId", IMAGE), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")];
    params.extend(more);
    one(cloud, region, "RunInstances", &params, "instanceId")
}
