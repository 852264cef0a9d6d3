//! What a client has to be told before it trusts a certificate that flowmock made, as text for a terminal.

use flowmock::Tls;
use std::fs;
use std::net::IpAddr;

/// How to make clients trust the server at `ip`; `None` where the certificate is not flowmock's own.
pub(crate) fn how_to(tls: &Tls, ip: IpAddr) -> Option<String> {
    let Tls::SelfSigned { names, .. } = tls else { return None };
    let ca = tls.ca_certificate()?;
    let ca = fs::canonicalize(&ca).unwrap_or(ca); // clients may have another working directory
    let ca = ca.display();
    let mut text = format!(
        "Clients have to trust the CA in {ca}:\n\
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
            "Clients that have https://{first} in their code come here if this server listens on port 443\n\
             and their hosts file (/etc/hosts) has the line:\n  {ip} {hosts}\n"
        );
    }
    Some(text)
}
