/// The most characters of a name that a mail says.
const GREETED_MAX: usize = 64;

/// The text in one line, without what could pass for something else: characters that end a line or move the cursor
/// become spaces, those that turn the direction of writing go.
pub(crate) fn one_line(text: &str) -> String {
    let shown = text.chars().filter(|c| !turns(*c));
    let spaced: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of a person or a company as a mail may say it. Anybody can sign up with anybody's address, and whoever
/// invites chooses a name too: one that could be an advertisement, because it is long or a mail program would make a
/// link of it, is left out.
pub(crate) fn harmless(name: &str) -> Option<String> {
    let name = one_line(name);
    let is_harmless = !name.contains(['/', '\\', ':', '@']) && !has_host(&name);
    (is_harmless && !name.is_empty() && name.chars().count() <= GREETED_MAX).then_some(name)
}

/// Whether a dot joins two words as in `evil.example`; `J. R. R.` and `J.R.R. Tolkien` are fine.
fn has_host(name: &str) -> bool {
    name.split('.').skip(1).any(|after| after.chars().take_while(|c| c.is_alphanumeric()).nth(1).is_some())
}

/// Whether a line could end there, or a program that shows it do something else than show it.
pub(crate) fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

const fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one() {
        assert_eq!(one_line("Ada\r\nBcc: x@y.example\u{2028}\tLovelace\0"), "Ada Bcc: x@y.example Lovelace");
        assert_eq!(one_line("Ada\u{202e}ecalevoL"), "AdaecalevoL");
        assert_eq!(one_line("  Müller   &   Söhne "), "Müller & Söhne");
    }

    #[test]
    fn names_are_said() {
        for name in [
            "Ada Lovelace",
            "J.R.R. Tolkien",
            "Dr. No",
            "Jean-Luc O'Neill",
            "李小龙",
            "Ada, Countess",
            "Müller & Co. KG",
        ] {
            assert_eq!(harmless(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn advertisements_are_not() {
        let long = "win ".repeat(20);
        for name in
            ["Win at evil.example", "https://evil.example/x", "me@evil.example", "wa\\me", "t:me", &long]
        {
            assert_eq!(harmless(name), None, "{name}");
        }
        assert_eq!(harmless("\n\u{202e}"), None);
    }
}
