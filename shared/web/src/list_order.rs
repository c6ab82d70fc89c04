//! In which orders a list may stand.

/// The orders of a list, of which one is chosen in `order-field.html`; the first needs no parameter in the address.
///
/// Each list has orders of its own, and a parameter of an address is the same everywhere. So each of these types has
/// `#[schemars(inline, extend("type" = "string"))]`: the document tells `order` as a text, and where it is asked for, which values it may
/// have.
pub trait ListOrder: Copy + 'static {
    /// In the order of the list of choices.
    const ALL: &'static [Self];

    /// What forms send, and what people read.
    fn told(self) -> (&'static str, &'static str);

    /// What forms send.
    fn value(self) -> &'static str {
        self.told().0
    }

    /// What people read.
    fn french(self) -> &'static str {
        self.told().1
    }
}
