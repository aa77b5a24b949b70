use std::fmt::Write;

use figment::value::{Num, Value};

use super::Loaded;

/// Keys whose values are never shown.
const SECRET_KEYS: &[&str] = &["database.url", "auth.signing_key", "auth.previous_signing_keys", "mail.url"];

/// Every key with its value, secrets hidden, and where it was set.
pub fn report(loaded: &Loaded) -> String {
    let mut rows = Vec::new();
    let values: Value = loaded.figment.extract().unwrap_or_else(|_| Value::from(String::new()));
    collect("", &values, &mut rows);
    let width = rows.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let mut page = String::new();
    for (key, value) in rows {
        let source = source(loaded, &key);
        // Writing into a String cannot fail.
        let _ = writeln!(page, "{key:width$} = {value}  # {source}");
    }
    page
}

fn collect(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    if let Value::Dict(_, dict) = value {
        for (key, value) in dict {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            collect(&path, value, rows);
        }
        return;
    }
    rows.push((path.to_owned(), shown(path, value)));
}

fn shown(path: &str, value: &Value) -> String {
    match value {
        Value::Empty(..) => "(not set)".to_owned(),
        _ if SECRET_KEYS.contains(&path) => "(hidden)".to_owned(),
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, c) => format!("{c:?}"),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => shown_number(*number),
        Value::Array(_, items) => {
            let items: Vec<String> = items.iter().map(|item| shown(path, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Dict(..) => String::new(),
    }
}

fn shown_number(number: Num) -> String {
    let whole = number.to_u128().map(|n| n.to_string()).or_else(|| number.to_i128().map(|n| n.to_string()));
    whole.or_else(|| number.to_f64().map(|n| n.to_string())).unwrap_or_default()
}

fn source(loaded: &Loaded, key: &str) -> String {
    let Some(metadata) = loaded.figment.find_metadata(key) else { return "default".to_owned() };
    let name = metadata.name.to_string();
    match &metadata.source {
        Some(figment::Source::File(path)) => path.display().to_string(),
        _ if name.contains("DATABASE_URL") || (key == "database.url" && name.contains("environment")) => {
            "environment".to_owned()
        }
        _ if name.contains("environment") => {
            format!("environment, KAIRO_{}", key.to_uppercase().replace('.', "__"))
        }
        _ => "default".to_owned(),
    }
}
