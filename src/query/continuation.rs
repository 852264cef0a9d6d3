//! Continuation tokens: where a client's walk through the pages stands.
//!
//! A token is a place in the order, not in the data, so it stays valid whatever is added or deleted, and nothing has
//! to be remembered for it. It carries a checksum that covers the tenant too: one that was damaged, made up or
//! taken from another sandbox is refused. That is against mistakes, not against forgery; a forged token reaches
//! nothing but its own tenant's pages. Reference: "Listing", `errors.csv` (FLOW-1452-400).

use crate::error::Error;
use crate::store::Position;
use crate::tenant::Tenant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

/// The bytes under the base64: a format byte, the time, the id, the checksum.
const LENGTH: usize = 1 + 8 + 16 + 4;
const FORMAT: u8 = 1;

/// The token that continues behind `position`.
pub(crate) fn token(tenant: &Tenant, position: Position) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(FORMAT);
    bytes.extend(position.created_at().to_be_bytes());
    bytes.extend(position.id().as_bytes());
    bytes.extend(checksum(tenant, &bytes).to_be_bytes());
    BASE64.encode(bytes)
}

/// The place that a token names.
///
/// # Errors
/// FLOW-1452-400 if it is not one that this tenant was given.
pub(crate) fn position(tenant: &Tenant, token: &str) -> Result<Position, Error> {
    read(tenant, token).ok_or_else(|| {
        let expected =
            "a token that this sandbox was given; take it from _links.next.href of the page before";
        Error::invalid_parameter("continuationToken", token, expected)
    })
}

fn read(tenant: &Tenant, token: &str) -> Option<Position> {
    let bytes: [u8; LENGTH] = BASE64.decode(token).ok()?.try_into().ok()?;
    let (content, sum) = bytes.split_at(LENGTH - 4);
    if sum != checksum(tenant, content).to_be_bytes() || content[0] != FORMAT {
        return None;
    }
    let created_at = i64::from_be_bytes(content[1..9].try_into().ok()?);
    let id = Uuid::from_slice(&content[9..]).ok()?;
    Some(Position::new(created_at, id))
}

/// FNV-1a, the same on every machine.
fn checksum(tenant: &Tenant, content: &[u8]) -> u32 {
    let bytes =
        tenant.ims_org.bytes().chain([b'\n']).chain(tenant.sandbox.bytes()).chain(content.iter().copied());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tenant() -> Tenant {
        Tenant::new("A@AdobeOrg", "prod")
    }

    #[test]
    fn a_token_of_another_sandbox_is_refused() {
        let position = Position::new(1, Uuid::from_u128(2));
        let token = token(&tenant(), position);
        assert_eq!(read(&tenant(), &token), Some(position));
        assert_eq!(read(&Tenant::new("A@AdobeOrg", "dev"), &token), None);
        assert_eq!(read(&Tenant::new("B@AdobeOrg", "prod"), &token), None);
    }

    proptest! {
        #[test]
        fn a_token_names_its_place(created_at in any::<i64>(), id in any::<u128>()) {
            let position = Position::new(created_at, Uuid::from_u128(id));
            prop_assert_eq!(read(&tenant(), &token(&tenant(), position)), Some(position));
        }

        #[test]
        fn a_damaged_token_is_refused(id in any::<u128>(), at in 0..39usize, byte in "[A-Za-z0-9_-]") {
            let token = token(&tenant(), Position::new(0, Uuid::from_u128(id)));
            let mut damaged = token.clone();
            damaged.replace_range(at..=at, &byte);
            prop_assume!(damaged != token);
            prop_assert_eq!(read(&tenant(), &damaged), None);
        }

        #[test]
        fn no_text_makes_it_panic_or_pass(text in "[A-Za-z0-9_=-]{0,60}|.{0,60}") {
            prop_assert_eq!(read(&tenant(), &text), None);
        }
    }
}
