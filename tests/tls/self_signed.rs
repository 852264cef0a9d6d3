//! [`Tls::self_signed`]: the certificates that it creates, the names they are valid for, and when they are reused.

use crate::client::{HTTP1, HTTP2, TlsClient};
use crate::{certificate, expect_answer, server, start_error};
use flowmock::{HEALTH_PATH, Tls};
use hyper::Version;
use std::fs;
use std::path::Path;
use std::thread;

const FILES: [&str; 3] = ["flowmock-ca.pem", "flowmock-cert.pem", "flowmock-key.pem"];

/// The contents of the files in the folder.
fn contents(dir: &Path) -> [String; 3] {
    FILES.map(|name| fs::read_to_string(dir.join(name)).expect(name))
}

#[tokio::test]
async fn a_client_that_trusts_the_ca_is_answered_over_its_preferred_protocol() {
    let dir = tempfile::tempdir().unwrap();
    let mock = server(Tls::self_signed(dir.path()));
    assert_eq!(mock.url(), format!("https://{}", mock.address()));
    assert!(mock.base_url().starts_with("https://"));
    let ca = Tls::self_signed(dir.path()).ca_certificate().unwrap();
    for (protocols, version) in [
        (&[HTTP2, HTTP1][..], Version::HTTP_2),
        (&[HTTP1, HTTP2], Version::HTTP_2),
        (&[HTTP1], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let client = TlsClient::trusting(&ca, protocols);
        let answer = client.get(&mock, "127.0.0.1", HEALTH_PATH).await.unwrap();
        assert_eq!((answer.version, answer.status.as_u16()), (version, 200), "{answer:?}");
        assert!(answer.body.contains("\"ok\""), "{answer:?}");
        let refused =
            client.get(&mock, "localhost", "/data/foundation/flowservice/connections").await.unwrap();
        assert_eq!(refused.status, 403, "{refused:?}");
        assert!(refused.body.contains("403000"), "{refused:?}");
    }
}

#[tokio::test]
async fn the_page_and_its_files_are_served_too() {
    let dir = tempfile::tempdir().unwrap();
    let mock = server(Tls::self_signed(dir.path()));
    let ca = Tls::self_signed(dir.path()).ca_certificate().unwrap();
    for protocol in [HTTP1, HTTP2] {
        let client = TlsClient::trusting(&ca, &[protocol]);
        let page = client.get(&mock, "localhost", "/_flowmock/ui").await.unwrap();
        assert_eq!(page.status, 200, "{page:?}");
        let file =
            page.body.split('"').find(|text| text.starts_with("/_flowmock/ui/files/")).expect("a file");
        let file = client.get(&mock, "localhost", file).await.unwrap();
        assert_eq!(file.status, 200, "{file:?}");
        assert!(!file.body.is_empty());
    }
}

#[tokio::test]
async fn the_certificate_is_valid_for_this_machine_and_the_hosts_of_the_service_only() {
    let dir = tempfile::tempdir().unwrap();
    let tls = Tls::self_signed(dir.path());
    let mock = server(tls.clone());
    let client = TlsClient::trusting(tls.ca_certificate().unwrap(), &[]);
    for name in ["localhost", "127.0.0.1", "::1", "platform.adobe.io", "ims-na1.adobelogin.com"] {
        let answer = client.get(&mock, name, HEALTH_PATH).await;
        assert!(answer.is_ok_and(|answer| answer.status == 200), "{name}");
    }
    for name in ["adobe.io", "www.platform.adobe.io", "example.com", "127.0.0.2"] {
        let error = client.get(&mock, name, HEALTH_PATH).await.expect_err(name);
        assert!(error.to_string().contains("not valid for name"), "{name}: {error}");
    }
    TlsClient::trusting_no_ca()
        .get(&mock, "localhost", HEALTH_PATH)
        .await
        .expect_err("the client trusts no CA");
    expect_answer(&mock, &tls.ca_certificate().unwrap()).await;
}

#[tokio::test]
async fn the_certificate_is_valid_for_configured_names_instead() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["Proxy.Test.", "10.1.2.3", "proxy.test"].map(str::to_owned);
    let tls = Tls::SelfSigned { dir: dir.path().into(), names: names.into() };
    let mock = server(tls.clone());
    let client = TlsClient::trusting(tls.ca_certificate().unwrap(), &[]);
    for name in ["localhost", "proxy.test", "10.1.2.3"] {
        assert_eq!(client.get(&mock, name, HEALTH_PATH).await.unwrap().status, 200, "{name}");
    }
    client.get(&mock, "platform.adobe.io", HEALTH_PATH).await.expect_err("not among the names");
}

#[test]
fn files_are_reused_until_a_name_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("made/on/demand");
    let with = |names: &[&str]| Tls::SelfSigned {
        dir: folder.clone(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    drop(server(with(&["a.test", "b.test"])));
    let first = contents(&folder);
    for names in [&["a.test", "b.test"][..], &["b.test"], &[]] {
        drop(server(with(names)));
        assert_eq!(contents(&folder), first, "{names:?}");
    }
    drop(server(with(&["a.test", "c.test"])));
    let second = contents(&folder);
    assert!((0..3).all(|file| first[file] != second[file]));
}

#[test]
fn only_the_owner_may_read_the_key_and_the_key_of_the_ca_is_not_stored() {
    let dir = tempfile::tempdir().unwrap();
    drop(server(Tls::self_signed(dir.path())));
    let mut files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let keys = files.iter().filter(|file| fs::read_to_string(file).unwrap().contains("PRIVATE KEY"));
    assert_eq!(keys.collect::<Vec<_>>(), [&dir.path().join("flowmock-key.pem")]);
    let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["flowmock-ca.pem", "flowmock-cert.pem", "flowmock-key.pem", "flowmock.lock"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(dir.path().join("flowmock-key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn expired_or_mismatched_files_are_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let tls = Tls::SelfSigned { dir: dir.path().into(), names: Vec::new() };
    let put = |files: &[&str; 3]| {
        for (name, text) in FILES.iter().zip(files) {
            fs::write(dir.path().join(name), text).unwrap();
        }
    };
    let (good, other, expired) =
        (certificate((2090, 1, 1)), certificate((2090, 1, 1)), certificate((2020, 1, 1)));
    let [expired_ca, expired_certificate, expired_key] = expired.each_ref().map(String::as_str);
    for files in [[expired_ca, expired_certificate, expired_key], [&other[0], &good[1], &good[2]]] {
        put(&files);
        let mock = server(tls.clone());
        assert_ne!(contents(dir.path()).each_ref().map(String::as_str), files);
        expect_answer(&mock, &tls.ca_certificate().unwrap()).await;
    }
    fs::remove_file(dir.path().join("flowmock-cert.pem")).unwrap();
    expect_answer(&server(tls.clone()), &tls.ca_certificate().unwrap()).await;
}

#[test]
fn damaged_files_are_refused_by_name_and_left_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let tls = Tls::self_signed(dir.path());
    drop(server(tls.clone()));
    let whole = contents(dir.path());
    for (name, text) in FILES.iter().zip(&whole) {
        let file = dir.path().join(name);
        for broken in ["", &text[..text.len() / 2], "mine"] {
            fs::write(&file, broken).unwrap();
            let message = start_error(tls.clone());
            assert!(message.starts_with(&file.display().to_string()), "{message}");
            assert!(message.ends_with("; remove it to have a new one made"), "{message}");
            assert_eq!(fs::read_to_string(&file).unwrap(), broken);
        }
        fs::write(&file, text).unwrap();
    }
    let key_of_another = certificate((2090, 1, 1))[2].clone();
    fs::write(dir.path().join("flowmock-key.pem"), key_of_another).unwrap();
    assert!(start_error(tls).contains("flowmock-key.pem: is not the key of "));
}

#[test]
fn an_unusable_folder_and_invalid_names_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let message = start_error(Tls::self_signed(&file));
    assert!(message.starts_with(&format!("{}: cannot be written to: ", file.display())), "{message}");
    for name in ["", "a b", "*.adobe.io", "bücher.test", "https://platform.adobe.io", &"a".repeat(300)] {
        let message = start_error(Tls::SelfSigned { dir: dir.path().into(), names: vec![name.to_owned()] });
        assert!(message.contains("no certificate can be for"), "{message}");
    }
    let names = (0..101).map(|number| format!("host-{number}.test")).collect();
    let message = start_error(Tls::SelfSigned { dir: dir.path().into(), names });
    assert!(message.ends_with("no certificate is made for more than 100 names"), "{message}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn servers_that_start_at_once_share_the_files_of_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let seen: Vec<_> = thread::scope(|scope| {
        let start = || {
            drop(server(Tls::self_signed(dir.path())));
            contents(dir.path())
        };
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}
