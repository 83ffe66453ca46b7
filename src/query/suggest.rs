//! "Did you mean …?": the nearest of the names that exist.

/// The candidate that `name` was most likely meant to be, if one is near enough to be worth saying.
///
/// Near is: the same but for case and a few slips of the finger (insertions, deletions, changes, swapped neighbours); or so near
/// to one part of a path (`loss` for `train/loss`).
pub(crate) fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.is_empty() {
        return None;
    }
    let allowed = (wanted.len() / 3).clamp(1, 3);
    let slips = |candidate: &str| -> Option<usize> {
        let letters: Vec<char> = candidate.chars().collect();
        let near = letters.len().abs_diff(wanted.len()) <= allowed;
        near.then(|| distance(&wanted, &letters)).filter(|slips| *slips <= allowed && *slips < wanted.len())
    };
    let rank = |candidate: &str| -> Option<(usize, usize)> {
        let candidate = candidate.to_lowercase();
        if let Some(slips) = slips(&candidate) {
            return Some((0, slips));
        }
        candidate.split(['.', '/', ' ']).filter_map(slips).min().map(|slips| (1, slips))
    };
    let near = candidates.into_iter().filter(|candidate| *candidate != name);
    near.filter_map(|candidate| Some((rank(candidate)?, candidate))).min().map(|(_, candidate)| candidate.to_string())
}

/// How many slips lie between two words (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

/// Names for a message: the first few, and how many more there are.
#[cfg_attr(not(feature = "engine"), allow(dead_code))]
pub(crate) fn shortened<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(", and {} more", names.len() - SHOWN));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_nothing_far_away() {
        let names = ["lr", "batch", "seed", "train/loss", "val/loss", "optim.name", "Accuracy"];
        let meant = |name| suggest(name, names);
        assert_eq!(meant("lrr").as_deref(), Some("lr"));
        assert_eq!(meant("LR").as_deref(), Some("lr"));
        assert_eq!(meant("bacth").as_deref(), Some("batch"));
        assert_eq!(meant("accuracy").as_deref(), Some("Accuracy"));
        assert_eq!(meant("Acuracy").as_deref(), Some("Accuracy"));
        assert_eq!(meant("loss").as_deref(), Some("train/loss"));
        assert_eq!(meant("los").as_deref(), Some("train/loss"));
        assert_eq!(meant("optim").as_deref(), Some("optim.name"));
        assert_eq!(meant("momentum"), None);
        assert_eq!(meant("x"), None);
        assert_eq!(meant(""), None);
    }

    #[test]
    fn long_lists_are_shortened() {
        let names: Vec<String> = (0..20).map(|i| format!("p{i}")).collect();
        assert_eq!(shortened(names.iter().map(String::as_str)), "p0, p1, p2, p3, p4, p5, p6, p7, and 12 more");
        assert_eq!(shortened(["a", "b"]), "a, b");
    }
}
