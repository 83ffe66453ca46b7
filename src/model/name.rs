//! Names that a store takes.

/// What lies beside a folder's runs; no folder may be called like one of these.
const BESIDE: [&str; 5] = [".scalars", ".tail", ".events", ".blobs", ".edits"];

/// Why a folder cannot have this name, if it cannot.
pub(crate) fn folder_problem(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("it is empty"),
        name if name.len() > 128 => Some("it is longer than 128 bytes"),
        name if name.contains(['$', '\0']) => Some("it has a $ or NUL in it"),
        name if name.starts_with("system.") => Some("MongoDB keeps names that begin with `system.` for itself"),
        name if name.starts_with('.') || name.ends_with('.') => Some("it begins or ends with a dot"),
        name if BESIDE.iter().any(|end| name.ends_with(end)) => {
            Some("it ends like one of the collections that lie beside a folder")
        }
        _ => None,
    }
}
