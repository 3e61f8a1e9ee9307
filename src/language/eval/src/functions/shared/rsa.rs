//! RSA decryption with PKCS #1 v1.5 padding, for any key that Terraform takes: 512 bits or 4096, of two primes or more.
//! Libraries refuse such keys; the arithmetic is that of `dashu-int`.

mod der;
mod openssh;
mod pem;

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;

/// A private key.
pub(in crate::functions) struct PrivateKey {
    modulus: UBig,
    public: UBig,
    private: UBig,
}

impl PrivateKey {
    /// Reads the first PEM block of a text.
    ///
    /// # Errors
    /// Why it is no key for this; never what is in it.
    pub(in crate::functions) fn read(text: &str) -> Result<PrivateKey, String> {
        let block = pem::first(text).ok_or("invalid private key: ssh: no key found")?;
        if block.encrypted {
            return Err(PROTECTED.into());
        }
        match block.label {
            "RSA PRIVATE KEY" => der::pkcs1(&block.bytes),
            "PRIVATE KEY" => der::pkcs8(&block.bytes),
            "OPENSSH PRIVATE KEY" => openssh::read(&block.bytes),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err(OTHER_KIND.into()),
            other => Err(format!("invalid private key: ssh: unsupported key type {other:?}")),
        }
    }

    /// Keeps a key only when its numbers belong together.
    fn checked(modulus: UBig, public: UBig, private: UBig, primes: &[UBig]) -> Result<PrivateKey, String> {
        let product = primes.iter().fold(UBig::ONE, |product, prime| product * prime);
        if primes.iter().any(|p| *p <= UBig::ONE) || product != modulus {
            return Err("invalid private key: its primes do not give its modulus".into());
        }
        let both = &public * &private;
        if public <= UBig::ONE || primes.iter().any(|p| &both % (p - UBig::ONE) != UBig::ONE % (p - UBig::ONE)) {
            return Err("invalid private key: its exponents do not belong together".into());
        }
        Ok(PrivateKey { modulus, public, private })
    }

    /// The text of a message; nothing when it was not encrypted for this key.
    pub(in crate::functions) fn decrypt(&self, message: &[u8]) -> Option<Vec<u8>> {
        let message = UBig::from_be_bytes(message);
        if message >= self.modulus {
            return None;
        }
        let size = self.modulus.to_be_bytes().len();
        let plain = self.power(&message).to_be_bytes().to_vec();
        // 0, 2, at least eight bytes other than zero, 0; of these the first has gone, being zero.
        let padded = (plain.len() + 1 == size).then_some(plain.as_slice())?.strip_prefix(&[2])?;
        let end = padded.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
        padded.get(end + 1..).map(<[u8]>::to_vec)
    }

    /// The message to the power of the private exponent. It is multiplied with a number that only the owner of the key
    /// can know, so that the time it takes says nothing about the message.
    fn power(&self, message: &UBig) -> UBig {
        use sha1::Digest;
        let secret = sha2::Sha512::new().chain_update(self.private.to_be_bytes()).chain_update(message.to_be_bytes());
        let ring = ConstDivisor::new(self.modulus.clone());
        let blind = ring.reduce(UBig::from_be_bytes(&secret.finalize()));
        match blind.clone().inv() {
            Some(back) => {
                let hidden = ring.reduce(message.clone()) * blind.pow(&self.public);
                (hidden.pow(&self.private) * back).residue()
            }
            None => ring.reduce(message.clone()).pow(&self.private).residue(),
        }
    }
}

const PROTECTED: &str = "invalid private key: ssh: this private key is passphrase protected";
const OTHER_KIND: &str = "invalid private key type: this function needs an RSA key";
