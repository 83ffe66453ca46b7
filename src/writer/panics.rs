//! A panic is recorded with its message and place, before anything unwinds or aborts. The hook that was there is called after.

use std::panic::PanicHookInfo;
use std::sync::Once;
use std::thread;

use super::live;

/// The longest message that is kept, in bytes.
const LONGEST: usize = 16 << 10;

/// Has panics of this process recorded from now on.
pub(super) fn watch() {
    static HOOK: Once = Once::new();
    // A thread that is panicking may not change the hook; the next writer will.
    if !thread::panicking() {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                record(info);
                before(info);
            }));
        });
    }
}

fn record(info: &PanicHookInfo<'_>) {
    let thread = thread::current();
    if thread.name().is_some_and(|name| name.starts_with("ml_board")) {
        return; // One of our own: the program is none the worse for it.
    }
    let how = describe(info, thread.name());
    let last = cfg!(panic = "abort") || thread.name() == Some("main");
    for core in live::all() {
        core.panicked(thread.id(), &how, last);
    }
}

fn describe(info: &PanicHookInfo<'_>, thread: Option<&str>) -> String {
    let message = info.payload_as_str().unwrap_or("(the panic's payload is no text)");
    let message = &message[..message.floor_char_boundary(LONGEST)];
    let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let thread = thread.filter(|name| *name != "main").map(|name| format!(" (thread `{name}`)")).unwrap_or_default();
    format!("panicked{place}{thread}: {message}")
}
