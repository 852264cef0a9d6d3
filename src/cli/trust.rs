//! Instructions that make clients trust a self-signed server, printed at start.

use flowmock::Tls;
use std::fs;
use std::net::IpAddr;

/// How to make clients trust the server at `ip`; `None` unless flowmock made the certificate.
pub(crate) fn instructions(tls: &Tls, ip: IpAddr) -> Option<String> {
    let Tls::SelfSigned { names, .. } = tls else { return None };
    let ca = tls.ca_certificate()?;
    let ca = fs::canonicalize(&ca).unwrap_or(ca); // clients may run in another directory
    let ca = ca.display();
    let mut text = format!(
        "Make clients trust the CA in {ca}:\n\
         \x20 curl --cacert {ca}\n\
         \x20 NODE_EXTRA_CA_CERTS={ca}  (Node.js)\n\
         \x20 REQUESTS_CA_BUNDLE={ca}  (Python's requests; instead of its own CAs)\n\
         \x20 SSL_CERT_FILE={ca}  (OpenSSL, Go, Ruby; instead of the system's CAs)\n"
    );
    let hosts: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| name.parse::<IpAddr>().is_err()).collect();
    if let Some(first) = hosts.first() {
        let hosts = hosts.join(" ");
        text += &format!(
            "Clients with https://{first} in their code reach this server if it listens on port 443\n\
             and their hosts file (/etc/hosts) has the line:\n  {ip} {hosts}\n"
        );
    }
    Some(text)
}
