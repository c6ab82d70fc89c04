//! Whether an answer fits into what Lambda gives back. One that does not is thrown away by Lambda with the whole process, and the
//! gateway answers with a bare error.

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::Response;

/// The most bytes of an answer of Lambda, which is JSON.
const LARGEST: usize = 6_291_556;
/// What is kept of it for headers, cookies and the signs of JSON: the gateway itself takes no more than ten thousand bytes of headers.
const ENVELOPE: usize = 16 * 1024;
/// No sign takes more in JSON than `\u0000`.
const WORST_SIGN: u64 = 6;

/// An answer of `bytes` that Lambda would not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge {
    pub(crate) bytes: usize,
}

/// `response`, if it fits.
pub(crate) async fn fitting(response: Response) -> Result<Response, TooLarge> {
    let room = LARGEST - ENVELOPE;
    let surely = response.body().size_hint().upper().and_then(|bytes| bytes.checked_mul(WORST_SIGN));
    if surely.is_some_and(|bytes| bytes <= room as u64) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    // Our bodies are in memory already: only more than there can be fails here.
    let body = to_bytes(body, 2 * LARGEST).await.map_err(|_| TooLarge { bytes: 2 * LARGEST })?;
    if in_json(&body) > room {
        return Err(TooLarge { bytes: body.len() });
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// How many bytes `body` takes in an answer of Lambda: text as JSON writes it, anything else in base64.
fn in_json(body: &[u8]) -> usize {
    let sign = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0C => 2,
        0..0x20 => 6,
        _ => 1,
    };
    match str::from_utf8(body) {
        Ok(text) => text.bytes().map(sign).sum(),
        Err(_) => body.len().div_ceil(3) * 4,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn bytes_are_counted_as_json_writes_them() {
        let every_sign: String = ('\0'..'\u{3000}').collect();
        for text in ["", "élève", "<p class=\"a\">\r\n\t\u{8}\u{C}\u{1}\\</p>", &every_sign] {
            assert_eq!(in_json(text.as_bytes()) + 2, serde_json::to_string(text).unwrap().len(), "{text}");
        }
        for bytes in [&[0xFF_u8][..], &[0xFF; 2], &[0xFF; 3], &[0xFF; 1000]] {
            assert_eq!(in_json(bytes), STANDARD.encode(bytes).len());
        }
    }

    #[tokio::test]
    async fn an_answer_fits_up_to_the_last_byte() {
        let room = LARGEST - ENVELOPE;
        let fits = async |body: Vec<u8>| match fitting(Response::new(Body::from(body.clone()))).await {
            Ok(response) => to_bytes(response.into_body(), usize::MAX).await.unwrap() == body,
            Err(too_large) => panic!("{too_large:?}"),
        };
        let refused = async |body: Vec<u8>| {
            let bytes = body.len();
            fitting(Response::new(Body::from(body))).await.unwrap_err() == TooLarge { bytes }
        };
        assert!(fits(vec![b'a'; 100]).await);
        assert!(fits(vec![b'a'; room]).await);
        assert!(refused(vec![b'a'; room + 1]).await);
        // A line of a list for spreadsheets ends with two signs, which take four bytes.
        assert!(refused("\r\n".repeat(room / 4 + 1).into_bytes()).await);
        // Base64 makes four bytes of three.
        assert!(fits(vec![0xFF; room / 4 * 3]).await);
        assert!(refused(vec![0xFF; room / 4 * 3 + 3]).await);
    }
}
