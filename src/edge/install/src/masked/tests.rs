use super::*;

#[test]
fn addresses() {
    for (written, shown) in [
        ("git::https://user:pw123@example.com/r.git", "git::https://user:***@example.com/r.git"),
        ("git::https://ghp_abcdef@example.com/r.git?ref=v1", "git::https://***@example.com/r.git?ref=v1"),
        ("git::https://git@example.com/r.git", "git::https://git@example.com/r.git"),
        ("git::ssh://deploy@example.com/r.git", "git::ssh://deploy@example.com/r.git"),
        ("git::ssh://git@example.com/r.git?sshkey=AAAA&ref=x", "git::ssh://git@example.com/r.git?sshkey=***&ref=x"),
        ("https://h/m.zip?X-Amz-Signature=abc&x=1", "https://h/m.zip?X-Amz-Signature=***&x=1"),
        ("s3::https://h/b/k?aws_access_key_secret=abcdefgh", "s3::https://h/b/k?aws_access_key_secret=***"),
        ("https://a:p%40ss@h/x", "https://a:***@h/x"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("./a", "./a"),
    ] {
        assert_eq!(address(written), shown);
        assert_eq!(hides(written), written != shown, "{written}");
        assert_eq!(address(shown), shown, "twice");
    }
}

#[test]
fn what_others_say() {
    let source = "git::https://user:pw123@example.com/r.git?sshkey=c2VjcmV0";
    let said = "fatal: unable to access 'https://user:pw123@example.com/r.git/': pw123 c2VjcmV0 ssh://a:b@c/";
    let shown = text(said, source);
    assert_eq!(shown, "fatal: unable to access 'https://user:***@example.com/r.git/': *** *** ssh://a:***@c/");
}
