//! What is larger than a store takes is told and counted, and holds up nothing.

use ml_board_test_support::{mongodb, unique};

use crate::common::{Home, board, writer};
use crate::{SOON, Stored, new_writer, until};

#[test]
fn what_no_store_takes_is_rejected_and_the_rest_is_stored() {
    let home = Home::new();
    let (uri, _guard) = mongodb();
    for uri in [uri, home.local()] {
        let database = unique("limits");
        let w = new_writer(&home, &uri, &database);
        w.add_param("lr", 0.5);
        w.add_param("a whole file", "x".repeat(2 << 20));
        w.add_thought(&"y".repeat(17 << 20));
        w.add_thought("small");
        // So many names of such a length that the run's document cannot hold a summary of each.
        for tag in 0..700 {
            w.add_scalar(&format!("{tag} {}", "z".repeat(8 << 10)), 1.0);
            w.add_scalar(&format!("{tag} {}", "Z".repeat(15 << 10)), 2.0);
        }
        w.add_scalar("Loss", 3.0);
        w.sync(SOON).unwrap();
        let stats = w.stats();
        assert_eq!((stats.rejected, stats.stored_points), (3, 1401), "{:?}", stats.last_rejection);
        w.add_scalar("Loss", 4.0);
        w.add_param("late", 1);
        let report = w.close().unwrap();
        assert_eq!((report.rejected, report.stored_points), (3, 1402), "at {uri}");

        let board = board(&uri, &database, "runs");
        let runs = board.runs().unwrap();
        assert_eq!((runs.len(), runs[0].status, runs[0].thoughts), (1, ml_board::Status::Finished, 1));
        assert_eq!(runs[0].params.keys().collect::<Vec<_>>(), ["late", "lr"]);
        assert_eq!(board.series("Loss").unwrap()[0].values, [3.0, 4.0]);
        if uri.starts_with("mongodb") {
            assert_eq!(Stored::at(&uri, &database).events("text").len(), 1);
        }
    }
}

#[test]
fn ten_thousand_tags_are_all_there_to_filter_by() {
    let home = Home::new();
    let (uri, _guard) = mongodb();
    let database = unique("tags");
    let w = writer(&home, &uri, &database, "runs", "many tags");
    for value in 0..3 {
        for tag in 0..10_000 {
            w.add_scalar(&format!("layer{}/weight{tag}", tag / 100), value);
        }
    }
    // How long that takes in a build that is not optimised, on a busy machine, is not asked here.
    until("all is stored", || w.sync(SOON).is_ok());
    let stats = w.stats();
    assert_eq!((stats.rejected, stats.stored_points), (0, 30_000));
    let runs = board(&uri, &database, "runs").runs().unwrap();
    assert_eq!(runs[0].metrics.len(), 10_000);
    assert!(runs[0].metrics.values().all(|summary| (summary.n, summary.max) == (3, Some(2.0))));
    drop(w.close());
}
