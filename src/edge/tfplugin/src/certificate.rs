//! The throw-away certificates of the handshake, and TLS that trusts exactly one of them (plugin-protocol.md 2.5).
//!
//! Go plugins present P-521 certificates that are marked as CAs. Usual verification refuses those, and ring has no P-521:
//! hence the comparison byte for byte, with signatures checked by aws-lc-rs.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName as RootHint, Error, ServerConfig, SignatureScheme,
};
use std::sync::Arc;

/// The name that both sides go by.
const NAME: &str = "localhost";
/// grpc-go refuses a peer that has not agreed on it.
const ALPN: &[u8] = b"h2";

/// Why there is no certificate or no TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateError(pub String);

impl<E: std::error::Error> From<E> for CertificateError {
    fn from(error: E) -> Self {
        CertificateError(error.to_string())
    }
}

/// A certificate and its key, made for one process.
#[derive(Debug)]
pub struct Identity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Identity {
    /// Makes a self-signed P-256 certificate for `localhost`.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn generate() -> Result<Identity, CertificateError> {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, NAME);
        let mut params = CertificateParams::new([NAME.to_string()])?;
        params.distinguished_name = name;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyAgreement, KeyUsagePurpose::KeyCertSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Identity {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
        })
    }

    /// The certificate as DER: for the handshake line.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate as PEM: for the environment of the plugin.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.clone_key())
    }
}

/// The DER of the first certificate in a PEM text.
///
/// # Errors
/// Where there is none.
pub fn certificate_from_pem(pem: &str) -> Result<Vec<u8>, CertificateError> {
    Ok(CertificateDer::from_pem_slice(pem.as_bytes())?.to_vec())
}

/// TLS for the host: shows its own certificate, trusts only the plugin's.
///
/// # Errors
/// Where TLS cannot be set up.
pub fn client_tls(own: &Identity, peer: &[u8]) -> Result<ClientConfig, CertificateError> {
    client(own, peer, Proof::Demanded)
}

/// TLS for the host with a plugin that speaks it unasked: the certificate must be the one of the handshake, but that the
/// plugin holds its key is not proved.
///
/// Only for sockets that nobody else can reach, where plain text would do as well. Some plugins come with RSA keys of
/// 1024 bits, whose signatures no library of today takes.
///
/// # Errors
/// Where TLS cannot be set up.
pub fn client_tls_unasked(own: &Identity, peer: &[u8]) -> Result<ClientConfig, CertificateError> {
    client(own, peer, Proof::NotNeeded)
}

fn client(own: &Identity, peer: &[u8], proof: Proof) -> Result<ClientConfig, CertificateError> {
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(crypto.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned::new(peer, proof, &crypto)))
        .with_client_auth_cert(vec![own.certificate.clone()], own.key())?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// TLS for the plugin: shows its own certificate, demands the host's.
///
/// # Errors
/// Where TLS cannot be set up.
pub fn server_tls(own: &Identity, peer: &[u8]) -> Result<ServerConfig, CertificateError> {
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(crypto.clone())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(Pinned::new(peer, Proof::Demanded, &crypto)))
        .with_single_cert(vec![own.certificate.clone()], own.key())?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// Whether the peer must prove by signature that it holds the key of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Demanded,
    NotNeeded,
}

/// Takes one certificate and no other.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    proof: Proof,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn new(certificate: &[u8], proof: Proof, crypto: &CryptoProvider) -> Pinned {
        Pinned {
            certificate: CertificateDer::from(certificate.to_vec()),
            proof,
            algorithms: crypto.signature_verification_algorithms,
        }
    }

    fn check(&self, shown: &CertificateDer<'_>) -> Result<(), Error> {
        if *shown == self.certificate {
            Ok(())
        } else {
            Err(Error::General("the peer shows another certificate than the one of the handshake".into()))
        }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(shown).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.proof {
            Proof::Demanded => verify_tls12_signature(message, certificate, signature, &self.algorithms),
            Proof::NotNeeded => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.proof {
            Proof::Demanded => verify_tls13_signature(message, certificate, signature, &self.algorithms),
            Proof::NotNeeded => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[RootHint] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(shown).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
