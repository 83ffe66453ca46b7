//! Output as the evcxr kernel reads it: lines on stdout, some of them markers. Nothing from a database may look like one.

use std::io::Write;

use super::Bundle;
use crate::stderr;

/// Shows the bundle in the cell. One write, so that no other thread's line lands in the middle.
pub(super) fn show(bundle: &Bundle) {
    print(&blocks(bundle));
}

/// Tells the person something at once: in a notebook on stdout (stderr is red there, and looks like a failure), else on stderr.
pub(crate) fn say(note: &str) {
    let mut text = String::new();
    for (i, line) in note.lines().enumerate() {
        text.push_str(if i == 0 { "ml_board: " } else { "          " });
        text.push_str(&defused(line));
        text.push('\n');
    }
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        print(&text);
    } else {
        stderr::tell(text.trim_end());
    }
}

fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // A kernel that is gone reads no output; there is nobody left to tell.
    drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
}

fn blocks(bundle: &Bundle) -> String {
    let mut text = String::new();
    for (mime, content) in bundle.contents() {
        text.push_str("EVCXR_BEGIN_CONTENT ");
        text.push_str(mime);
        text.push('\n');
        for line in content.lines() {
            text.push_str(&defused_start(line));
            text.push('\n');
        }
        text.push_str("EVCXR_END_CONTENT\n");
    }
    text
}

/// A line of content. The kernel knows its markers by the whole line or by its start, so a space before them is enough.
fn defused_start(line: &str) -> std::borrow::Cow<'_, str> {
    if line.starts_with("EVCXR_") { format!(" {line}").into() } else { line.into() }
}

/// A line outside of content, where the kernel finds `EVCXR_BEGIN_CONTENT` anywhere: an invisible space goes into the word.
fn defused(line: &str) -> String {
    line.replace("EVCXR_", "EVCXR\u{200b}_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Reads blocks as evcxr 0.22 does (`eval_context.rs`, `run_and_capture_output`).
    fn read(text: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mime = line.split_once("EVCXR_BEGIN_CONTENT ").expect("a marker").1.to_owned();
            let mut content = String::new();
            for line in lines.by_ref() {
                if line == "EVCXR_END_CONTENT" {
                    break;
                }
                assert_ne!(line, "EVCXR_PANIC_NOTIFICATION");
                if !content.is_empty() {
                    content.push('\n');
                }
                content.push_str(line);
            }
            found.insert(mime, content);
        }
        found
    }

    fn bundle(contents: &[(&str, &str)]) -> Bundle {
        contents.iter().map(|(mime, content)| ((*mime).to_owned(), (*content).to_owned())).collect::<BTreeMap<_, _>>().into()
    }

    #[test]
    fn is_what_the_kernel_reads() {
        insta::assert_snapshot!(blocks(&bundle(&[("text/html", "<p>Loss</p>"), ("text/plain", "Loss\n0.5")])), @r"
        EVCXR_BEGIN_CONTENT text/html
        <p>Loss</p>
        EVCXR_END_CONTENT
        EVCXR_BEGIN_CONTENT text/plain
        Loss
        0.5
        EVCXR_END_CONTENT
        ");
    }

    #[test]
    fn no_content_ends_itself() {
        for marker in ["EVCXR_END_CONTENT", "EVCXR_PANIC_NOTIFICATION", "EVCXR_END_CONTENT\r"] {
            let text = format!("before\n{marker}\nafter");
            let found = read(&blocks(&bundle(&[("text/html", "x"), ("text/plain", &text)])));
            assert_eq!(found.len(), 2);
            assert_eq!(found["text/plain"].lines().count(), 3, "{found:?}");
            assert!(found["text/plain"].ends_with("after"));
        }
    }

    #[test]
    fn no_note_begins_content() {
        assert!(!defused("the folder `EVCXR_BEGIN_CONTENT text/html`").contains("EVCXR_BEGIN_CONTENT"));
    }
}
