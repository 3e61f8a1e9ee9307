//! The format of `ssh-keygen` (OpenSSH, PROTOCOL.key), without passphrase.

use super::{OTHER_KIND, PROTECTED, PrivateKey};
use dashu_int::UBig;

const MAGIC: &[u8] = b"openssh-key-v1\0";

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn word(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.word()?;
        self.take(length as usize)
    }

    fn number(&mut self) -> Option<UBig> {
        self.string().map(UBig::from_be_bytes)
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<PrivateKey, String> {
    let key = bytes.strip_prefix(MAGIC).and_then(|rest| parts(Reader(rest)));
    key.unwrap_or_else(|| Err("invalid private key: ssh: invalid openssh private key format".into()))
}

fn parts(mut file: Reader<'_>) -> Option<Result<PrivateKey, String>> {
    let (cipher, derivation) = (file.string()?, file.string()?);
    if cipher != b"none" || derivation != b"none" {
        return Some(Err(PROTECTED.into()));
    }
    let (_, keys, _) = (file.string()?, file.word()?, file.string()?);
    let mut key = Reader(file.string()?);
    if keys != 1 || key.word()? != key.word()? {
        return None;
    }
    if key.string()? != b"ssh-rsa" {
        return Some(Err(OTHER_KIND.into()));
    }
    let (modulus, public, private) = (key.number()?, key.number()?, key.number()?);
    // The inverse of one prime modulo the other can be computed.
    key.number()?;
    let primes = [key.number()?, key.number()?];
    Some(PrivateKey::checked(modulus, public, private, &primes))
}
