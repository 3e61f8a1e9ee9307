//! `rsadecrypt` with keys of all the forms that Terraform reads; made by `openssl` and `ssh-keygen` for this test.

use crate::site::{answer, evaluator};
use crate::terraform::{ask, here, present};

/// Key, message and the answer of Terraform 1.11.4; after `~` stands what ours says otherwise.
const ROWS: &[(&str, &str, &str)] = &[
    ("pkcs1", "pkcs1", "<<EOT héllo EOT"),
    ("pkcs8", "pkcs1", "<<EOT héllo EOT"),
    ("between", "pkcs1", "<<EOT héllo EOT"),
    ("openssh", "openssh", "<<EOT héllo EOT"),
    ("primes", "primes", "<<EOT héllo EOT"),
    ("pkcs1", "empty", "\"\""),
    // Terraform makes a string of it that is none.
    ("pkcs1", "bytes", "~\"\u{fffd}\u{fffd}\""),
    (
        "protected",
        "pkcs1",
        "Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid private key: ssh: this private key is passphrase protected.",
    ),
    (
        "protectedssh",
        "pkcs1",
        "Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid private key: ssh: this private key is passphrase protected.",
    ),
    (
        "protected8",
        "pkcs1",
        "Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid private key: ssh: unsupported key type \"ENCRYPTED PRIVATE KEY\".",
    ),
    (
        "public",
        "pkcs1",
        "Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid private key: ssh: unsupported key type \"PUBLIC KEY\".",
    ),
    (
        "broken",
        "pkcs1",
        "Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid ASN1 data in the given private key: data truncated.",
    ),
    // Terraform tells the numbers of the private key.
    (
        "ec",
        "pkcs1",
        "~Error: Invalid function argument: Invalid value for \"privatekey\" parameter: invalid private key type: this function needs an RSA key.",
    ),
    (
        "pkcs1",
        "openssh",
        "~Error: Error in function call: Call to function \"rsadecrypt\" failed: failed to decrypt: the text was not encrypted for this key.",
    ),
];

#[test]
fn keys_of_all_forms() {
    let mut files = vec![("main.tf".to_string(), String::new())];
    for (key, message, _) in ROWS {
        for name in [format!("{key}.pem"), format!("{message}.message")] {
            let text = std::fs::read_to_string(here().join("keys").join(&name)).unwrap();
            if files.iter().all(|(n, _)| *n != name) {
                files.push((name, text));
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let calls =
        ROWS.iter().map(|(key, message, _)| format!("rsadecrypt(file(\"{message}.message\"), file(\"{key}.pem\"))"));
    let calls: Vec<String> = calls.collect();
    let evaluator = evaluator(&files);
    for (call, (.., expected)) in calls.iter().zip(ROWS) {
        assert_eq!(answer(&evaluator, call), expected.trim_start_matches('~'), "{call}");
    }
    if present() {
        for (said, (key, _, expected)) in ask(&files, &calls).iter().zip(ROWS) {
            let same = said == expected
                || expected.starts_with('~') && said.starts_with("Error") == expected.contains("Error");
            assert!(same, "{key}: {said}");
        }
    }
}
