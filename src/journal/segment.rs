//! One file of a journal: its header, and (for the writer) its mapped slots.

use std::path::{Path, PathBuf};

use crc32c::{crc32c, crc32c_append};

use super::files::Bytes;
use super::record::SLOT_BYTES;
use super::{SessionInfo, fail};
use crate::error::Result;

/// The first bytes of a segment, and its version.
const MAGIC: [u8; 8] = *b"mlboard2";
/// Which word of the header says where the segment was left.
pub(super) const SEAL_WORD: usize = 4;
/// Where the session's description begins.
const INFO_AT: usize = 64;
/// A header takes whole pages.
const PAGE: usize = 4096;

/// What stands at the head of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    /// Which segment of the journal, from 0.
    pub(super) number: u64,
    /// The first slot after the header. Slots are counted from the start of the file.
    pub(super) first: u64,
    /// The end of the slots.
    pub(super) slots: u64,
    pub(super) info: SessionInfo,
}

impl Header {
    /// The header of a segment of `bytes` (or a little more, should the header need it).
    #[cfg(feature = "journal")]
    pub(super) fn new(number: u64, bytes: usize, info: SessionInfo) -> Header {
        let header = (INFO_AT + super::record::json(&info).len()).next_multiple_of(PAGE);
        let bytes = bytes.next_multiple_of(PAGE).max(header + PAGE);
        Header { number, first: (header / SLOT_BYTES) as u64, slots: (bytes / SLOT_BYTES) as u64, info }
    }

    /// What the checksums of its records begin with: a record of one segment is none of another.
    pub(super) fn seed(&self) -> u32 {
        crc32c_append(crc32c(&self.info.session.bytes()), &self.number.to_ne_bytes())
    }

    #[cfg(feature = "journal")]
    pub(super) fn bytes(&self) -> Vec<u8> {
        let info = super::record::json(&self.info);
        let mut bytes = vec![0; self.first as usize * SLOT_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.number.to_ne_bytes());
        bytes[16..20].copy_from_slice(&(self.slots as u32).to_ne_bytes());
        bytes[20..24].copy_from_slice(&(self.first as u32).to_ne_bytes());
        bytes[24..28].copy_from_slice(&(info.len() as u32).to_ne_bytes());
        bytes[INFO_AT..INFO_AT + info.len()].copy_from_slice(&info);
        let crc = checksum(&bytes, info.len());
        bytes[28..32].copy_from_slice(&crc.to_ne_bytes());
        bytes
    }

    /// Reads the header of a segment's file; the error says why it is none.
    pub(super) fn read(file: &impl Bytes) -> std::io::Result<Header> {
        let wrong = |why: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, why.to_owned());
        let mut start = vec![0; INFO_AT];
        file.read_at(&mut start, 0)?;
        if start[..8] != MAGIC {
            return Err(wrong("it is not a journal of this version of ml_board"));
        }
        let number = |at: usize| u32::from_ne_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]]);
        let (slots, first, length, crc) = (u64::from(number(16)), u64::from(number(20)), number(24) as usize, number(28));
        if first as usize * SLOT_BYTES < INFO_AT + length || first > slots || length > 1 << 24 {
            return Err(wrong("its header is damaged"));
        }
        let mut bytes = vec![0; INFO_AT + length];
        file.read_at(&mut bytes, 0)?;
        if checksum(&bytes, length) != crc {
            return Err(wrong("its header is damaged"));
        }
        let info = serde_json::from_slice(&bytes[INFO_AT..]).map_err(|e| wrong(&format!("its header is damaged: {e}")))?;
        Ok(Header { number: u64::from(number(8)) | u64::from(number(12)) << 32, first, slots, info })
    }
}

/// Over all that does not change: what comes before the checksum, and the session.
fn checksum(bytes: &[u8], info: usize) -> u32 {
    crc32c_append(crc32c(&bytes[..28]), &bytes[INFO_AT..INFO_AT + info])
}

/// The file of the segment with this number.
pub(super) fn path_of(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:08}.segment"))
}

/// The file of a value that is too long for a segment.
pub(super) fn aside_path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:08}.value"))
}

/// The numbers of the segments in `directory`, ascending.
pub(super) fn list(directory: &Path) -> Result<Vec<u64>> {
    let failed = |e| fail("cannot list the journal", directory, e);
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number: Option<u64> =
            name.to_str().and_then(|name| name.strip_suffix(".segment")).and_then(|digits| digits.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(feature = "journal")]
pub(super) use mapped::Segment;

#[cfg(feature = "journal")]
mod mapped {
    use std::fs::{self, File, OpenOptions};
    use std::io::{self, Seek, SeekFrom, Write};
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::map::{Map, reserve};
    use super::super::record::{Long, SLOT_BYTES, SLOT_WORDS, Short, write_long, write_short};
    use super::{Header, SEAL_WORD, path_of};

    /// A segment that is written.
    pub(in super::super) struct Segment {
        pub(in super::super) number: u64,
        map: Map,
        first: u64,
        slots: u64,
        seed: u32,
        next: Next,
    }

    /// The next free slot, on a cache line of its own: every call adds to it, and reads the rest.
    #[repr(align(128))]
    struct Next(AtomicU64);

    impl Segment {
        /// Makes the file, with its space reserved and its pages at hand. A reader sees it when all that is done.
        pub(in super::super) fn create(directory: &Path, header: &Header) -> io::Result<Segment> {
            let path = path_of(directory, header.number);
            let unfinished = path.with_added_extension("new");
            let made = Segment::fill(&unfinished, header).and_then(|segment| {
                fs::rename(&unfinished, &path)?;
                Ok(segment)
            });
            if made.is_err() {
                fs::remove_file(&unfinished).ok();
            }
            made
        }

        fn fill(path: &Path, header: &Header) -> io::Result<Segment> {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
            let bytes = header.slots as usize * SLOT_BYTES;
            reserve(&mut file, bytes)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header.bytes())?;
            let map = Map::new(&file, bytes)?;
            map.touch(0, bytes);
            Ok(Segment {
                number: header.number,
                map,
                first: header.first,
                slots: header.slots,
                seed: header.seed(),
                next: Next(AtomicU64::new(header.first)),
            })
        }

        /// Reserves so many slots. `None` if they do not fit: then nothing fits any more, and the segment is left.
        #[inline]
        pub(in super::super) fn reserve(&self, slots: u64) -> Option<u64> {
            let start = self.next.0.fetch_add(slots, Ordering::Relaxed);
            if start + slots <= self.slots {
                return Some(start);
            }
            // Exactly one call meets the end: those after it start beyond.
            if start <= self.slots {
                self.map.words()[SEAL_WORD].store(start, Ordering::Release);
            }
            None
        }

        /// Leaves it before it is full.
        pub(in super::super) fn leave(&self) {
            // More than it has: it does not fit, whatever is free.
            self.reserve(self.slots + 1);
        }

        /// Reserves so many slots and leaves none for anybody after.
        pub(in super::super) fn reserve_last(&self, slots: u64) -> Option<u64> {
            let start = self.next.0.fetch_add(self.slots, Ordering::Relaxed);
            if start + slots <= self.slots {
                return Some(start);
            }
            if start <= self.slots {
                self.map.words()[SEAL_WORD].store(start, Ordering::Release);
            }
            None
        }

        /// The bytes of its records so far.
        pub(in super::super) fn used_bytes(&self) -> u64 {
            self.end().saturating_sub(self.first) * SLOT_BYTES as u64
        }

        /// The first slot that is free.
        fn end(&self) -> u64 {
            self.next.0.load(Ordering::Relaxed).min(self.slots)
        }

        /// Touches the pages of the next `bytes`, and the one before.
        pub(in super::super) fn touch_ahead(&self, bytes: usize) {
            let from = (self.end() as usize).saturating_sub(1) * SLOT_BYTES;
            self.map.touch(from, bytes);
        }

        #[inline]
        pub(in super::super) fn write_short(&self, slot: u64, record: &Short) {
            let at = slot as usize * SLOT_WORDS;
            if let Some(words) = self.map.words().get(at..).and_then(|words| words.first_chunk()) {
                write_short(words, self.seed, slot, record);
            }
        }

        pub(in super::super) fn write_long(&self, slot: u64, slots: u64, record: &Long<'_>) {
            let at = slot as usize * SLOT_WORDS;
            if let Some(words) = self.map.words().get(at..at + slots as usize * SLOT_WORDS) {
                write_long(words, self.seed, slot, record);
            }
        }

        /// Waits until what was written is on the disk. The pages after it are left alone: once written they would have to be fetched anew.
        pub(in super::super) fn sync_used(&self) -> io::Result<()> {
            self.map.sync(self.end() as usize * SLOT_BYTES)
        }
    }

    /// Waits until a file that is mapped no more is on the disk. One that is gone was stored.
    pub(in super::super) fn sync_file(path: &Path) -> io::Result<()> {
        match File::open(path) {
            Ok(file) => file.sync_data(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }
}
#[cfg(feature = "journal")]
pub(super) use mapped::sync_file;
