//! tensorboard-rs. It takes 32 bits of a value, and panics where it cannot write.

mod harness;

use tensorboard_rs::summary_writer::SummaryWriter;

use harness::{Peer, Result};

struct TensorBoard(SummaryWriter);

fn main() -> Result<()> {
    let (mode, place, numbers) = harness::words()?;
    harness::work(TensorBoard(SummaryWriter::new(place.join("log"))), &mode, &place, &numbers)
}

impl Peer for TensorBoard {
    fn log(&mut self, tag: &str, value: f64, step: i64) {
        self.0.add_scalar(tag, value as f32, step as usize);
    }

    fn close(self) -> Result<()> {
        // Its drop waits for its thread, which writes what is left.
        drop(self.0);
        Ok(())
    }
}
