//! A statement begins with the name of the function that sends it.
//!
//! `/* kairo:leads.save */ UPDATE ...` in `leads.rs`, `fn save`: so a slow statement in the
//! database's own lists leads to its line of code.
//!
//! Looked at are the first string literal given to `query!`, `query_as!`, `query_scalar!` (and
//! their unchecked forms), `sqlx::query(...)`, `query_as(...)`, `query_scalar(...)`,
//! `raw_sql(...)` and `QueryBuilder::new(...)`, and a literal that a connection executes or fetches
//! directly, when its first SQL word is SELECT, INSERT, UPDATE, DELETE or WITH. Text that is not a
//! literal there, such as a constant, cannot be seen. Items under `#[cfg(test)]` are left alone.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, LitStr};

use crate::problem::{Problem, Report};
use crate::source::{Source, is_test_only};

const ROOM: &str = "crates/postgres-adapter/src/";
const MACROS: [&str; 6] =
    ["query", "query_as", "query_scalar", "query_unchecked", "query_as_unchecked", "query_scalar_unchecked"];
const FUNCTIONS: [&str; 7] =
    ["query", "query_as", "query_scalar", "query_with", "query_as_with", "query_scalar_with", "raw_sql"];
/// What a connection does with a bare string.
const METHODS: [&str; 6] = ["execute", "execute_many", "fetch", "fetch_all", "fetch_one", "fetch_optional"];
const BUILDER: &str = "QueryBuilder";
const STATEMENTS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// Checks every statement of the postgres adapter.
pub(crate) fn check(sources: &[Source]) -> Report {
    let mut problems = Vec::new();
    let mut statements = 0;
    for source in sources.iter().filter(|source| source.is_rust() && source.path().starts_with(ROOM)) {
        match source.syntax() {
            Ok(file) => {
                let mut reader = Reader { source, function: None, statements: 0, problems: Vec::new() };
                reader.visit_file(file);
                statements += reader.statements;
                problems.append(&mut reader.problems);
            }
            Err(problem) => problems.push(problem),
        }
    }
    Report::new(problems, format!("{statements} statements"))
}

struct Reader<'a> {
    source: &'a Source,
    /// The function around the code being read.
    function: Option<String>,
    statements: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn inside(&mut self, attributes: &[Attribute], function: &Ident, read: impl FnOnce(&mut Self)) {
        if !is_test_only(attributes) {
            let outer = self.function.replace(function.to_string());
            read(self);
            self.function = outer;
        }
    }

    /// Checks the first literal of the tokens when it is a statement.
    fn check_first_literal(&mut self, tokens: TokenStream) {
        let Some(literal) = first_literal(tokens) else { return };
        let sql = literal.value();
        let (tag, statement) = split_tag(&sql);
        if !is_statement(statement) {
            return;
        }
        self.statements += 1;
        let function = self.function.as_deref().unwrap_or("outside_a_function");
        let expected = format!("kairo:{}.{function}", self.source.stem());
        let message = match tag {
            Some(tag) if tag == expected => return,
            Some(tag) => format!("the statement is tagged `{tag}`, its function is `{expected}`"),
            None => format!("the statement has no tag: begin it with `/* {expected} */`"),
        };
        let line = literal.span().start().line;
        self.problems.push(Problem::at_line(self.source.path(), line, message));
    }

    /// Finds the macros inside the arguments of other macros, which are nothing but tokens.
    fn search(&mut self, tokens: TokenStream) {
        let mut last: [Option<TokenTree>; 2] = [None, None];
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                match &last {
                    [Some(TokenTree::Ident(name)), Some(TokenTree::Punct(mark))]
                        if mark.as_char() == '!' && MACROS.iter().any(|known| name == known) =>
                    {
                        self.check_first_literal(group.stream());
                    }
                    _ => self.search(group.stream()),
                }
            }
            last.swap(0, 1);
            last[1] = Some(token);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.inside(&item.attrs, &item.sig.ident, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.inside(&item.attrs, &item.sig.ident, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.inside(&item.attrs, &item.sig.ident, |reader| visit::visit_trait_item_fn(reader, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test_only(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last();
        if name.is_some_and(|name| MACROS.iter().any(|known| name.ident == known)) {
            self.check_first_literal(call.tokens.clone());
        } else {
            self.search(call.tokens.clone());
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let (true, Some(argument)) = (takes_sql(&call.func), call.args.first()) {
            self.check_first_literal(argument.to_token_stream());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let known = METHODS.iter().any(|known| call.method == known);
        if let (true, Some(argument @ Expr::Lit(_))) = (known, call.args.first()) {
            self.check_first_literal(argument.to_token_stream());
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// Whether the function is one that is given SQL.
fn takes_sql(function: &Expr) -> bool {
    let Expr::Path(function) = function else { return false };
    let names: Vec<&Ident> = function.path.segments.iter().map(|segment| &segment.ident).collect();
    match names[..] {
        [.., holder, _] if holder == BUILDER => true,
        [.., name] => FUNCTIONS.iter().any(|known| name == known),
        [] => false,
    }
}

/// The first string literal, also inside parentheses or a `format!`.
fn first_literal(tokens: TokenStream) -> Option<LitStr> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Literal(literal) => match syn::Lit::new(literal) {
            syn::Lit::Str(text) => Some(text),
            _ => None,
        },
        // A closure or a block is code of its own.
        TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => first_literal(group.stream()),
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    })
}

/// The text of the comment the SQL begins with, and what follows it.
fn split_tag(sql: &str) -> (Option<&str>, &str) {
    let sql = sql.trim_start();
    match sql.strip_prefix("/*").and_then(|rest| rest.split_once("*/")) {
        Some((tag, statement)) => (Some(tag.trim()), statement),
        None => (None, sql),
    }
}

fn is_statement(sql: &str) -> bool {
    let mut lines = sql.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    let word = lines.next().and_then(|line| line.split(|letter: char| !letter.is_alphanumeric()).next());
    word.is_some_and(|word| STATEMENTS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code stands in `leads.rs`, in the body of `save`.
    fn problems(body: &str) -> Vec<String> {
        let text = format!("impl Unit {{\nasync fn save(&mut self) {{ {body} }}\n}}");
        let report = check(&[Source::new("crates/postgres-adapter/src/leads.rs", text)]);
        report.problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn tagged_statements_are_fine() {
        for body in [
            r#"sqlx::query!("/* kairo:leads.save */ UPDATE lead SET name = $1", name).execute(c).await?"#,
            r##"query_as!(LeadRow, r#"
                /* kairo:leads.save */
                SELECT id AS "id!" FROM lead"#)"##,
            r#"query_scalar!("/* kairo:leads.save */ select 1")"#,
            r#"sqlx::query("/* kairo:leads.save */ DELETE FROM lead")"#,
            r#"sqlx::query(AssertSqlSafe(format!("/* kairo:leads.save */ SELECT {list}")))"#,
            r#"QueryBuilder::<Postgres>::new("/* kairo:leads.save */ SELECT 1")"#,
            r#"vec![sqlx::query!("/* kairo:leads.save */ SELECT 1")]"#,
        ] {
            assert_eq!(problems(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn a_statement_without_a_tag_is_found_with_its_line() {
        assert_eq!(
            problems(r#"sqlx::query!("UPDATE lead SET name = $1", name)"#),
            ["crates/postgres-adapter/src/leads.rs:2: the statement has no tag: begin it with \
              `/* kairo:leads.save */`"]
        );
        for body in [
            r#"sqlx::query_as!(LeadRow, "-- all of them\nSELECT 1")"#,
            r#"sqlx::query_scalar!("WITH a AS (SELECT 1) SELECT * FROM a")"#,
            r#"sqlx::query("insert into lead values (1)")"#,
            r#"sqlx::raw_sql(AssertSqlSafe(format!("SELECT {list}")))"#,
            r#"QueryBuilder::new("SELECT 1")"#,
            r#"self.connection.execute("SELECT set_config('a', 'b', true)")"#,
            r#"tokio::try_join!(sqlx::query!("SELECT 1").fetch_one(c))?"#,
            r#"run(|c| sqlx::query("DELETE FROM lead").execute(c))"#,
        ] {
            assert_eq!(problems(body).len(), 1, "{body}");
        }
    }

    #[test]
    fn a_tag_of_another_function_is_found() {
        let found = problems(r#"sqlx::query!("/* kairo:leads.add */ SELECT 1")"#);
        assert!(
            found[0].ends_with("tagged `kairo:leads.add`, its function is `kairo:leads.save`"),
            "{found:?}"
        );
    }

    #[test]
    fn the_nearest_function_counts() {
        let body = r#"
            fn inner() { sqlx::query!("/* kairo:leads.inner */ SELECT 1"); }
            sqlx::query!("/* kairo:leads.save */ SELECT 1");"#;
        assert_eq!(problems(body), [""; 0]);
    }

    #[test]
    fn what_is_not_a_statement_needs_no_tag() {
        for body in [
            r#"sqlx::query("LISTEN journal")"#,
            r#"sqlx::query(SQL)"#,
            r#"map.query("SELECT is what we do")"#,
            r#"QueryBuilder::new("")"#,
            r#"log("SELECT 1")"#,
        ] {
            assert_eq!(problems(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn tests_and_other_rooms_are_left_alone() {
        let statement = r#"fn save() { sqlx::query!("SELECT 1"); }"#;
        let tests = format!("#[cfg(test)] mod tests {{ {statement} }}");
        let inside = Source::new("crates/postgres-adapter/src/leads.rs", tests);
        let outside = Source::new("crates/postgres-adapter/tests/contract.rs", statement);
        assert_eq!(check(&[inside, outside]).problems, []);
    }
}
