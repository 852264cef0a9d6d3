//! The properties of connection strings.

use crate::base::config::Leniency;
use crate::services::sources::ats::connection_string::ConnectionString;

/// # Panics
/// If a property does not hold.
pub(crate) fn connection_string(text: &str) {
    let strict = ConnectionString::parse(text, Leniency::Strict);
    let lenient = ConnectionString::parse(text, Leniency::Placeholders);
    match (&strict, &lenient) {
        // Lenient parsing accepts more, and agrees where both accept.
        (Ok(_), _) => assert_eq!(strict, lenient),
        (Err(fault), Err(_)) => assert!(fault.to_string().len() < 1000, "a long message: {fault}"),
        (Err(_), Ok(_)) => {}
    }
    let Ok(read) = lenient else { return };
    assert!(read.account().is_none_or(|account| text.contains(account) || account == "devstoreaccount1"));
    assert!(read.endpoint().contains("://"), "{}", read.endpoint());
    // Empty pairs, white space and the order of pairs have no meaning.
    let mut pairs: Vec<&str> = text.split(';').collect();
    pairs.reverse();
    let turned = format!("; {} ;\t", pairs.join(" ; "));
    assert_eq!(Ok(read), ConnectionString::parse(&turned, Leniency::Placeholders), "{turned}");
}
