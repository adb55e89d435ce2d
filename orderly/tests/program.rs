//! The program as it is called: exit codes and remedies of what goes wrong before anything runs.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "order_ref,customer_ref,store_ref,placed_at,product_ref,quantity,unit_price,line_discount";
const ROW: &str = "A,1,330,2017-01-01T11:53:26Z,P1,1,0.50,0.00";

fn orderly(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orderly"));
    command.args(arguments).current_dir(folder);
    for name in ["DATABASE_URL", "ORDERLY_TOKEN", "ORDERLY_URL", "ORDERLY_DATA_DIR"] {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Nobody listens there: what is sent nevertheless ends with another code.
const NOWHERE: &str = "http://127.0.0.1:9";

#[test]
fn a_file_that_cannot_be_used_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "empty.csv", "");
    file(folder.path(), "header.csv", "a,b\n1,2\n");
    file(folder.path(), "text.csv.gz", format!("{HEADER}\n{ROW}\n"));
    for (name, code, told) in [
        ("empty.csv", 2, "empty.csv: the file is empty"),
        ("header.csv", 2, "header.csv:1: wrong header: unknown column 'a'"),
        ("text.csv.gz", 2, "text.csv.gz: unreadable"),
        ("missing.csv", 5, "missing.csv: No such file"),
    ] {
        let (ended, stdout, stderr) = orderly(&["load", name, "--token", "t", "--url", NOWHERE], folder.path());
        assert_eq!((ended, stdout.as_str()), (code, ""), "{name}: {stderr}");
        assert!(stderr.contains(told), "{name}: {stderr}");
    }
}

#[test]
fn a_server_that_is_away_is_waited_for_and_then_told() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "orders.csv", format!("{HEADER}\n{ROW}\n"));
    let (code, _, stderr) = orderly(&["load", "orders.csv", "--token", "t", "--url", NOWHERE, "--patience-s", "1"], folder.path());
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains("can't be reached") && stderr.contains("orderly dev"), "{stderr}");
}

#[test]
fn without_a_token_and_a_key_the_remedy_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = orderly(&["load", "orders.csv"], folder.path());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("--token"), "{stderr}");
    let (code, _, stderr) = orderly(&["token"], folder.path());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("--token-key") && stderr.contains("orderly keys"), "{stderr}");
}

#[test]
fn a_taken_port_is_told_before_anything_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let taken = loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if listener.local_addr().unwrap().port() < 65_000 {
            break listener;
        }
    };
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, stderr) = orderly(&["dev", "--port-base", &port], folder.path());
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("is taken by another program") && stderr.contains("--port-base"), "{stderr}");
    assert!(!stderr.contains("-addr"), "`orderly dev` has no such flags: {stderr}");
    assert!(!folder.path().join(".orderly").exists(), "nothing was started");
}

#[test]
fn a_file_to_load_is_looked_for_before_anything_is_started() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "orders.csv", format!("{HEADER}\n{ROW}\n"));
    for (arguments, code) in [(&["--load", "missing.csv"][..], 5), (&["--load", "orders.csv", "--products", "missing.csv"], 5)] {
        let (ended, _, stderr) = orderly(&[&["dev", "--port-base", "0"], arguments].concat(), folder.path());
        assert_eq!(ended, code, "{stderr}");
        assert!(stderr.contains("missing.csv: No such file"), "{stderr}");
        assert!(!folder.path().join(".orderly").exists(), "nothing was started");
    }
}

#[test]
fn an_address_that_is_none_is_told_with_one_that_is() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["migrate", "--database-url", "garbage"][..], &["dev", "--port-base", "0", "--database-url", "garbage"]] {
        let (code, _, stderr) = orderly(arguments, folder.path());
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("postgres://user:password@host:5432/name"), "{stderr}");
    }
}

#[test]
fn a_database_that_is_away_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = orderly(&["migrate", "--database-url", "postgres://nobody@127.0.0.1:9/none"], folder.path());
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains("is Postgres running"), "{stderr}");
}

#[test]
fn documents_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let (code, openapi, _) = orderly(&["openapi"], folder.path());
    assert!(code == 0 && openapi.contains("\"openapi\": \"3.1"), "{openapi:.200}");
    let (code, schema, _) = orderly(&["graphql-schema"], folder.path());
    assert!(code == 0 && schema.contains("type Order"), "{schema:.200}");
    assert_eq!(orderly(&["completions", "bash"], folder.path()).0, 0);
    assert!(orderly(&["man"], folder.path()).1.contains(".TH orderly"));
}

#[test]
fn every_chore_writes_json_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    identity::TokenKey::load_or_create(&folder.path().join("key.pem")).unwrap();
    for arguments in [
        &["token", "--token-key", "key.pem", "--hours", "1"][..],
        &["graphql-schema"],
        &["openapi"],
        &["completions", "bash"],
        &["man"],
        &["man", "--dir", "pages"],
        &["doctor"],
    ] {
        let (code, stdout, stderr) = orderly(&[arguments, &["-o", "json"]].concat(), folder.path());
        let told: serde_json::Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stdout:.200}"));
        assert!(code < 2 && (told.is_object() || told.is_array()), "{arguments:?}: {code}: {stderr}");
    }
    let (_, token, _) = orderly(&["token", "--token-key", "key.pem"], folder.path());
    assert_eq!(token.trim().split('.').count(), 3, "people get the token alone: {token}");
}

#[test]
fn a_key_or_a_subject_that_is_none_is_usage() {
    let folder = tempfile::tempdir().unwrap();
    identity::TokenKey::load_or_create(&folder.path().join("key.pem")).unwrap();
    file(folder.path(), "no-key.pem", "not a key");
    for arguments in [&["token", "--token-key", "no-key.pem"][..], &["token", "--token-key", "key.pem", "--subject", "a@b.c"]] {
        let (code, stdout, stderr) = orderly(arguments, folder.path());
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
    }
}

#[test]
fn keys_are_made_once_and_what_is_there_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("anna's keys");
    let run = || orderly(&["keys", "--dir", "anna's keys", "-o", "json"], folder.path());
    let (code, stdout, stderr) = run();
    assert_eq!(code, 0, "{stderr}");
    let made: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let at = |name: &str| PathBuf::from(made[name].as_str().unwrap());
    let files = || ["environment", "token_key", "public_token_key"].map(|name| std::fs::read(at(name)).unwrap());
    let first = files();
    for secret in ["environment", "token_key"] {
        assert_eq!(std::fs::metadata(at(secret)).unwrap().permissions().mode() & 0o777, 0o600, "{secret}");
    }

    let (code, stdout, stderr) = run();
    assert_eq!((code, stdout.as_str()), (4, ""), "{stderr}");
    assert!(stderr.contains("--dir"), "{stderr}");
    assert_eq!((files(), std::fs::read_dir(&keys).unwrap().count()), (first, 3));

    let script = r#". "./anna's keys/orderly.env" && printf %s "$ORDERLY_TOKEN_KEY_FILE""#;
    let read = Command::new("sh").args(["-c", script]).current_dir(folder.path()).output().unwrap();
    assert_eq!(PathBuf::from(String::from_utf8(read.stdout).unwrap()), at("public_token_key"));
    let (code, token, stderr) = orderly(&["token", "--token-key", at("token_key").to_str().unwrap()], folder.path());
    assert_eq!(code, 0, "{stderr}");
    let public = identity::TokenKey::load(&at("public_token_key")).unwrap();
    let caller = identity::Authenticator::with_key(&public, "orderly", "orderly").verify(token.trim()).unwrap();
    assert_eq!(caller.role, identity::Role::Operator);
}
