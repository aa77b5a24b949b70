//! A port is small, can cross threads, and says how it fails.
//!
//! The rules hold for every `pub trait` in `crates/ports`:
//!
//! - it has at most 12 methods; an accessor that only hands out another port
//!   (`fn leads(&mut self) -> &mut dyn LeadRepository`) is not counted, since it promises nothing;
//! - `Send` is among its supertraits when it is an `#[async_trait]`;
//! - it and every method carry a doc comment;
//! - a method that returns a `Result` documents its failures: its own doc comment, or the one of
//!   its trait, has a word that begins with `fail`, the heading `# Errors`, or `MUST`.

use syn::visit::Visit;
use syn::{Attribute, Expr, ItemTrait, Lit, Meta, ReturnType, TraitItemFn, Type, TypeParamBound, Visibility};

use crate::problem::{Problem, Report};
use crate::source::{Source, is_test_only};

const ROOM: &str = "crates/ports/src/";
const METHOD_LIMIT: usize = 12;

/// Checks every port.
pub(crate) fn check(sources: &[Source]) -> Report {
    let mut problems = Vec::new();
    let mut ports = 0;
    for source in sources.iter().filter(|source| source.is_rust() && source.path().starts_with(ROOM)) {
        match source.syntax() {
            Ok(file) => {
                let mut reader = Reader { path: source.path(), ports: 0, problems: Vec::new() };
                reader.visit_file(file);
                ports += reader.ports;
                problems.append(&mut reader.problems);
            }
            Err(problem) => problems.push(problem),
        }
    }
    Report::new(problems, format!("{ports} ports"))
}

struct Reader<'a> {
    path: &'a str,
    ports: usize,
    problems: Vec<Problem>,
}

impl Visit<'_> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        if !is_test_only(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_trait(&mut self, port: &ItemTrait) {
        if matches!(port.vis, Visibility::Public(_)) {
            self.ports += 1;
            self.check_port(port);
        }
    }
}

impl Reader<'_> {
    fn check_port(&mut self, port: &ItemTrait) {
        let name = port.ident.to_string();
        let line = port.ident.span().start().line;
        let docs = docs(&port.attrs);
        let methods: Vec<&TraitItemFn> = port.items.iter().filter_map(as_method).collect();

        let counted = methods.iter().filter(|method| !is_accessor(method)).count();
        if counted > METHOD_LIMIT {
            self.report(line, format!("{name} has {counted} methods, the limit is {METHOD_LIMIT}"));
        }
        if is_async(&port.attrs) && !port.supertraits.iter().any(is_send) {
            self.report(line, format!("{name} is used across await points: write `trait {name}: Send`"));
        }
        if docs.is_empty() {
            self.report(line, format!("{name} has no doc comment"));
        }
        for method in methods {
            self.check_method(&name, &docs, method);
        }
    }

    fn check_method(&mut self, port: &str, port_docs: &str, method: &TraitItemFn) {
        let name = &method.sig.ident;
        let line = name.span().start().line;
        let docs = docs(&method.attrs);
        if docs.is_empty() {
            self.report(line, format!("{port}::{name} has no doc comment"));
        }
        if may_fail(&method.sig.output) && !tells_failures(&docs) && !tells_failures(port_docs) {
            self.report(
                line,
                format!("{port}::{name} can fail and does not say when: write \"MUST fail with ...\""),
            );
        }
    }

    fn report(&mut self, line: usize, message: String) {
        self.problems.push(Problem::at_line(self.path, line, message));
    }
}

fn as_method(item: &syn::TraitItem) -> Option<&TraitItemFn> {
    if let syn::TraitItem::Fn(method) = item { Some(method) } else { None }
}

/// Whether the method does nothing but hand out another port.
fn is_accessor(method: &TraitItemFn) -> bool {
    let ReturnType::Type(_, output) = &method.sig.output else { return false };
    let Type::Reference(reference) = &**output else { return false };
    method.sig.inputs.len() == 1 && matches!(&*reference.elem, Type::TraitObject(_))
}

/// `#[async_trait]`, also with a path before it or inside a `cfg_attr`.
fn is_async(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let named = attribute.path().segments.last().is_some_and(|last| last.ident == "async_trait");
        let inside = matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg_attr")
            && list.tokens.to_string().contains("async_trait"));
        named || inside
    })
}

fn is_send(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound)
        if bound.path.segments.last().is_some_and(|last| last.ident == "Send"))
}

/// Whether the method returns a `Result`, or an alias whose name ends that way.
fn may_fail(output: &ReturnType) -> bool {
    let ReturnType::Type(_, output) = output else { return false };
    let Type::Path(path) = &**output else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

fn tells_failures(docs: &str) -> bool {
    docs.contains("# Errors")
        || docs
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| word == "MUST" || word.starts_with("fail") || word.starts_with("Fail"))
}

/// The text of the doc comment.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let Expr::Lit(value) = &pair.value else { return None };
        match &value.lit {
            Lit::Str(text) if pair.path.is_ident("doc") => Some(text.value()),
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let report = check(&[Source::new("crates/ports/src/leads.rs", text)]);
        report.problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn a_small_documented_port_is_fine() {
        let text = "
            /// The stored leads.
            #[cfg_attr(feature = \"mock\", mockall::automock)]
            #[async_trait]
            pub trait LeadRepository: Send {
                /// The lead, if there is one. Fails when the store does.
                async fn get(&mut self, id: LeadId) -> Result<Option<Lead>, StoreError>;
                /// MUST fail with `Stale` unless the stored version is exactly one less.
                async fn save(&mut self, lead: &Lead) -> Result<(), StoreError>;
                /// How many there are.
                async fn count(&mut self) -> u64;
            }";
        assert_eq!(problems(text), [""; 0]);
    }

    #[test]
    fn the_trait_may_speak_for_its_methods() {
        let text = "
            /// A store. Every method fails with `Unavailable` when the store is away.
            #[async_trait]
            pub trait Store: Send + Sync {
                /// Opens a unit of work.
                async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;
            }";
        assert_eq!(problems(text), [""; 0]);
    }

    #[test]
    fn undocumented_failures_and_missing_bounds_are_found() {
        let text = "
            #[async_trait::async_trait]
            pub trait Mailer: Sync {
                async fn send(&self, mail: &Mail) -> Result<(), MailError>;
            }";
        assert_eq!(
            problems(text),
            [
                "crates/ports/src/leads.rs:3: Mailer is used across await points: write `trait Mailer: Send`",
                "crates/ports/src/leads.rs:3: Mailer has no doc comment",
                "crates/ports/src/leads.rs:4: Mailer::send has no doc comment",
                "crates/ports/src/leads.rs:4: Mailer::send can fail and does not say when: write \"MUST fail \
                 with ...\"",
            ]
        );
    }

    #[test]
    fn accessors_are_not_counted_and_methods_are() {
        let accessor = "/// The leads.\nfn leads(&mut self) -> &mut dyn LeadRepository;\n";
        let method = "/// A count.\nfn count(&self) -> u64;\n";
        let port = |methods: usize| {
            let methods = method.repeat(methods);
            format!("/// A port.\npub trait Port {{ {} {methods} }}", accessor.repeat(20))
        };
        assert_eq!(problems(&port(12)), [""; 0]);
        assert!(problems(&port(13))[0].ends_with("Port has 13 methods, the limit is 12"));
    }

    #[test]
    fn private_and_test_traits_and_other_rooms_are_left_alone() {
        let text = "trait Private { fn a(); } #[cfg(test)] mod tests { pub trait Fake { fn a(); } }";
        assert_eq!(problems(text), [""; 0]);
        let elsewhere = Source::new("crates/domain/src/policy.rs", "pub trait Subject { fn id(&self); }");
        assert_eq!(check(&[elsewhere]).problems, []);
    }
}
