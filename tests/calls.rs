//! What a log call does not do: allocate, or ask the system for anything.
#![cfg(all(feature = "writer", target_os = "linux"))]
#![allow(missing_docs, unsafe_code, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use ml_board::SummaryWriter;

thread_local! {
    /// How often this thread allocated.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: the system's allocator does all the work; counting touches a thread's own cell, which needs no allocation.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.try_with(|count| count.set(count.get() + 1)).ok();
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as our caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.try_with(|count| count.set(count.get() + 1)).ok();
        // SAFETY: as our caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn writer(home: &Path) -> SummaryWriter {
    let uri = format!("local:{}", home.join("store").display());
    let builder = SummaryWriter::builder().uri(uri).database("calls").folder("runs").journal_dir(home.join("journals"));
    builder.without_origin().build().unwrap()
}

/// The calls of one step of a training loop.
fn log(w: &SummaryWriter, loss: &ml_board::ScalarTag, step: i64, weights: &[f32]) {
    w.add_scalar("Loss", 0.5_f32);
    w.add_scalar_at("Accuracy", 1, step);
    loss.add(0.25);
    w.add_histogram("gradient", 0.125);
    w.add_histogram("weights", weights);
}

#[test]
fn no_call_allocates_after_a_tags_first() {
    let home = tempfile::tempdir().unwrap();
    let w = writer(home.path());
    let (loss, weights) = (w.scalar("Loss of a handle"), vec![0.5_f32; 100]);
    let work = |first_step: i64| {
        log(&w, &loss, first_step, &weights);
        let before = ALLOCATIONS.get();
        // Enough for several segments of the journal: the change from one to the next is among the calls.
        (1..20_000).for_each(|step| log(&w, &loss, first_step + step, &weights));
        ALLOCATIONS.get() - before
    };
    assert_eq!(work(0), 0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1..5).map(|thread| scope.spawn(move || work(thread * 100_000))).collect();
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), 0));
    });
    assert_eq!((w.stats().recorded, w.stats().rejected), (5 * 20_000 * 5, 0));
    w.close().unwrap();
}

/// The program of the next test: it logs under a filter that kills it at any system call but the few that it names.
#[test]
#[ignore = "a program of the next test"]
fn logs_without_the_system() {
    let home = std::env::var_os("HOME_OF_THE_TEST").unwrap();
    let w = writer(Path::new(&home));
    let (loss, weights) = (w.scalar("Loss of a handle"), [0.5_f32; 4]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            log(&w, &loss, 0, &weights);
            only_the_clock_and_the_end();
            (1..10_000).for_each(|step| log(&w, &loss, step, &weights));
            // SAFETY: ends the process.
            unsafe { libc::syscall(libc::SYS_exit_group, 7) };
        });
    });
}

/// From here on this thread may end the process and (where the system has no clock that is read without it) ask for the time.
fn only_the_clock_and_the_end() {
    let instruction = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let (load, equal, answer) =
        (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, libc::BPF_RET | libc::BPF_K);
    let mut filter = [
        instruction(load, 0, 0, 0), // the number of the call
        instruction(equal, 2, 0, libc::SYS_exit_group as u32),
        instruction(equal, 1, 0, libc::SYS_clock_gettime as u32),
        instruction(answer, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
        instruction(answer, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: both calls change this thread's rights alone; the program lives until the kernel has copied it.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

#[test]
fn no_call_asks_the_system_for_anything() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "logs_without_the_system", "--ignored", "--nocapture"]).env("HOME_OF_THE_TEST", home.path());
    let output = program.output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
}
