/// The statements of the language.
pub(super) const STATEMENTS: &[&str] =
    &["if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith", "filter", "endfilter"];

/// The words that are operators.
pub(super) const OPERATOR_WORDS: &[&str] = &["not", "and", "or", "in", "is", "if", "else"];

/// The filters of the language.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "fromjson",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

/// Whether a word that begins with a digit is a number and nothing else: the language reads `1in` as two words.
pub(super) fn is_number(word: &str) -> bool {
    let all =
        |digits: &str, known: fn(&char) -> bool| digits.chars().all(|digit| digit == '_' || known(&digit));
    if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return all(digits, char::is_ascii_hexdigit);
    }
    let digits = ["0b", "0B", "0o", "0O"].iter().find_map(|radix| word.strip_prefix(radix)).unwrap_or(word);
    digits.splitn(2, ['e', 'E']).all(|part| all(part, char::is_ascii_digit))
}
