//! Saves each view of the digits' runs as a page: what `cargo xtask gallery` takes pictures of.

use std::path::PathBuf;

use ml_board::{Band, Board, Result, X, row, stack};

fn main() -> Result<()> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    let page = |name: &str| directory.join(name).with_extension("html");
    let board = Board::open("digits", "lr_search")?;
    let good = board.filter("max(validation/Accuracy) > 0.9")?;
    board.legend_by("lr").save_html(page("dashboard"))?;
    board.plot("Loss").legend_by("lr").smooth(0.9).log_y().save_html(page("plot"))?;
    let accuracy = board.plot("validation/Accuracy").x(X::metric("epoch"));
    row![accuracy.group_by("lr").band(Band::StdDev), accuracy.legend_by("width")].save_html(page("groups"))?;
    let results = board.table().columns(["lr", "width", "optimizer", "max(validation/Accuracy)"]);
    results.sort_by("max(validation/Accuracy)").descending().save_html(page("table"))?;
    good.images("filters").legend_by("lr").save_html(page("images"))?;
    good.histogram("weights").legend_by("lr").save_html(page("histograms"))?;
    stack![
        board.scatter("lr", "max(validation/Accuracy)").legend_by("optimizer"),
        board.params().columns(["lr", "width", "batch", "max(validation/Accuracy)"]).color_by("max(validation/Accuracy)")
    ]
    .save_html(page("search"))?;
    let accuracy = "max(validation/Accuracy)";
    stack![board.importance(accuracy), board.time_to("validation/Accuracy >= 0.95")].save_html(page("importance"))?;
    let best = board.best(accuracy).runs(3).board()?;
    stack![board.best(accuracy).runs(5), best.diff()].save_html(page("best"))?;
    board.coverage().over(["optimizer", "width"]).save_html(page("coverage"))?;
    board.thoughts().save_html(page("thoughts"))?;
    // What a person sees who mistyped, or filtered too much.
    stack![board.plot("Loss").legend_by("lrr"), board.filter("lr > 1000")?.table()].save_html(page("mistakes"))
}
