//! Keys as ASN.1: PKCS #1 (RFC 8017, A.1.2) and PKCS #8 (RFC 5208, 5).

use super::{OTHER_KIND, PrivateKey};
use dashu_int::UBig;

const INTEGER: u8 = 2;
const OCTETS: u8 = 4;
const OBJECT: u8 = 6;
const SEQUENCE: u8 = 0x30;
/// 1.2.840.113549.1.1.1
const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

fn wrong(why: &str) -> String {
    format!("invalid ASN1 data in the given private key: {why}")
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (head, tail) = self.0.split_at_checked(count).ok_or_else(|| wrong("data truncated"))?;
        self.0 = tail;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn element(&mut self, tag: u8) -> Result<&'a [u8], String> {
        if self.byte()? != tag {
            return Err(wrong("tags don't match"));
        }
        let length = match self.byte()? {
            short @ 0..0x80 => usize::from(short),
            long => {
                let digits = self.take(usize::from(long & 0x7f))?;
                if digits.is_empty() || digits.len() > 4 {
                    return Err(wrong("length too large"));
                }
                digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))
            }
        };
        self.take(length)
    }

    fn number(&mut self) -> Result<UBig, String> {
        match self.element(INTEGER)? {
            [] => Err(wrong("empty integer")),
            [first, ..] if *first >= 0x80 => {
                Err("invalid private key: x509: private key contains zero or negative value".into())
            }
            bytes => Ok(UBig::from_be_bytes(bytes)),
        }
    }
}

pub(super) fn pkcs1(bytes: &[u8]) -> Result<PrivateKey, String> {
    let mut key = Reader(Reader(bytes).element(SEQUENCE)?);
    if key.number()? > UBig::ONE {
        return Err("invalid private key: x509: unsupported private key version".into());
    }
    let (modulus, public, private) = (key.number()?, key.number()?, key.number()?);
    let mut primes = vec![key.number()?, key.number()?];
    // What follows makes the arithmetic faster, and can be computed.
    for _ in 0..3 {
        key.number()?;
    }
    if !key.0.is_empty() {
        let mut others = Reader(key.element(SEQUENCE)?);
        while !others.0.is_empty() {
            primes.push(Reader(others.element(SEQUENCE)?).number()?);
        }
    }
    PrivateKey::checked(modulus, public, private, &primes)
}

pub(super) fn pkcs8(bytes: &[u8]) -> Result<PrivateKey, String> {
    let mut info = Reader(Reader(bytes).element(SEQUENCE)?);
    info.number()?;
    let algorithm = info.element(SEQUENCE).map_err(|error| match pkcs1(bytes) {
        Ok(_) => {
            "invalid private key: x509: failed to parse private key: it is labelled as PKCS #8, but is of the older \
                  form RSA PRIVATE KEY"
                .into()
        }
        Err(_) => error,
    })?;
    if Reader(algorithm).element(OBJECT)? != RSA {
        return Err(OTHER_KIND.into());
    }
    pkcs1(info.element(OCTETS)?)
}
