//! The keys with which clients encrypt files for ingestion.
//!
//! Reference: "The other services, minimally"; `flows-errors.csv`, 1204-400 and 1205-400. Decided: flowmock decrypts nothing,
//! so a public key has the form of one and no meaning. The pass phrase is not kept. A key expires after 180 days.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::base::time::{self, Millis};
use crate::services::documents::{DocumentKind, Documents, Writing};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// How encryption keys differ from other documents.
pub(crate) static KEYS: DocumentKind = DocumentKind {
    collection: "encryptionKeys",
    noun: "encryption key",
    id_key: "publicKeyId",
    owned: &[PUBLIC_KEY, EXPIRY_TIME],
    check,
    id_of: |id, _| id.to_string(),
    complete,
};

const PUBLIC_KEY: &str = "publicKey";
const EXPIRY_TIME: &str = "expiryTime";
const ALGORITHM: &str = "encryptionAlgorithm";
const ALGORITHMS: [(&str, ()); 2] = [("PGP", ()), ("GPG", ())];

/// How long a key is good.
const LIFETIME: Millis = 180 * 24 * 60 * 60 * 1000;

fn check(members: &mut Members<'_>, problems: &mut Problems) {
    members.take(KEYS.id_key);
    if let Some(algorithm) = members.required(ALGORITHM, problems) {
        algorithm.one_of(&ALGORITHMS, problems);
    }
    for key in [PUBLIC_KEY, EXPIRY_TIME] {
        if let Some(text) = members.take(key) {
            text.nonempty(problems);
        }
    }
    members.end(problems);
}

fn complete(members: &mut Map<String, Value>, writing: &Writing<'_>) {
    members.entry(PUBLIC_KEY).or_insert_with(|| public_key(writing.id).into());
    let seconds = writing.now.saturating_add(LIFETIME).min(time::LAST) / 1000;
    members.entry(EXPIRY_TIME).or_insert_with(|| seconds.to_string().into());
}

/// When the key with that id expires, in milliseconds since the epoch; `None` if there is no such key.
pub(crate) fn expiry(keys: &Documents, id: &str) -> Option<Millis> {
    let seconds: Option<Millis> = keys.get(id)?.text(EXPIRY_TIME).and_then(|text| text.parse().ok());
    Some(seconds.map_or(time::LAST, |seconds| seconds.saturating_mul(1000)))
}

/// A public key in its usual form, made of its id.
fn public_key(id: &str) -> String {
    const KEYS: Uuid = Uuid::from_u128(0x86d4_1b7e_5c02_4f9a_a3e8_490d_c61f_27b5);
    let bytes: Vec<u8> = (0..16)
        .flat_map(|part| *Uuid::new_v5(&KEYS, format!("{id}\n{part}").as_bytes()).as_bytes())
        .collect();
    let lines = BASE64.encode(&bytes);
    let block =
        format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{lines}\n-----END PGP PUBLIC KEY BLOCK-----\n");
    BASE64.encode(block)
}

/// The definition of a key, without the pass phrase, that a client asks for by `body`.
///
/// # Errors
/// FLOW-1000-400 for a body that is no object; FLOW-1100-400 with 1204-400 for another algorithm than PGP and GPG, with
/// 1205-400 without a pass phrase.
pub(crate) fn definition(body: &Value) -> Result<Value, Error> {
    if !body.is_object() {
        return Err(Error::bad_request(format!("the body must be an object, not {}", kind_of(body)), ""));
    }
    let algorithm = body.get(ALGORITHM).and_then(Value::as_str);
    let known = ALGORITHMS.iter().find(|(known, ())| Some(*known) == algorithm);
    let Some((algorithm, ())) = known else {
        let sent =
            algorithm.map_or("is absent or no string".to_owned(), |sent| format!("is {}", excerpt(sent)));
        let detail = format!("{ALGORITHM} {sent}, but must be PGP or GPG");
        return Err(Error::provider(ProviderCode::AlgorithmUnknown, detail).at(format!("/{ALGORITHM}")));
    };
    let phrase = body.pointer("/params/passPhrase").and_then(Value::as_str);
    if phrase.is_none_or(str::is_empty) {
        let detail = "params.passPhrase is absent or empty; it protects the private key";
        return Err(Error::provider(ProviderCode::PassPhraseMissing, detail).at("/params/passPhrase"));
    }
    Ok(json!({ ALGORITHM: algorithm }))
}
