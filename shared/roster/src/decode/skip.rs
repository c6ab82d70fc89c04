//! Passing over the content of an element that nobody reads, without making events of it. More than half of a SIECLE file is
//! passed over, so this is where its reading time is won.
//!
//! Tags are counted, not compared; comments, CDATA and quoted attributes are respected, since they may hold what looks like
//! a tag. The end tag that closes the element is left to the tokeniser, which checks its name: when a tag is missing or too
//! many in what was passed over, the names differ there.

use std::io::{self, Read};

use memchr::{memchr, memchr3, memmem};

use super::utf8_text::{KEPT, Utf8Text};

/// Why the end of an element was not found.
pub(crate) enum SkipError {
    /// The text ends before.
    End,
    /// More elements nested than allowed.
    Depth,
    /// A declaration that has no place within an element: a DOCTYPE.
    Declaration,
    /// An element that must not be passed over.
    Unwelcome(&'static str),
    /// The bytes cannot be had, or are over a limit.
    Io(io::Error),
}

impl From<io::Error> for SkipError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: Read> Utf8Text<R> {
    /// Passes over everything up to the `<` of the end tag of the element whose start tag was read last. At most `room`
    /// elements may be nested in it, and none that `unwelcome` gives a name of when it is asked with what follows its `<`.
    pub(crate) fn skip_content(
        &mut self,
        room: usize,
        unwelcome: impl Fn(&[u8]) -> Option<&'static str>,
    ) -> Result<(), SkipError> {
        let mut depth = 0_usize;
        loop {
            self.begin_token();
            self.skip_to(|text| memchr(b'<', text))?;
            match *self.look(2)?.get(1).ok_or(SkipError::End)? {
                b'/' if depth == 0 => return Ok(()),
                b'/' => {
                    self.skip_to(|text| memchr(b'>', text))?;
                    self.position += 1;
                    depth -= 1;
                }
                b'!' => self.skip_declaration()?,
                b'?' => self.skip_past(b"?>")?,
                _ => {
                    if let Some(name) = unwelcome(&self.look(KEPT)?[1..]) {
                        return Err(SkipError::Unwelcome(name));
                    }
                    if !self.skip_tag()? {
                        depth += 1;
                    }
                    if depth > room {
                        return Err(SkipError::Depth);
                    }
                }
            }
        }
    }

    /// Passes over a start tag; whether it is also its end.
    fn skip_tag(&mut self) -> Result<bool, SkipError> {
        let mut last = 0;
        loop {
            let text = &self.text[self.position..self.filled];
            let Some(at) = memchr3(b'>', b'"', b'\'', text) else {
                last = text.last().copied().unwrap_or(last);
                self.position = self.filled;
                if !self.refill()? {
                    return Err(SkipError::End);
                }
                continue;
            };
            let found = text[at];
            if at > 0 {
                last = text[at - 1];
            }
            self.position += at + 1;
            if found == b'>' {
                return Ok(last == b'/');
            }
            last = found;
            self.skip_to(|text| memchr(found, text))?;
            self.position += 1;
        }
    }

    /// Passes over a comment or a CDATA section.
    fn skip_declaration(&mut self) -> Result<(), SkipError> {
        const CDATA: &[u8] = b"<![CDATA[";
        let text = self.look(CDATA.len())?;
        if text.starts_with(CDATA) {
            self.position += CDATA.len();
            self.skip_past(b"]]>")
        } else if text.starts_with(b"<!--") {
            self.position += 4;
            self.skip_past(b"-->")
        } else {
            Err(SkipError::Declaration)
        }
    }

    /// Moves to the first place that `find` finds.
    #[inline]
    fn skip_to(&mut self, find: impl Fn(&[u8]) -> Option<usize>) -> Result<(), SkipError> {
        loop {
            if let Some(at) = find(&self.text[self.position..self.filled]) {
                self.position += at;
                return Ok(());
            }
            self.position = self.filled;
            if !self.refill()? {
                return Err(SkipError::End);
            }
        }
    }

    /// Moves behind the next `end`, which is short.
    fn skip_past(&mut self, end: &[u8]) -> Result<(), SkipError> {
        loop {
            let text = &self.text[self.position..self.filled];
            if let Some(at) = memmem::find(text, end) {
                self.position += at + end.len();
                return Ok(());
            }
            // The end may have begun.
            self.position += text.len().saturating_sub(end.len() - 1);
            if !self.refill()? {
                return Err(SkipError::End);
            }
        }
    }

    /// The next bytes: at least `length` of them, unless the text ends before.
    #[inline]
    fn look(&mut self, length: usize) -> io::Result<&[u8]> {
        debug_assert!(length <= KEPT);
        while self.filled - self.position < length && self.refill()? {}
        Ok(&self.text[self.position..self.filled])
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, Read};

    use encoding_rs::UTF_8;
    use proptest::prelude::*;

    use super::*;
    use crate::options::Limits;

    /// A source that gives a few bytes at a time, so that every token is cut somewhere.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(into.len());
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn left(text: &str, drop: usize) -> Result<String, &'static str> {
        let mut source = Utf8Text::new(Drops(text.as_bytes(), drop), UTF_8, &Limits::default());
        source.skip_content(8, |tag| tag.starts_with(b"LOST>").then_some("LOST")).map_err(|error| match error {
            SkipError::End => "end",
            SkipError::Depth => "depth",
            SkipError::Declaration => "declaration",
            SkipError::Unwelcome(name) => name,
            SkipError::Io(_) => "io",
        })?;
        let mut rest = String::new();
        while !source.fill_buf().expect("memory").is_empty() {
            source.read_to_string(&mut rest).expect("memory");
        }
        Ok(rest)
    }

    proptest! {
        #[test]
        fn stops_at_the_end_tag_however_the_text_comes(drop in 1_usize..20) {
            for (text, rest) in [
                ("</A>", "</A>"),
                ("text</A><B/>", "</A><B/>"),
                ("<B>x</B><C/></A>", "</A>"),
                ("<B x='a>b' y=\"/>\">x<C z='/'/></B></A>", "</A>"),
                ("<!-- </A> -- <B> --><![CDATA[</A>]]]]></A>", "</A>"),
                ("<?p </A> ?><B\n/></A>", "</A>"),
                ("a > b</A>", "</A>"),
            ] {
                prop_assert_eq!(left(text, drop), Ok(rest.to_owned()), "{}", text);
            }
            for (text, why) in [
                ("<B>", "end"),
                ("<", "end"),
                ("<B x='", "end"),
                ("<!-- ", "end"),
                ("<!DOCTYPE x></A>", "declaration"),
                ("<B><B><B><B><B><B><B><B><B>", "depth"),
                ("<B>text<LOST></LOST></B></A>", "LOST"),
            ] {
                prop_assert_eq!(left(text, drop), Err(why), "{}", text);
            }
        }
    }
}
