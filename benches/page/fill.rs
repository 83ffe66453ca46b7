//! The runs that `cargo xtask bench page` serves: 100 curves of 1,000 points each, as those of peers.py. `page_fill URI DATABASE FOLDER`.
#![allow(missing_docs)]

use ml_board::SummaryWriter;

/// A noisy decay, the same each time.
fn loss(run: i64, step: i64) -> f64 {
    1.0 / (1.0 + step as f64 / (20 + run) as f64) + ((run * 7919 + step * 104_729) % 1000) as f64 * 1e-4
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [uri, database, folder] = arguments.as_slice() else { return Err("URI DATABASE FOLDER".into()) };
    for run in 0..100 {
        let w = SummaryWriter::builder().uri(uri).database(database).folder(folder).name(format!("run {run}")).build()?;
        w.add_param("lr", 0.1 / (run % 5 + 1) as f64);
        (0..1000).for_each(|step| w.add_scalar("Loss", loss(run, step)));
        w.close()?;
    }
    Ok(())
}
