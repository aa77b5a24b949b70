use std::fmt;

/// A place in a document; it is written as a JSON pointer (RFC 6901) only when somebody has to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Self>,
    part: Part<'a>,
    depth: usize,
}

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn root(key: &'a str) -> Self {
        Self { parent: None, part: Part::Key(key), depth: 1 }
    }

    /// How many steps lead to it.
    pub(crate) const fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) const fn key<'b>(&'b self, key: &'b str) -> Place<'b>
    where
        'a: 'b,
    {
        Place { parent: Some(self), part: Part::Key(key), depth: self.depth + 1 }
    }

    pub(crate) const fn index<'b>(&'b self, index: usize) -> Place<'b>
    where
        'a: 'b,
    {
        Place { parent: Some(self), part: Part::Index(index), depth: self.depth + 1 }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.part {
            Part::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Part::Index(index) => write!(f, "/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_a_json_pointer() {
        let nodes = Place::root("nodes");
        let node = nodes.index(3);
        assert_eq!(node.key("a/b~c").to_string(), "/nodes/3/a~1b~0c");
    }
}
