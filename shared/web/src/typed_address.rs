//! Addresses that people type off a board or a sheet of paper.

/// `rentree.example/code` for `https://rentree.example/code`: browsers add the rest.
pub fn typed_address(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_typed_that_browsers_add() {
        assert_eq!(typed_address("https://rentree.example/code"), "rentree.example/code");
        assert_eq!(typed_address("rentree.example"), "rentree.example");
    }
}
