use super::*;

fn call(name: &str, arguments: &[&str]) -> Result<Value, NoResult> {
    let arguments: Vec<Value> = arguments.iter().map(|text| Value::string(*text)).collect();
    call_dr_function(name, &arguments).unwrap()
}

#[test]
fn regions() {
    let rows = [
        ("eu-central-1", "eu-central-1"),
        ("eu-central-1a", "eu-central-1"),
        ("us-gov-west-1b", "us-gov-west-1"),
        ("us-west-2-lax-1a", "us-west-2"),
        ("us-east-1-wl1-bos-wlz-1", "us-east-1"),
        ("euc1-az1", "eu-central-1"),
        ("usw2-lax1-az1", "us-west-2"),
        ("apne1-az4", "ap-northeast-1"),
        ("aps1-az1", "ap-south-1"),
        ("usgw1-az2", "us-gov-west-1"),
        ("europe-west3", "europe-west3"),
        ("europe-west3-a", "europe-west3"),
        ("arn:aws:kms:eu-central-1:111122223333:key/mrk-1", "eu-central-1"),
        ("projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k", "europe-west3"),
    ];
    for (name, region) in rows {
        assert_eq!(call("region_of", &[name]), Ok(Value::string(region)), "{name}");
    }
    for name in ["", "moon", "arn:aws:iam::111122223333:role/x", "eu-central", "xx9-az1", "1a"] {
        assert!(call("region_of", &[name]).is_err(), "{name}");
    }
    assert!(call("key_region", &["eu-central-1a"]).is_err());
}

#[test]
fn zones() {
    let zones = ["us-east-1a", "us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1", "use1-az1", "use1-bos1-az1", "what"];
    let list = Value::list(Type::String, zones.map(Value::string));
    let usable = call_dr_function("usable_zones", &[list]).unwrap();
    assert_eq!(usable, Ok(Value::list(Type::String, ["us-east-1a", "use1-az1", "what"].map(Value::string))));
}

#[test]
fn keys() {
    let key = |region: &str, id: &str| format!("arn:aws:kms:{region}:111122223333:key/{id}");
    let rows = [
        (key("eu-central-1", "mrk-1"), key("eu-west-1", "mrk-1"), true),
        (key("eu-central-1", "1"), key("eu-west-1", "1"), false),
        (key("eu-central-1", "1"), key("eu-central-1", "1"), true),
        (key("eu-central-1", "mrk-1"), key("eu-west-1", "mrk-2"), false),
    ];
    for (a, b, same) in rows {
        assert_eq!(call("same_key", &[&a, &b]), Ok(Value::bool(same)), "{a} {b}");
    }
    assert_eq!(call("same_key", &["x", "arn:aws:kms:r:1:alias/x"]).unwrap_err().argument, 1);
    assert_eq!(call("account_of", &[&key("r", "k")]), Ok(Value::string("111122223333")));
    assert!(call_dr_function("nothing", &[]).is_none());
    assert_eq!(dr_functions().len(), 5);
}
