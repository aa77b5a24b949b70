/// What a partial edit says about a field that always has a value.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Not mentioned.
    #[default]
    Keep,
    /// Replace it.
    Set(T),
}

/// What a partial edit says about a field that may be empty (JSON Merge Patch, RFC 7396).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Not mentioned.
    #[default]
    Keep,
    /// `null`: empty it.
    Clear,
    /// Replace it.
    Set(T),
}

impl<T: PartialEq> Change<T> {
    /// Applies the edit and tells whether the field is now different.
    pub fn apply(self, field: &mut T) -> bool {
        match self {
            Self::Keep => false,
            Self::Set(value) => std::mem::replace(field, value) != *field,
        }
    }
}

impl<T: PartialEq> Patch<T> {
    /// Applies the edit and tells whether the field is now different.
    pub fn apply(self, field: &mut Option<T>) -> bool {
        match self {
            Self::Keep => false,
            Self::Clear => field.take().is_some(),
            Self::Set(value) => {
                let value = Some(value);
                let changed = *field != value;
                *field = value;
                changed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_tells_whether_it_changed_anything() {
        let mut name = "a";
        assert!(!Change::Keep.apply(&mut name));
        assert!(!Change::Set("a").apply(&mut name));
        assert!(Change::Set("b").apply(&mut name));
        let mut phone = None;
        assert!(!Patch::Clear.apply(&mut phone));
        assert!(Patch::Set(1).apply(&mut phone));
        assert!(!Patch::Set(1).apply(&mut phone));
        assert!(Patch::Clear.apply(&mut phone));
    }
}
