use super::*;

fn block(arguments: &[(&str, Value)]) -> Value {
    Value::object(arguments.iter().map(|(name, value)| (*name, value.clone())))
}

#[test]
fn durations() {
    let rows = [
        ("5m", Some(300_000)),
        ("1h30m", Some(5_400_000)),
        ("2.5s", Some(2_500)),
        ("100ms", Some(100)),
        ("0s", Some(0)),
        ("", None),
        ("5", None),
        ("m", None),
        ("5 m", None),
        ("-5m", None),
        ("99999999999999999999999h", None),
    ];
    for (text, milliseconds) in rows {
        assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text}");
    }
}

#[test]
fn defaults_and_bastions() {
    let said = block(&[
        ("host", Value::string("[::1]")),
        ("user", Value::string("u")),
        ("password", Value::string("canary")),
        ("bastion_host", Value::string("b")),
        ("bastion_port", Value::int(2222)),
        ("script_path", Value::string("/x/%RAND%/%RAND%")),
    ]);
    let connection = Connection::read(&said, Some("/agent".into())).unwrap();
    assert_eq!(connection.timeout, Duration::from_secs(300));
    assert_eq!(connection.script_path("7"), "/x/7/7");
    let told = connection.introduction().join("\n");
    assert!(!told.contains("canary") && !format!("{connection:?}").contains("canary"));
    assert!(told.contains("  Host: ::1\n  User: u\n  Password: true\n  Private key: false"), "{told}");
    let bastion = connection.bastion.unwrap();
    assert_eq!((bastion.host.as_str(), bastion.port, bastion.user.as_str()), ("b", 2222, "u"));
    assert_eq!((connection.host.port, bastion.password.as_deref()), (22, Some("canary")));
}

#[test]
fn what_is_refused() {
    let host = ("host", Value::string("h"));
    let rows = [
        (block(&[("host", Value::string(""))]), "the host is empty"),
        (block(&[host.clone(), ("type", Value::string("winrm"))]), "only connections of the type"),
        (block(&[host.clone(), ("target_platform", Value::string("windows"))]), "only machines with a Unix shell"),
        (block(&[host.clone(), ("proxy_host", Value::string("p"))]), "through a proxy"),
        (block(&[host.clone(), ("port", Value::int(70_000))]), "port is 70000, which is no port"),
        (block(&[host.clone(), ("agent", Value::bool(true))]), "no SSH agent runs here"),
    ];
    for (said, expected) in rows {
        let error = Connection::read(&said, None).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    assert!(
        Connection::read(&block(&[host, ("agent", Value::bool(false))]), Some("/a".into())).unwrap().agent.is_none()
    );
}
