//! What looks like a secret on a command line or in an address is not recorded.

/// What names of options have in them whose values are secrets.
const SECRETS: [&str; 9] = ["password", "passwd", "secret", "token", "apikey", "api-key", "api_key", "credential", "private-key"];
const MASK: &str = "***";

/// The arguments, with secrets as `***`: values of options named like one, and passwords in addresses.
pub(super) fn mask(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut hide_next = false;
    arguments
        .map(|argument| {
            if std::mem::take(&mut hide_next) && !argument.starts_with('-') {
                return MASK.to_owned();
            }
            match argument.split_once('=') {
                Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}={MASK}"),
                _ => {
                    hide_next = argument.starts_with('-') && is_secret(&argument);
                    address(&argument)
                }
            }
        })
        .collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|secret| name.contains(secret))
}

/// A text with the user and password of each address in it (`scheme://user:password@host`) masked.
pub(super) fn address(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        // To the last `@` of the word: a password with a slash in it is no address, but a secret all the same.
        let word = after.find(|c: char| c == '?' || c.is_whitespace()).unwrap_or(after.len());
        let (word, behind) = after.split_at(word);
        match word.rsplit_once('@') {
            Some((_, host)) => masked.extend([MASK, "@", host]),
            None => masked.push_str(word),
        }
        rest = behind;
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        let said = [
            "train",
            "--lr",
            "0.1",
            "--api-key",
            "k3y",
            "--db-password=pw",
            "TOKEN=t",
            "--uri",
            "mongodb://ada:p%40w@h:1/db?x=1",
            "--token",
        ];
        let masked = mask(said.iter().map(|argument| (*argument).to_owned()));
        let expected = [
            "train",
            "--lr",
            "0.1",
            "--api-key",
            "***",
            "--db-password=***",
            "TOKEN=***",
            "--uri",
            "mongodb://***@h:1/db?x=1",
            "--token",
        ];
        assert_eq!(masked, expected);
        assert_eq!(address("git@github.com:me/code.git"), "git@github.com:me/code.git");
        assert_eq!(address("https://me:pw@host/a https://u@h"), "https://***@host/a https://***@h");
        assert_eq!(address("mongodb://u:a/b@host/db"), "mongodb://***@host/db");
        assert_eq!(address("https://host/a"), "https://host/a");
    }
}
