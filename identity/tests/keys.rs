//! Keys in files, and tokens that pass from one process to another.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use identity::{Authenticator, IdentityArgs, IdentityError, Role, TokenKey, TokenRequest};

fn authenticator(key: &Path) -> Result<Authenticator, IdentityError> {
    let args = IdentityArgs { token_key: Some(key.to_owned()), token_issuer: "orderly".to_owned(), token_audience: "orderly".to_owned() };
    Authenticator::new(&args)
}

fn request() -> TokenRequest {
    TokenRequest {
        subject: "complete-journey".to_owned(),
        role: Role::Service,
        channel: Some("complete-journey".to_owned()),
        grants: Vec::new(),
        lifetime: Duration::from_secs(60),
    }
}

#[test]
fn a_saved_key_is_loaded_by_another_process_and_read_by_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token-key.pem");
    TokenKey::generate().save(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");

    let token = authenticator(&file).unwrap().mint(&request()).unwrap();
    let caller = authenticator(&file).unwrap().verify(&token).unwrap();
    assert_eq!(
        (caller.subject.as_str(), caller.role, caller.channel.as_deref()),
        ("complete-journey", Role::Service, Some("complete-journey"))
    );
}

#[test]
fn a_key_never_replaces_another() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token-key.pem");
    TokenKey::generate().save(&file).unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(TokenKey::generate().save(&file), Err(IdentityError::Key { .. })));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn processes_that_start_at_once_agree_on_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token-key.pem");
    let started: Vec<_> = (0..8)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || TokenKey::load_or_create(&file).unwrap().public_pem().unwrap())
        })
        .collect();
    let keys: std::collections::HashSet<_> = started.into_iter().map(|process| process.join().unwrap()).collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_public_key_verifies_and_does_not_mint() {
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = (folder.path().join("private.pem"), folder.path().join("public.pem"));
    let key = TokenKey::generate();
    key.save(&private).unwrap();
    std::fs::write(&public, key.public_pem().unwrap()).unwrap();

    let token = authenticator(&private).unwrap().mint(&request()).unwrap();
    let reader = authenticator(&public).unwrap();
    assert_eq!(reader.verify(&token).unwrap().role, Role::Service);
    assert!(matches!(reader.mint(&request()), Err(IdentityError::NotMinted { .. })));
}

#[test]
fn a_key_made_by_openssl_is_read() {
    // `openssl genpkey -algorithm ed25519`: PKCS #8 version 1, without the public half (RFC 8410, section 10.3).
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openssl.pem");
    std::fs::write(&file, pem).unwrap();
    let desk = authenticator(&file).unwrap();
    assert!(desk.verify(&desk.mint(&request()).unwrap()).is_ok());
}

#[test]
fn a_saved_key_is_in_the_form_that_openssl_reads_and_one_of_the_earlier_form_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, earlier) = (folder.path().join("saved.pem"), folder.path().join("earlier.pem"));
    TokenKey::generate().save(&saved).unwrap();
    let pem = std::fs::read_to_string(&saved).unwrap();
    let lines: Vec<_> = pem.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (3, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"));
    let der = base64::engine::general_purpose::STANDARD.decode(lines[1]).unwrap();
    // Version 0, Ed25519, 32 bytes within two octet strings (RFC 8410, section 7).
    assert_eq!((hex(&der[..16]).as_str(), der.len()), ("302e020100300506032b657004220420", 48));

    // PKCS #8 version 2, with the public half: as keys were saved at first, and as OpenSSL 3.0 refuses them.
    let with_both = "-----BEGIN PRIVATE KEY-----\nMFECAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\ngSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    std::fs::write(&earlier, with_both).unwrap();
    let desk = authenticator(&earlier).unwrap();
    assert!(desk.verify(&desk.mint(&request()).unwrap()).is_ok());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_missing_or_broken_key_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.pem");
    assert!(authenticator(&missing).unwrap_err().to_string().contains("none.pem"));
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    assert_eq!(authenticator(&broken).unwrap_err().to_string(), format!("the token key {}: not an Ed25519 key in PEM", broken.display()));
    let unnamed = IdentityArgs { token_key: None, token_issuer: "orderly".to_owned(), token_audience: "orderly".to_owned() };
    assert!(matches!(Authenticator::new(&unnamed), Err(IdentityError::NoKey)));
}

#[test]
fn debug_output_shows_no_key() {
    let key = TokenKey::generate();
    assert_eq!(format!("{key:?}"), "TokenKey::Private(..)");
    let desk = format!("{:?}", Authenticator::with_key(&key, "orderly", "orderly"));
    assert_eq!(desk, "Authenticator { issuer: \"orderly\", audience: \"orderly\", .. }");
}
