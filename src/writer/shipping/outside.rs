//! Shipping by the installed program. So far it is `ml_board sync` that does it, when the person says so.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::LastSteps;
use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Options, Outcome, Reader, SessionInfo, ShipStatus};

/// The journal, for `ml_board sync`.
pub(in super::super) struct Shipping {
    journal: PathBuf,
}

/// Says that nobody ships it yet.
pub(in super::super) fn start(journal: &Path, _: &Address, options: Options) -> Result<Shipping> {
    if !options.quiet {
        eprintln!("ml_board: what is logged waits in {} for `ml_board sync`", journal.display());
    }
    Ok(Shipping { journal: journal.to_path_buf() })
}

impl Shipping {
    pub(in super::super) fn sync(&self, _: Instant) -> Result<()> {
        let pending = self.status().pending_bytes;
        Err(Error::new(ErrorKind::Timeout, format!("not everything that was logged is stored yet: {pending} bytes are pending"))
            .help(format!("it is safe in {}; `ml_board sync` stores it", self.journal.display())))
    }

    pub(in super::super) fn stop(self, deadline: Instant, _: Instant) -> Result<Outcome> {
        self.sync(deadline).map(|()| Outcome { stored_points: 0, complete: false })
    }

    pub(in super::super) fn status(&self) -> ShipStatus {
        let pending_bytes = Reader::open(&self.journal).map_or(0, |reader| reader.pending());
        ShipStatus { pending_bytes, ..ShipStatus::default() }
    }
}

/// What only a driver can check is left to the program.
pub(in super::super) fn check(_: &Address) -> Result<()> {
    Ok(())
}

/// The program does that, too.
pub(in super::super) fn recover(_: PathBuf, _: Address) {}

pub(in super::super) fn last_steps(_: &SessionInfo, _: &Address) -> Option<Result<LastSteps>> {
    None
}
