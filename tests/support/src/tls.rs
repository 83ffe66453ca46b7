//! A certificate for loopback, made for one test.

use std::path::PathBuf;

/// A certificate that signs itself, for `localhost` and 127.0.0.1, in files that end with it.
pub struct Certificate {
    directory: tempfile::TempDir,
}

impl Certificate {
    /// Makes one.
    ///
    /// # Panics
    /// If it cannot be made or written.
    pub fn new() -> Certificate {
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let certificate = Certificate { directory: tempfile::tempdir().expect("a temporary directory") };
        let (public, secret) = (made.cert.pem(), made.signing_key.serialize_pem());
        std::fs::write(certificate.authority(), &public).expect("the certificate's file");
        std::fs::write(certificate.server(), public + &secret).expect("the key's file");
        certificate
    }

    /// What a client trusts: `tlsCAFile`.
    pub fn authority(&self) -> PathBuf {
        self.directory.path().join("authority.pem")
    }

    /// What a server shows: `--tlsCertificateKeyFile`.
    pub fn server(&self) -> PathBuf {
        self.directory.path().join("server.pem")
    }
}

impl Default for Certificate {
    fn default() -> Certificate {
        Certificate::new()
    }
}
