mod read;
mod template;

pub(crate) use read::Reader;
pub(crate) use template::Template;

use crate::expression::Expr;

/// The parameters of a node, read and compiled.
#[derive(Debug, Default)]
pub(crate) struct Params {
    fields: Vec<(&'static str, Item)>,
}

/// One parameter, read and compiled.
#[derive(Debug)]
pub(crate) enum Item {
    Template(Template),
    Expr(Expr),
    Nested(Params),
    List(Vec<Params>),
}

impl Params {
    fn push(&mut self, name: &'static str, item: Item) {
        self.fields.push((name, item));
    }

    fn take(&mut self, name: &str) -> Option<Item> {
        let at = self.fields.iter().position(|(field, _)| *field == name)?;
        Some(self.fields.swap_remove(at).1)
    }

    /// Takes out an expression.
    pub(crate) fn expr(&mut self, name: &str) -> Option<Expr> {
        match self.take(name)? {
            Item::Expr(expr) => Some(expr),
            Item::Template(_) | Item::Nested(_) | Item::List(_) => None,
        }
    }

    /// Takes out a template.
    pub(crate) fn template(&mut self, name: &str) -> Option<Template> {
        match self.take(name)? {
            Item::Template(template) => Some(template),
            Item::Expr(_) | Item::Nested(_) | Item::List(_) => None,
        }
    }

    /// Takes out a text that is no template.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.template(name)?.into_constant()?.as_str().map(str::to_owned)
    }

    /// Takes out a number that is no template.
    pub(crate) fn number(&mut self, name: &str) -> Option<u32> {
        u32::try_from(self.template(name)?.into_constant()?.as_u64()?).ok()
    }

    /// Takes out an object.
    pub(crate) fn nested(&mut self, name: &str) -> Option<Self> {
        match self.take(name)? {
            Item::Nested(params) => Some(params),
            Item::Template(_) | Item::Expr(_) | Item::List(_) => None,
        }
    }

    /// Takes out a list of objects.
    pub(crate) fn list(&mut self, name: &str) -> Vec<Self> {
        match self.take(name) {
            Some(Item::List(list)) => list,
            Some(Item::Template(_) | Item::Expr(_) | Item::Nested(_)) | None => Vec::new(),
        }
    }

    /// All of them as one template for an object.
    pub(crate) fn into_template(self) -> Template {
        let fields = self.fields.into_iter().filter_map(|(name, item)| match item {
            Item::Template(template) => Some((name.to_owned(), template)),
            Item::Expr(_) | Item::Nested(_) | Item::List(_) => None,
        });
        Template::Object(fields.collect())
    }
}
