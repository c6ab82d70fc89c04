//! The gateway's event, before `lambda_http` reads it. It makes an address of the event's path and query, and panics at signs that no
//! address has: the gateway would answer with a bare error. Here such signs are written as addresses write them.
//!
//! The gateway decodes the path, so that a sign of ours may have been `%23` before; the query it leaves as it came, whatever came.

use lambda_http::lambda_runtime::LambdaInvocation;
use serde::Deserialize;
use serde_json::Value;

/// What an address is made of.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Address {
    raw_path: String,
    raw_query_string: String,
}

/// `invocation`, whose event `lambda_http` can read.
pub(crate) fn readable(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if let Some(mended) = mended(&invocation.body) {
        invocation.body = mended.into();
    }
    invocation
}

/// The event with another address; `None` if there is nothing to mend.
fn mended(event: &[u8]) -> Option<Vec<u8>> {
    let address: Address = serde_json::from_slice(event).ok()?;
    // What would begin a query or a fragment, and what `lambda_http` would take for a slash.
    let path = without(&address.raw_path, |byte| matches!(byte, b'?' | b'#' | b'\\'));
    let query = without(&address.raw_query_string, |byte| !matches!(byte, 0x21 | 0x24..=0x3B | 0x3D | 0x3F..=0x7E));
    if path == address.raw_path && query == address.raw_query_string {
        return None;
    }
    let mut event: Value = serde_json::from_slice(event).ok()?;
    event["rawPath"] = path.into();
    event["rawQueryString"] = query.into();
    serde_json::to_vec(&event).ok()
}

/// `text` with `%XX` for the bytes that `has_to_go` names.
fn without(text: &str, has_to_go: impl Fn(u8) -> bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        if has_to_go(byte) {
            bytes.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_that_reads_stays_as_it_is() {
        let event = json!({"rawPath": "/campagnes/é b%25", "rawQueryString": "a=%C3%A9+b&a=[c]", "body": "#"});
        assert_eq!(mended(event.to_string().as_bytes()), None);
        assert_eq!(mended(b"{}"), None);
        assert_eq!(mended(b"no event"), None);
    }

    #[test]
    fn signs_that_no_address_has_are_written_otherwise() {
        let event = json!({"rawPath": "/a#b?c\\d", "rawQueryString": "q=\"<é> b#", "body": "#"});
        let mended: Value = serde_json::from_slice(&mended(event.to_string().as_bytes()).unwrap()).unwrap();
        assert_eq!(
            mended,
            json!({"rawPath": "/a%23b%3Fc%5Cd", "rawQueryString": "q=%22%3C%C3%A9%3E%20b%23", "body": "#"})
        );
    }
}
