//! What the reader asks of a journal's files: the disk answers, or memory, for whoever tries all that a disk may do.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::segment::{aside_path, list, path_of};
use super::{checkpoint, owner_alive};
use crate::error::Result;

/// The files of one journal.
pub(crate) trait Files {
    /// A segment that was opened.
    type Segment: Bytes;

    /// The numbers of the segments, ascending.
    fn segments(&self) -> Result<Vec<u64>>;

    fn segment(&self, number: u64) -> io::Result<Self::Segment>;

    /// The value that lies in a file of its own.
    fn aside(&self, number: u64) -> io::Result<Vec<u8>>;

    /// The checkpoint, if there is one.
    fn checkpoint(&self) -> io::Result<Option<Vec<u8>>>;

    /// Whether the writer lives.
    fn owner_alive(&self) -> Result<bool>;

    /// Where they lie, for errors.
    fn directory(&self) -> &Path;
}

/// Bytes that may change while they are read.
pub(crate) trait Bytes {
    /// Reads what is there at `offset`; what lies beyond the end reads as zeros.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A journal's directory.
pub(crate) struct Disk(pub(super) PathBuf);

impl Files for Disk {
    type Segment = File;

    fn segments(&self) -> Result<Vec<u64>> {
        list(&self.0)
    }

    fn segment(&self, number: u64) -> io::Result<File> {
        File::open(path_of(&self.0, number))
    }

    fn aside(&self, number: u64) -> io::Result<Vec<u8>> {
        fs::read(aside_path(&self.0, number))
    }

    fn checkpoint(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(checkpoint::path(&self.0)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    fn owner_alive(&self) -> Result<bool> {
        owner_alive(&self.0)
    }

    fn directory(&self) -> &Path {
        &self.0
    }
}

impl Bytes for File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            #[cfg(unix)]
            let read = std::os::unix::fs::FileExt::read_at(self, &mut bytes[done..], offset + done as u64);
            #[cfg(windows)]
            let read = std::os::windows::fs::FileExt::seek_read(self, &mut bytes[done..], offset + done as u64);
            match read {
                Ok(0) => {
                    bytes[done..].fill(0);
                    return Ok(());
                }
                Ok(read) => done += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) mod memory {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::{Bytes, Files};
    use crate::error::Result;
    use std::io;
    use std::path::Path;

    /// The files of a journal whose writer is dead.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Memory {
        pub(crate) segments: BTreeMap<u64, Arc<[u8]>>,
        pub(crate) asides: BTreeMap<u64, Arc<[u8]>>,
        pub(crate) checkpoint: Option<Vec<u8>>,
    }

    impl Files for Memory {
        type Segment = Arc<[u8]>;

        fn segments(&self) -> Result<Vec<u64>> {
            Ok(self.segments.keys().copied().collect())
        }

        fn segment(&self, number: u64) -> io::Result<Arc<[u8]>> {
            self.segments.get(&number).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        }

        fn aside(&self, number: u64) -> io::Result<Vec<u8>> {
            self.asides.get(&number).map(|bytes| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
        }

        fn checkpoint(&self) -> io::Result<Option<Vec<u8>>> {
            Ok(self.checkpoint.clone())
        }

        fn owner_alive(&self) -> Result<bool> {
            Ok(false)
        }

        fn directory(&self) -> &Path {
            Path::new("memory")
        }
    }

    impl Bytes for Arc<[u8]> {
        fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
            let there = (self.len() - from).min(bytes.len());
            bytes[..there].copy_from_slice(&self[from..from + there]);
            bytes[there..].fill(0);
            Ok(())
        }
    }
}
