// What "Copy as Rust" writes on the pages of linked.test.ts, a line each; tests/board.rs compiles and shows them.
copied! { board;
    { let shown = board.filter("lr >= 0.003 and lr < 0.3")?; row![shown.plot("Loss").legend_by("width").smooth(0.6).log_y(), shown.table().columns(["lr", "width"]).sort_by("width").descending()] }
    { board.filter(r#"optimizer == "adam""#)?.filter(r#"not (optimizer ~ "(?i)zzz")"#)?.plot("Accuracy").x(X::Relative).log_x().x_range(2.0, 9.0).y_range(0.2, 1.0) }
    { board.filter("lr == 0.1 or lr == 0.01")?.legend_by("width") }
    { stack![board.images("Filters").legend_by("width"), board.histogram("weights").legend_by("width"), board.thoughts(), board.scatter("lr", "last(Accuracy)").legend_by("width").log_x(), board.params().columns(["lr", "last(Accuracy)"]).color_by("last(Accuracy)")] }
    { board.filter("not (lr == 0.001)")?.plot("Loss").y_range(-1.0, 3.0).layout(r#"{"yaxis":{"title":{"text":"nats"}},"shapes":[{"type":"line","x0":0,"x1":1,"xref":"paper","y0":2,"y1":2}]}"#).add_trace("{\"x\":[0,400],\"y\":[0.5,0.5],\"name\":\"goal\",\"mode\":\"lines\",\"line\":{\"color\":\"#ff00aa\",\"width\":5}}") }
}
