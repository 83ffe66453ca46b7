//! The documents, the same in both stores, as a person sees them in mongosh. `v: 1` in each.
//!
//! ```text
//! FOLDER          {_id: ObjectId, v, name, status, started, heartbeat, ended, params: {lr: 0.001, "optim%2Ename": "adam"}, labels, notes, group, thoughts, invalid: WHY,
//!                  metrics: {TAG: {n, nan, first_bad_step, first, first_step, last, last_step, min, min_step, max, max_step, sum}},
//!                  sessions: {ID: {rank, host, pid, started, heartbeat, ended, how, status, applied, k, thoughts, metrics: {…},
//!                  origin: {command, directory, program, user, commit, branch, dirty, remote, crates: {…}, profile, rustc, ml_board},
//!                  costs: {at, calls, rejected, bytes, p50_ns, p99_ns, longest_ns, pending_bytes, trouble}}}}
//! FOLDER.scalars  {_id, v, run, session, tag, seq, i0, n, s0, s1, ds | steps: [i64…], t0, t1, min, max, sum, nan, first, last, enc: "a",
//!                  values: [f64…], wall: [int32 ms since t0…]}
//! FOLDER.tail     {_id: "SESSION:POSITION:K", v, run, session, k, t0, p: [{tag, i, steps: [i64…], values: [f64…], wall: [ms since t0…]}, …]}
//! FOLDER.events   {_id: "SESSION:POSITION", v, run, session, kind: "image" | "histogram" | "text", tag, step, t, …}
//!                  image: mime, w, h, nan, blob;  histogram: n, nan, min, max, sum, sumsq, edges, counts;  text: text
//!                  a histogram of single numbers: _id: "SESSION:samples:TAG", samples: true, step: 0
//! FOLDER.blobs    {_id: Binary(sha256), v, n, mime, data};  over 8 MB: {…, parts: N} and {_id: {h: Binary(sha256), part: i}, data}
//! ```
//!
//! A point is known by run, session, tag and ordinal `i`; `seq` is `i / 2048`. As keys, names are escaped ([`keys`]); as values they are as logged.
//! Readers take int32, int64, double and null wherever a number stands: a person edits these documents.

pub(crate) mod bytes;
mod costs;
mod event;
#[cfg(feature = "engine")]
mod header;
pub(crate) mod keys;
mod origin;
mod points;
mod raw;
mod run;
mod samples;
mod session;

pub(crate) use costs::costs_document;
pub(crate) use event::{Blob, Event, Histogram, What, event_step, hex, part_key};
#[cfg(feature = "engine")]
pub(crate) use header::{Header, elements};
pub(crate) use origin::origin_document;
pub(crate) use points::{CHUNK, Chunk, Frame, Part, Points};
#[cfg(feature = "engine")]
pub(crate) use run::decode_session_summaries;
pub(crate) use run::{decode_run, decode_summary, last_scalar_steps, summary_document, value_bson};
pub(crate) use samples::Samples;
pub(crate) use session::{Applied, add_session, apply_update, date, merge, merged, new_run, new_session};

/// The version of the documents that this program writes.
pub(crate) const VERSION: i32 = 1;
