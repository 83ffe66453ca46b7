//! The only `unsafe` of the crate: a mapped file as atomic words, and three questions to the operating system.

#![allow(unsafe_code)]
#![cfg_attr(not(feature = "journal"), allow(dead_code))]

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
#[cfg(unix)]
use std::sync::Once;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// A file mapped into memory, shared with whoever reads it. Its space must be reserved before.
pub(super) struct Map {
    raw: MmapRaw,
}

impl Map {
    /// Maps the first `bytes` of `file`, which has at least so many.
    pub(super) fn new(file: &File, bytes: usize) -> io::Result<Map> {
        Ok(Map { raw: MmapOptions::new().len(bytes).map_raw(file)? })
    }

    /// The file as words. Every access is atomic, so that threads and other processes may read what is being written.
    pub(super) fn words(&self) -> &[AtomicU64] {
        let words = self.raw.as_mut_ptr().cast::<AtomicU64>();
        // SAFETY: the mapping is writable, starts on a page (so it is aligned for u64), has `len / 8` whole words, and lives as long
        // as `self`. Every bit pattern is a valid u64, and this process touches it through these atomics alone.
        unsafe { std::slice::from_raw_parts(words, self.raw.len() / 8) }
    }

    /// Makes the system give the pages of so many bytes now, writable, so that no log call waits for them.
    pub(super) fn touch(&self, from: usize, bytes: usize) {
        const WORDS_A_PAGE: usize = 4096 / 8;
        let first = from / 8 / WORDS_A_PAGE * WORDS_A_PAGE;
        let words = self.words().get(first..).unwrap_or_default();
        words.iter().step_by(WORDS_A_PAGE).take(bytes.div_ceil(4096)).for_each(|word| {
            // A true write of what is there: adding nothing would be compiled to a read, which leaves the page to be fetched for the
            // first write. If another thread wrote meanwhile, it is at hand.
            let there = word.load(Ordering::Relaxed);
            word.compare_exchange(there, there, Ordering::Relaxed, Ordering::Relaxed).ok();
        });
    }

    /// Waits until what was written into the first `bytes` is on the disk.
    pub(super) fn sync(&self, bytes: usize) -> io::Result<()> {
        self.raw.flush_range(0, bytes.min(self.raw.len()))
    }
}

/// Makes `file` so long that each of its bytes has a place on the disk: a full disk is an error here, and never a signal later.
pub(super) fn reserve(file: &mut File, bytes: usize) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    write_in_place(file);
    if allocate(file, bytes)? {
        return Ok(());
    }
    let zeros = vec![0; 1 << 16];
    let mut left = bytes;
    while left > 0 {
        let part = left.min(zeros.len());
        file.write_all(&zeros[..part])?;
        left -= part;
    }
    file.sync_data()
}

/// Asks a file system that writes each change of a page to a new place to write those of this file, which is empty yet, in their place. Else
/// the space reserved serves for the first writing of a page alone, and a full disk meets the second: btrfs then sends the signal
/// that must not be. It means nothing to other file systems. (ZFS writes to new places whatever one asks, and sends no signal: there a
/// full disk is met when the pages are written, and `flush` tells.)
#[cfg(target_os = "linux")]
fn write_in_place(file: &File) {
    use std::os::fd::AsRawFd;
    const NOCOW: libc::c_long = 0x0080_0000;
    let mut flags: libc::c_long = 0;
    // SAFETY: the descriptor is open as long as `file`; the system reads or writes the one number, which is as large as it expects or larger.
    unsafe {
        if libc::ioctl(file.as_raw_fd(), libc::FS_IOC_GETFLAGS, &raw mut flags) == 0 && flags & NOCOW == 0 {
            flags |= NOCOW;
            libc::ioctl(file.as_raw_fd(), libc::FS_IOC_SETFLAGS, &raw const flags);
        }
    }
}

/// Reserves space if the file system can; `false` if it cannot, and it must be filled.
#[cfg(target_os = "linux")]
fn allocate(file: &File, bytes: usize) -> io::Result<bool> {
    use std::os::fd::AsRawFd;
    let length = libc::off_t::try_from(bytes).map_err(io::Error::other)?;
    loop {
        // SAFETY: the descriptor is open as long as `file`; the call touches no memory of ours.
        let answer = unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, length) };
        if answer == 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            Some(libc::EOPNOTSUPP | libc::ENOSYS | libc::EINVAL) => return Ok(false),
            _ => return Err(error),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn allocate(_: &File, _: usize) -> io::Result<bool> {
    Ok(false)
}

static FORKS: AtomicU32 = AtomicU32::new(0);

/// How often the process was forked between its ancestor and this one: a child sees another number than its parent. One load.
pub(super) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Makes [`forks`] count from now on.
pub(super) fn count_forks() {
    #[cfg(unix)]
    {
        extern "C" fn in_the_child() {
            FORKS.fetch_add(1, Ordering::Relaxed);
        }
        static REGISTERED: Once = Once::new();
        // SAFETY: the handler only adds to an atomic, which is allowed after a fork. If it cannot be registered (no memory) a child is
        // not noticed, which is what there would be without it.
        REGISTERED.call_once(|| {
            unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
        });
    }
}

/// Whether `path` lies on a file system of another machine, where a mapped file is neither fast nor safe.
#[cfg(target_os = "linux")]
pub(super) fn is_remote(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    // NFS, SMB, SMB2, CIFS, AFS, Coda, Ceph, 9P, Lustre, GPFS, BeeGFS, and FUSE (sshfs and the like).
    const REMOTE: [u32; 12] = [
        0x6969,
        0x517b,
        0xfe53_4d42,
        0xff53_4d42,
        0x5346_414f,
        0x7375_7245,
        0x00c3_6400,
        0x0102_1997,
        0x0bd0_0bd0,
        0x4750_4653,
        0x1983_0326,
        0x6573_5546,
    ];
    let Ok(path) = std::ffi::CString::new(path.as_os_str().as_bytes()) else {
        return false;
    };
    let mut answer = std::mem::MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the path ends with NUL, and the call writes a whole `statfs` where it answers 0; nothing is read otherwise.
    let kind = unsafe {
        if libc::statfs(path.as_ptr(), answer.as_mut_ptr()) != 0 {
            return false;
        }
        answer.assume_init().f_type
    };
    REMOTE.contains(&(kind as u32))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_remote(_: &Path) -> bool {
    false
}

/// This machine's name; `localhost` if it has none.
pub(super) fn host() -> String {
    #[cfg(unix)]
    {
        let mut name = [0_u8; 256];
        // SAFETY: the buffer is ours, and its last byte stays NUL because one less than its length is given.
        let answer = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
        let text = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if answer == 0 && !text.is_empty() {
            return String::from_utf8_lossy(text).into_owned();
        }
    }
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".into())
}

/// What `work` says in a child of a fork.
#[cfg(all(test, unix))]
pub(crate) fn in_a_child(work: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child does what `work` does and ends at once, without destructors, or by a signal if it hangs; the parent waits for it.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::alarm(30);
            libc::_exit(i32::from(!work()));
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mapped_is_in_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        reserve(&mut file, 8192).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 8192);
        let map = Map::new(&file, 8192).unwrap();
        map.touch(0, 8192);
        map.words()[1023].store(u64::from_ne_bytes(*b"the last"), Ordering::Release);
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        assert_eq!(&bytes[8184..], b"the last");
        map.sync(8192).unwrap();
    }

    #[test]
    fn this_machine_has_a_name_and_a_local_disk() {
        assert!(!host().is_empty());
        assert!(!is_remote(Path::new("/")));
    }
}
