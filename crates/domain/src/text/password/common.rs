//! What passwords are commonly made of. A list of whole passwords would be long and still miss most: those that people
//! choose at twelve characters are short common ones put together, with digits, a year or a row of keys.

/// The pieces: words and names from which the most used passwords are made, in lower case.
const WORDS: &str = "a abc abcd abcdef abcdefg access account admin administrator amanda america andrew android angel anthony \
     apple april asdf asdfgh ashley august autumn azerty baby backup banana baseball basketball batman berlin \
     blink changeme charlie cheese china chocolate christ client coffee company computer cookie daniel \
     database december default demo dragon eagle england example facebook february first flower football \
     forever france freedom friday george germany ginger god google guest happy heaven hello hi hockey hunter \
     ilove iloveyou india internet iphone is january jennifer jessica jesus jordan joshua july june kairo \
     killer king knight last letmein linux lion login london love lovely loveyou lucky magic march master \
     matrix matthew may me michael microsoft monday money monkey my naruto new nicole ninja no november \
     october office old one oracle orange p paris pass passw0rd password passwort pepper pokemon prince \
     princess private public qazwsx queen qwerty qwertz ranger robert root sample samsung saturday secret \
     secure security september server service shadow soccer soldier spiderman spring starwars studio summer \
     sunday sunshine superman support system team temp temporary test tester testing the this thomas thursday \
     tiger trust trustno tuesday twitter user w warrior wednesday welcome whatever windows winter wizard word \
     work world x you zxcvbn";

/// Rows of keys and alphabets, of which any part of four or more characters is a piece, in both directions.
const ROWS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// With more pieces than this, even common ones, there are too many combinations to be tried first.
const PIECES: usize = 3;

/// Whether the password is made of common pieces, and of few of them.
pub(super) fn is_common(password: &str) -> bool {
    let folded: Vec<char> = password.chars().flat_map(char::to_lowercase).map(folded).collect();
    let mut fewest: Vec<Option<usize>> = vec![None; folded.len() + 1];
    fewest[0] = Some(0);
    for start in 0..folded.len() {
        let Some(pieces) = fewest[start] else { continue };
        for length in piece_lengths(&folded[start..]) {
            let end = &mut fewest[start + length];
            // A row of the same or of digits comes after nearly every password, so it counts for nothing.
            let cost = pieces + usize::from(!is_filler(&folded[start..start + length]));
            *end = Some(end.map_or(cost, |known| known.min(cost)));
        }
    }
    fewest[folded.len()].is_some_and(|pieces| pieces <= PIECES) || repeats_itself(&folded)
}

/// Digits and signs that stand for letters, as everybody writes them.
const fn folded(c: char) -> char {
    match c {
        '@' => 'a',
        '$' => 's',
        '!' => 'i',
        other => other,
    }
}

/// The letter that a digit stands for within a word.
const fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// How long the common pieces are with which this text begins.
fn piece_lengths(text: &[char]) -> Vec<usize> {
    let mut lengths: Vec<usize> =
        WORDS.split(' ').filter(|word| begins_with(text, word)).map(|word| word.chars().count()).collect();
    lengths.extend(1..=text.iter().take_while(|c| !c.is_alphabetic()).count());
    lengths.extend(1..=text.iter().take_while(|c| **c == text[0]).count());
    let longest_row = (4..=text.len()).take_while(|length| is_of_a_row(&text[..*length])).last();
    lengths.extend(4..=longest_row.unwrap_or(0));
    lengths
}

fn begins_with(text: &[char], word: &str) -> bool {
    let mut given = text.iter().copied();
    word.chars().all(|c| given.next().is_some_and(|given| given == c || letter(given) == c))
}

fn is_of_a_row(text: &[char]) -> bool {
    let forwards: String = text.iter().collect();
    let backwards: String = text.iter().rev().collect();
    ROWS.iter().any(|row| row.contains(&forwards) || row.contains(&backwards))
}

/// Digits, signs and blanks, or one character again and again.
fn is_filler(text: &[char]) -> bool {
    text.iter().all(|c| !c.is_alphabetic()) || (text.len() > 1 && text.iter().all(|c| *c == text[0]))
}

/// Whether a short text stands there several times.
fn repeats_itself(text: &[char]) -> bool {
    (1..=text.len() / 3).any(|period| (period..text.len()).all(|at| text[at] == text[at - period]))
}

#[cfg(test)]
mod tests {
    use super::is_common;

    #[test]
    fn what_is_tried_first_is_common() {
        for text in [
            "password1234",
            "P@ssw0rd2026!",
            "123456789012",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaa",
            "iloveyou2026",
            "AdminAdmin123",
            "xkxkxkxkxkxk",
            "zyxwvutsrqpo",
            "Summer-2026!!",
            "ChangeMe_Now1".trim_end_matches("_Now1").repeat(2).as_str(),
        ] {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn a_few_words_that_do_not_belong_together_are_not() {
        for text in [
            "correct horse battery staple",
            "violet tractor hums",
            "Zug-Fenster-Regen-9",
            "mxq7-Tr2p-vv9L",
            "password of my great-grandmother's parrot",
            "correct horse battery",
        ] {
            assert!(!is_common(text), "{text}");
        }
    }
}
