//! Names that say nothing are refused.
//!
//! - `Manager`, `Helper(s)` and `Util(s)` as a word in the name of a type, trait, module or file;
//! - `Impl` as the last word of a type, trait or module;
//! - `Data` and `Info` as the last word of a type;
//! - traits with an `I` in front (`IStore`);
//! - files called `mod.rs`: a module is `leads.rs`, its parts are in `leads/`.

use proc_macro2::Ident;
use syn::visit::{self, Visit};

use crate::problem::{Problem, Report};
use crate::source::Source;

const EMPTY: [&str; 5] = ["manager", "helper", "helpers", "util", "utils"];
const EMPTY_LAST: &str = "impl";
const EMPTY_LAST_OF_TYPES: [&str; 2] = ["data", "info"];

/// Checks the names in every Rust file, and the names of the files.
pub(crate) fn check(sources: &[Source]) -> Report {
    let mut problems = Vec::new();
    let mut names = 0;
    for source in sources.iter().filter(|source| source.is_rust()) {
        problems.extend(refuse_file(source));
        match source.syntax() {
            Ok(file) => {
                let mut reader = Reader { path: source.path(), names: 0, problems: Vec::new() };
                reader.visit_file(file);
                names += reader.names;
                problems.append(&mut reader.problems);
            }
            Err(problem) => problems.push(problem),
        }
    }
    Report::new(problems, format!("{names} types, traits and modules"))
}

/// Modules in files are named by their file, so the `mod` line does not complain again.
fn refuse_file(source: &Source) -> Option<Problem> {
    if source.stem() == "mod" {
        let folder = source.path().trim_end_matches("/mod.rs");
        return Some(Problem::at(source.path(), format!("the module's file is {folder}.rs")));
    }
    let reason = refuse_module(source.stem())?;
    Some(Problem::at(source.path(), reason))
}

struct Reader<'a> {
    path: &'a str,
    names: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self, name: &Ident, refuse: fn(&str) -> Option<String>) {
        self.names += 1;
        if let Some(reason) = refuse(&name.to_string()) {
            self.problems.push(Problem::at_line(self.path, name.span().start().line, reason));
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.read(&item.ident, refuse_type);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.read(&item.ident, refuse_type);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.read(&item.ident, refuse_type);
        visit::visit_item_union(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.read(&item.ident, refuse_type);
        visit::visit_item_type(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.read(&item.ident, refuse_trait);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() {
            self.read(&item.ident, refuse_module);
        }
        visit::visit_item_mod(self, item);
    }
}

fn refuse_type(name: &str) -> Option<String> {
    let words = words(name);
    let last = words.last()?.as_str();
    if EMPTY_LAST_OF_TYPES.contains(&last) {
        return Some(format!("{name} ends in a word that every type could end in: say what it is"));
    }
    refuse_words(name, &words)
}

fn refuse_trait(name: &str) -> Option<String> {
    let mut letters = name.chars();
    let marked = letters.next() == Some('I')
        && letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase);
    if marked {
        return Some(format!("{name} carries an `I` in front: traits have plain names here"));
    }
    refuse_words(name, &words(name))
}

fn refuse_module(name: &str) -> Option<String> {
    refuse_words(name, &words(name))
}

fn refuse_words(name: &str, words: &[String]) -> Option<String> {
    if let Some(empty) = words.iter().find(|word| EMPTY.contains(&word.as_str())) {
        return Some(format!("{name} hides what it does behind \"{empty}\": name the thing itself"));
    }
    (words.last()? == EMPTY_LAST)
        .then(|| format!("{name} ends in \"{EMPTY_LAST}\": say which implementation it is, in front"))
}

/// `PgUnitOfWork` and `pg_unit_of_work` are pg, unit, of, work; `HTTPUtil` is http, util.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && !letters[at - 1].is_uppercase();
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter == '_' || letter == '-' || (letter.is_uppercase() && (after_lower || before_lower)) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        check(&[Source::new(path, text)]).problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn telling_names_are_fine() {
        let text = "
            pub struct PgUnitOfWork; enum Information {} type Metadata = (); struct DataSource;
            pub trait IdSource {} trait IO {} trait Implement {} mod utility_poles {} union Imply { a: u8 }";
        assert_eq!(problems("src/leads.rs", text), [""; 0]);
    }

    #[test]
    fn empty_words_are_refused() {
        for item in [
            "struct SessionManager;",
            "struct ManagerOfSessions;",
            "enum HTTPHelper {}",
            "trait DateUtils {}",
            "mod string_util {}",
            "mod helpers {}",
            "struct StoreImpl;",
            "struct LeadData;",
            "type UserInfo = ();",
            "trait IStore {}",
            "fn inner() { struct RowHelper; }",
        ] {
            assert_eq!(problems("src/leads.rs", item).len(), 1, "{item}");
        }
    }

    #[test]
    fn a_problem_has_a_line_and_a_way_out() {
        assert_eq!(
            problems("src/leads.rs", "\n\nstruct StoreImpl;"),
            ["src/leads.rs:3: StoreImpl ends in \"impl\": say which implementation it is, in front"]
        );
    }

    #[test]
    fn file_names_are_names() {
        assert_eq!(problems("src/leads/mod.rs", ""), ["src/leads/mod.rs: the module's file is src/leads.rs"]);
        assert_eq!(problems("src/test_utils.rs", "").len(), 1);
        assert_eq!(problems("src/lib.rs", "mod test_utils;"), [""; 0], "the file itself is what complains");
    }
}
