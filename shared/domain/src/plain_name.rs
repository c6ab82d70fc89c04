//! Names that operators give and that stand in keys: `a-z`, `0-9` and `-`.

/// A type of such names, of at most `$most` signs; `$says` tells what is none.
macro_rules! plain_name {
    ($(#[$about:meta])* $name:ident, $error:ident, $most:literal, $says:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        /// The text is no such name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($says)]
        pub struct $error;

        impl $name {
            /// Reads a name.
            pub fn parse(text: &str) -> Result<Self, $error> {
                let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if (1..=$most).contains(&text.len()) && text.chars().all(sign) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($error)
                }
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

pub(crate) use plain_name;
