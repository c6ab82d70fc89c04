//! Sign-on from the Médiacentre: the GAR tells, by a SAML response, which pupil or member of staff has come.
//!
//! [`response`] is the strict reader of such responses. It is pure: bytes, configuration, the request and the time go in,
//! and what comes out is either what the response says of the person or a refusal with its code. What is known of the
//! sign-on, and why the reader is our own, is in `docs/mediacentre.md`.

pub mod response;
