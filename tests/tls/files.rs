//! [`Tls::files`]: certificates from files.

use crate::{expect_answer, server, start_error};
use flowmock::Tls;
use std::fs;
use std::path::PathBuf;

#[tokio::test]
async fn a_certificate_from_a_file_is_used_whatever_else_the_file_contains() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let [ca, certificate, key] = crate::certificate((2090, 1, 1));
    fs::write(file("ca"), &ca).unwrap();
    let with_byte_order_mark = |text: &str| format!("\u{feff}{text}");
    fs::write(file("key"), with_byte_order_mark(&key)).unwrap();
    for text in [
        certificate.clone(),
        with_byte_order_mark(&certificate),
        format!("{certificate}{ca}"),
        format!("subject=x\n{key}{certificate}"),
    ] {
        fs::write(file("cert"), text).unwrap();
        let mock = server(Tls::files(file("cert"), file("key")));
        expect_answer(&mock, &file("ca")).await;
    }
}

#[test]
fn an_expired_certificate_is_accepted_so_that_clients_can_be_tested_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let [_, certificate, key] = crate::certificate((2020, 1, 1));
    fs::write(dir.path().join("cert"), certificate).unwrap();
    fs::write(dir.path().join("key"), key).unwrap();
    server(Tls::files(dir.path().join("cert"), dir.path().join("key")));
}

#[test]
fn unusable_files_are_refused_with_their_names_and_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let file = dir.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let [_, certificate, key] = crate::certificate((2090, 1, 1));
    let [_, _, other_key] = crate::certificate((2090, 1, 1));
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let old_encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
        AAAA\n-----END RSA PRIVATE KEY-----\n";
    let not_a_certificate = certificate.replace("MI", "AA");
    let large = " ".repeat(1024 * 1024 + 1);
    let gone = dir.path().join("gone");
    let good = (file("cert", &certificate), file("key", &key));
    let certificates = [
        (gone.clone(), "cannot be read: No such file"),
        (dir.path().into(), "cannot be read: "),
        (file("empty", ""), "holds no certificate; a PEM file with -----BEGIN CERTIFICATE----- is needed"),
        (good.1.clone(), "holds no certificate, but a key: are the two files swapped?"),
        (
            file("cut", &certificate[..certificate.len() / 2]),
            "cannot be used: a section has no end; is the file whole?",
        ),
        (file("no-base64", &certificate.replace("MI", "!!")), "cannot be used: a section is not base64"),
        (file("no-x509", &not_a_certificate), "its first certificate cannot be used: "),
        (file("large", &large), "has more than 1048576 bytes"),
    ];
    for (certificate, reason) in certificates {
        let message = start_error(Tls::files(&certificate, &good.1));
        let expected = format!("{}: {reason}", certificate.display());
        assert!(message.starts_with(&expected), "{message}\ndoes not start with {expected}");
    }
    let keys = [
        (gone, "cannot be read: No such file"),
        (file("empty", ""), "holds no key; a PEM file with -----BEGIN PRIVATE KEY----- is needed"),
        (good.0.clone(), "holds no key; "),
        (file("other", &other_key), "is not the key of "),
        (file("cut", &key[..key.len() / 2]), "a section has no end; is the file whole?"),
        (file("encrypted", &encrypted), "its key is encrypted; decrypt it with "),
        (file("old", old_encrypted), "its key is encrypted; decrypt it with "),
        (
            file("no-key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "the key cannot be used; ECDSA on P-256 or P-384, Ed25519 and RSA of 2048 to 8192 bits can",
        ),
    ];
    for (key, reason) in keys {
        let message = start_error(Tls::files(&good.0, &key));
        assert!(message.starts_with(&format!("{}: ", key.display())), "{message}");
        assert!(message.contains(reason), "{message}\ndoes not contain {reason}");
    }
    server(Tls::files(good.0, good.1));
}
