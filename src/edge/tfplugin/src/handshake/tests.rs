use super::*;

#[test]
fn lines() {
    let unix = |path: &str| Address::Unix(path.into());
    let ok = |version, address| Ok(Handshake { version, address, certificate: None });
    let rows = [
        ("1|5|unix|/tmp/plugin376134864|grpc|\n", ok(5, unix("/tmp/plugin376134864"))),
        ("  1|6|unix|/tmp/x|grpc", ok(6, unix("/tmp/x"))),
        ("1|6|tcp|127.0.0.1:10000|grpc|junk", ok(6, Address::Tcp("127.0.0.1:10000".parse().unwrap()))),
        ("1|7|unix|/tmp/x|grpc|", ok(7, unix("/tmp/x"))),
        ("hello before handshake", Err(HandshakeError::Unrecognized)),
        ("a|b|c|d", Err(HandshakeError::Unrecognized)),
        ("", Err(HandshakeError::Unrecognized)),
        ("2|6|unix|/tmp/x|grpc|", Err(HandshakeError::Core("2".into()))),
        ("1|six|unix|/tmp/x|grpc|", Err(HandshakeError::Version("six".into()))),
        ("1|4|unix|/tmp/x", Err(HandshakeError::NotGrpc("netrpc".into()))),
        ("1|4|unix|/tmp/x|netrpc", Err(HandshakeError::NotGrpc("netrpc".into()))),
        ("1|6|pipe|x|grpc|", Err(HandshakeError::Address("pipe x".into()))),
        ("1|6|tcp|nowhere|grpc|", Err(HandshakeError::Address("nowhere".into()))),
    ];
    for (line, want) in rows {
        assert_eq!(Handshake::parse(line), want, "{line:?}");
    }
}

/// Lengths around a multiple of three, where padding would show.
#[test]
fn certificates_come_back() {
    for length in 60..66 {
        let certificate = Some(vec![0xfb; length]);
        let sent = Handshake { version: 6, address: Address::Unix("/tmp/x".into()), certificate };
        assert!(!sent.line().contains('='));
        assert_eq!(Handshake::parse(&sent.line()), Ok(sent));
    }
}
