use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{SigningKey, VerifyingKey};
use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::IdentityError;

/// The Ed25519 key of tokens: a private key mints and verifies, a public key only verifies.
#[derive(Clone)]
pub enum TokenKey {
    /// Mints and verifies.
    Private(SigningKey),
    /// Verifies.
    Public(VerifyingKey),
}

impl TokenKey {
    /// A new private key.
    ///
    /// # Panics
    /// If the operating system has no randomness to give: nothing secret can be made then.
    #[must_use]
    pub fn generate() -> Self {
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).expect("the operating system gives randomness");
        Self::Private(SigningKey::from_bytes(&seed))
    }

    /// Reads a key file: PEM, PKCS #8 for a private key, SPKI for a public one.
    ///
    /// # Errors
    /// [`IdentityError::Key`] if it can't be read or holds no Ed25519 key.
    pub fn load(path: &Path) -> Result<Self, IdentityError> {
        let pem = zeroize::Zeroizing::new(fs::read_to_string(path).map_err(|error| failed(path, &error))?);
        Self::from_pem(&pem).ok_or_else(|| failed(path, &"not an Ed25519 key in PEM"))
    }

    /// Writes the private key to a new file that only its owner may read: PKCS #8 without the public half (RFC 8410), the only form that every tool reads.
    /// Files of either form are read.
    ///
    /// # Errors
    /// [`IdentityError::Key`] if the file exists already, can't be written, or this is a public key.
    pub fn save(&self, path: &Path) -> Result<(), IdentityError> {
        let Self::Private(key) = self else {
            return Err(failed(path, &"a public key is not saved"));
        };
        let private = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
        let pem = private.to_pkcs8_pem(LineEnding::LF).map_err(|error| failed(path, &error))?;
        write_new(path, pem.as_bytes()).map_err(|error| failed(path, &error))
    }

    /// Reads the key file, which is made first if it is not there. Several processes may do this at once: all have the same key.
    ///
    /// # Errors
    /// As [`TokenKey::load`] and [`TokenKey::save`].
    pub fn load_or_create(path: &Path) -> Result<Self, IdentityError> {
        if !path.exists() {
            let saved = Self::generate().save(path);
            // Somebody else may have been faster: then that key counts.
            if saved.is_err() && !path.exists() {
                saved?;
            }
        }
        Self::load(path)
    }

    /// What a verifier needs to know, as SPKI in PEM.
    ///
    /// # Errors
    /// [`IdentityError::NotMinted`] if the key can't be written out.
    pub fn public_pem(&self) -> Result<String, IdentityError> {
        self.verifying().to_public_key_pem(LineEnding::LF).map_err(|error| IdentityError::NotMinted { message: error.to_string() })
    }

    fn from_pem(pem: &str) -> Option<Self> {
        let private = SigningKey::from_pkcs8_pem(pem).map(Self::Private);
        private.ok().or_else(|| VerifyingKey::from_public_key_pem(pem).map(Self::Public).ok())
    }

    fn verifying(&self) -> VerifyingKey {
        match self {
            Self::Private(key) => key.verifying_key(),
            Self::Public(key) => *key,
        }
    }

    pub(crate) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(self.verifying().as_bytes())
    }

    pub(crate) fn encoding(&self) -> Option<EncodingKey> {
        match self {
            Self::Private(key) => key.to_pkcs8_der().ok().map(|der| EncodingKey::from_ed_der(der.as_bytes())),
            Self::Public(_) => None,
        }
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Private(_) => "TokenKey::Private(..)",
            Self::Public(_) => "TokenKey::Public(..)",
        })
    }
}

/// A reader sees the whole file or none: it is written under another name first, and a link never replaces what is there.
fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", uuid::Uuid::now_v7()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked
}

fn failed(path: &Path, message: &dyn ToString) -> IdentityError {
    IdentityError::Key { path: path.to_owned(), message: message.to_string() }
}
