//! What a view needs, read from the stores: once a scope, however many panels share it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::long::{Wanted, by_headers};
use super::pictures::{self, Pictures};
use super::wishes::{Extra, Wishes};
use super::{hidden, insight};
use crate::display::{Insight, Page, Scope, View, XAxis};
use crate::error::Result;
use crate::model::{Outline, Run, RunId, Series, Time};
use crate::query::{Condition, Field, Filter};
use crate::render::{self, Data, Drawn, Outlines, ScopeData, choose};
use crate::store::read::{Kind, Place, Read};

/// Draws a view: by MIME type, what a cell, a file, a picture or a terminal gets. `store` connects to a store by its handle.
pub(crate) fn show(view: &View, page: Page, store: &dyn Fn(&str) -> Result<Arc<dyn Read>>) -> Result<BTreeMap<String, String>> {
    let view = insight::settled(view, store)?;
    render::show(&view, &gather(&view, &Wishes::default(), store)?, page)
}

/// Reads what the view needs, and of its runs those that pages want as well.
pub(super) fn gather(view: &View, wishes: &Wishes, store: &dyn Fn(&str) -> Result<Arc<dyn Read>>) -> Result<Data> {
    let mut needs = Vec::new();
    collect(view, &mut needs);
    let read_at = Time::now();
    let scopes = needs
        .into_iter()
        .map(|(scope, need)| {
            let read = store(&scope.store)?;
            let place = Place { database: &scope.database, folder: &scope.folder };
            Reader { read: read.as_ref(), place, wishes }.scope(scope, &need)
        })
        .collect::<Result<_>>()?;
    Ok(Data { read_at, scopes })
}

/// What the panels of one scope need together.
#[derive(Default)]
struct Need {
    /// Metrics, and of how many runs each.
    series: BTreeMap<String, usize>,
    /// Those of which the newest runs were asked for, not those that matter.
    newest: BTreeSet<String>,
    /// Those of which means over runs are made.
    means: BTreeSet<String>,
    images: BTreeSet<String>,
    histograms: BTreeSet<String>,
    thoughts: bool,
    /// Thoughts that stand on curves: asked for where runs have any.
    marks: bool,
    thoughts_of_all_folders: bool,
    /// The columns of each table.
    tables: Vec<Option<Vec<String>>>,
    /// A dashboard: every metric, image and histogram there is.
    everything: bool,
    /// Legends and columns by the names that the person gave.
    keys: BTreeSet<String>,
    /// Conditions to be met, as they were typed.
    conditions: BTreeSet<String>,
}

fn collect<'a>(view: &'a View, needs: &mut Vec<(&'a Scope, Need)>) {
    if let View::Row(views) | View::Stack(views) = view {
        return views.iter().for_each(|view| collect(view, needs));
    }
    let Some(scope) = view.scope() else { return };
    let at = needs.iter().position(|(known, _)| *known == scope).unwrap_or_else(|| {
        needs.push((scope, Need::default()));
        needs.len() - 1
    });
    needs[at].1.add(view);
}

impl Need {
    fn add(&mut self, view: &View) {
        match view {
            View::Row(_) | View::Stack(_) => {}
            View::Dashboard(spec) => {
                self.everything = true;
                self.thoughts = true;
                self.thoughts_of_all_folders |= spec.everywhere;
                self.keys.extend(spec.legend.clone());
            }
            View::Plot(spec) => {
                self.marks = true;
                let runs = choose::most(spec);
                let tags = [Some(&spec.tag), if let XAxis::Metric(other) = &spec.x { Some(other) } else { None }];
                for tag in tags.into_iter().flatten() {
                    let most = self.series.entry(tag.clone()).or_default();
                    *most = runs.max(*most);
                    if spec.runs.is_some() || runs != choose::CURVES {
                        self.newest.insert(tag.clone());
                    }
                }
                if !spec.group.is_empty() {
                    self.means.extend(tags.into_iter().flatten().cloned());
                }
                self.keys.extend(spec.legend.iter().chain(&spec.group).cloned());
            }
            View::Table(spec) => {
                self.tables.push(spec.columns.clone());
                self.keys.extend(spec.columns.iter().flatten().cloned());
                self.keys.extend(spec.sort.iter().map(|key| key.column.clone()));
            }
            View::Images(spec) => {
                self.images.insert(spec.tag.clone());
                self.keys.extend(spec.legend.clone());
            }
            View::Histogram(spec) => {
                self.histograms.insert(spec.tag.clone());
                self.keys.extend(spec.legend.clone());
            }
            View::Thoughts(spec) => {
                self.thoughts = true;
                self.thoughts_of_all_folders |= spec.everywhere;
            }
            View::Scatter(spec) => {
                self.keys.extend([spec.x.clone(), spec.y.clone()]);
                self.keys.extend(spec.legend.clone());
            }
            View::Insight(spec) => match &spec.what {
                Insight::Importance { of } => self.keys.extend([of.clone()]),
                Insight::Best { by, .. } => self.keys.extend([by.clone()]),
                Insight::Coverage { over } => self.keys.extend(over.iter().flatten().cloned()),
                Insight::TimeTo { condition } => self.conditions.extend([condition.clone()]),
                Insight::Diff => {}
            },
            View::Params(spec) => {
                self.keys.extend(spec.columns.iter().flatten().cloned());
                self.keys.extend(spec.legend.iter().chain(&spec.colour).cloned());
            }
        }
    }
}

struct Reader<'a> {
    read: &'a dyn Read,
    place: Place<'a>,
    wishes: &'a Wishes,
}

impl Reader<'_> {
    fn scope(&self, scope: &Scope, need: &Need) -> Result<ScopeData> {
        let mut data = ScopeData::new(scope.clone());
        (data.runs, data.invalid) = hidden::runs(self.read, self.place, &scope.filter)?;
        data.known.learn(&data.runs);
        if scope.filter != Filter::All || data.invalid > 0 {
            data.whole = self.read.runs(self.place, &Filter::All)?;
            if data.runs.is_empty() || self.mistyped(need, &data) {
                data.known.learn(&data.whole);
            }
        }
        let extra = self.wishes.among(scope, &data.runs);
        data.wished = extra.iter().flat_map(|extra| &extra.runs).copied().collect();
        self.series(need, &extra, &mut data)?;
        self.sparks(need, &mut data)?;
        for text in &need.conditions {
            if let Ok(condition) = Condition::parse(text, render::field) {
                let reached = insight::reached(self.read, self.place, &data.runs, &condition)?;
                data.reached.insert(text.clone(), reached);
            }
        }
        let pictured = pictured(&data.runs, &extra);
        self.images(need, &pictured, &mut data)?;
        self.histograms(need, &pictured, &mut data)?;
        if need.thoughts || (need.marks && data.runs.iter().any(|run| run.thoughts > 0)) {
            data.thoughts = Some(self.thoughts(scope, need, &data.runs, data.invalid)?);
        }
        Ok(data)
    }

    /// Whether a name was asked for that no run of the scope has: then the names of the whole folder are worth a look.
    fn mistyped(&self, need: &Need, data: &ScopeData) -> bool {
        let unknown = |tag: &String| !data.known.metrics.contains(tag);
        need.series.keys().any(unknown)
            || need.keys.iter().any(|key| match render::field(key) {
                Field::Param(name) => !Run::is_told_by_sessions(&name) && !data.known.params.contains(&name),
                Field::Metric(_, tag) => unknown(&tag),
                Field::Run(_) => false,
            })
            || need.conditions.iter().filter_map(|text| Condition::parse(text, render::field).ok()).any(|of| unknown(&of.tag))
    }

    fn series(&self, need: &Need, extra: &[Extra], data: &mut ScopeData) -> Result<()> {
        let ScopeData { runs: all, known, series, outlines, .. } = data;
        let mut wanted = need.series.clone();
        if need.everything {
            for tag in &known.metrics {
                wanted.entry(tag.clone()).or_insert(choose::CURVES);
            }
        }
        let mut plots = Vec::new();
        for (tag, most) in wanted {
            let with: Vec<&Run> = all.iter().filter(|run| run.metrics.contains_key(&tag)).collect();
            let total = with.len();
            let runs: Vec<&Run> = match need.newest.contains(&tag) {
                true => with.iter().take(most).copied().collect(),
                false => choose::matter(with.clone(), &tag, most),
            };
            plots.push((total, with_extra(runs, with, extra, &tag), tag));
        }
        let len = |run: &Run, tag: &str| run.metrics.get(tag).map_or(0, |summary| summary.n);
        let lens = plots.iter().map(|(_, runs, tag)| Wanted {
            lens: runs.iter().map(|run| len(run, tag)).collect(),
            means: need.means.contains(tag),
        });
        let headers = by_headers(&lens.collect::<Vec<_>>());
        for ((total, runs, tag), headers) in plots.into_iter().zip(headers) {
            let shown = self.points(&runs, &headers, &tag, outlines)?;
            series.insert(tag, Drawn { shown, total });
        }
        Ok(())
    }

    /// Small curves for tables, of metrics that no plot draws.
    fn sparks(&self, need: &Need, data: &mut ScopeData) -> Result<()> {
        let ScopeData { runs: all, known, series, sparks, outlines, .. } = data;
        let tags = need.tables.iter().flat_map(|columns| render::sparks::metrics(columns.as_ref(), &known.metrics));
        for tag in tags {
            let runs = render::sparks::runs(all, &tag);
            if runs.is_empty() || series.contains_key(&tag) || sparks.contains_key(&tag) {
                continue;
            }
            let lens = runs.iter().map(|run| run.metrics.get(&tag).map_or(0, |summary| summary.n)).collect();
            let headers = by_headers(&[Wanted { lens, means: false }]).concat();
            let read = self.points(&runs, &headers, &tag, outlines)?;
            let thin = read.iter().rev().map(|series| (series.run, render::sparks::thinned(series)));
            sparks.insert(tag, thin.collect());
        }
        Ok(())
    }

    /// The series of these runs; of those with `headers` what their headers say, which `kept` keeps as well.
    fn points(&self, runs: &[&Run], headers: &[bool], tag: &str, kept: &mut Outlines) -> Result<Vec<Series>> {
        let those = |wanted: bool| runs.iter().zip(headers).filter(move |(_, headers)| **headers == wanted).map(|(run, _)| *run);
        let (long, full): (Vec<&Run>, Vec<&Run>) = (those(true).collect(), those(false).collect());
        let mut shown = if full.is_empty() { Vec::new() } else { self.read.series(self.place, &full, tag)? };
        if long.is_empty() {
            return Ok(shown);
        }
        let outlines = self.read.outlines(self.place, &long, tag)?;
        shown.extend(outlines.iter().map(Outline::extremes));
        let places: HashMap<RunId, usize> = runs.iter().enumerate().map(|(place, run)| (run.id, place)).collect();
        shown.sort_by_key(|series| (places.get(&series.run).copied(), series.rank));
        kept.insert(tag.to_owned(), outlines.into_iter().map(|outline| ((outline.run, outline.rank), outline)).collect());
        Ok(shown)
    }

    fn images(&self, need: &Need, pictured: &BTreeSet<RunId>, data: &mut ScopeData) -> Result<()> {
        let runs: Vec<&Run> = data.runs.iter().filter(|run| pictured.contains(&run.id)).collect();
        data.known.images = self.tags(need, &need.images, &runs, Kind::Image)?;
        let tags = asked(need, &need.images, &data.known.images);
        for tag in tags {
            let all = self.read.images(self.place, &runs, &tag)?;
            let total = all.len();
            data.images.insert(tag, Drawn { shown: choose::spread(all, choose::IMAGES), total });
        }
        let Pictures { blobs, thumbs } = pictures::read(self.read, self.place, &mut data.images);
        (data.blobs, data.thumbs) = (blobs, thumbs);
        Ok(())
    }

    fn histograms(&self, need: &Need, pictured: &BTreeSet<RunId>, data: &mut ScopeData) -> Result<()> {
        let runs: Vec<&Run> = data.runs.iter().filter(|run| pictured.contains(&run.id)).collect();
        data.known.histograms = self.tags(need, &need.histograms, &runs, Kind::Histogram)?;
        let tags = asked(need, &need.histograms, &data.known.histograms);
        for tag in tags {
            let all = self.read.histograms(self.place, &runs, &tag)?;
            let total = all.len();
            data.histograms.insert(tag, Drawn { shown: choose::spread(all, choose::HISTOGRAMS), total });
        }
        Ok(())
    }

    /// All tags of that kind that are there, if any was asked for: one may have been mistyped.
    fn tags(&self, need: &Need, asked: &BTreeSet<String>, runs: &[&Run], kind: Kind) -> Result<BTreeSet<String>> {
        if (asked.is_empty() && !need.everything) || runs.is_empty() {
            return Ok(BTreeSet::new());
        }
        let runs: Vec<RunId> = runs.iter().map(|run| run.id).collect();
        Ok(self.read.tags(self.place, &runs, kind)?.into_iter().collect())
    }

    fn thoughts(&self, scope: &Scope, need: &Need, runs: &[Run], invalid: usize) -> Result<Drawn<crate::model::Thought>> {
        let folders = if need.thoughts_of_all_folders { self.read.folders(&scope.database)? } else { vec![scope.folder.clone()] };
        let mut shown = self.read.thoughts(&scope.database, &folders)?;
        for folder in folders.iter().filter(|folder| **folder != scope.folder) {
            let invalid = self.read.runs(Place { folder, ..self.place }, &Filter::invalid())?;
            let invalid: BTreeSet<RunId> = invalid.iter().map(|run| run.id).collect();
            shown.retain(|thought| thought.folder != *folder || !invalid.contains(&thought.run));
        }
        if scope.filter != Filter::All || invalid > 0 {
            let ids: BTreeSet<RunId> = runs.iter().map(|run| run.id).collect();
            shown.retain(|thought| thought.folder != scope.folder || ids.contains(&thought.run));
        }
        let total = shown.len();
        shown.drain(..total.saturating_sub(choose::THOUGHTS));
        Ok(Drawn { shown, total })
    }
}

/// Those tags that are there and wanted.
fn asked(need: &Need, asked: &BTreeSet<String>, there: &BTreeSet<String>) -> Vec<String> {
    there.iter().filter(|tag| need.everything || asked.contains(*tag)).cloned().collect()
}

/// The runs of a plot with those that are wanted as well, of the ones `with` its metric; in their order.
fn with_extra<'a>(runs: Vec<&'a Run>, with: Vec<&'a Run>, extra: &[Extra], tag: &str) -> Vec<&'a Run> {
    if extra.is_empty() {
        return runs;
    }
    let mut chosen: BTreeSet<RunId> = runs.iter().map(|run| run.id).collect();
    for Extra { runs, most } in extra {
        let wanted = with.iter().filter(|run| runs.contains(&run.id)).copied().collect();
        chosen.extend(choose::matter(wanted, tag, *most).iter().map(|run| run.id));
    }
    with.into_iter().filter(|run| chosen.contains(&run.id)).collect()
}

/// The runs whose images and histograms are looked for: the newest, and the newest of those that are wanted.
fn pictured(runs: &[Run], extra: &[Extra]) -> BTreeSet<RunId> {
    let mut chosen: BTreeSet<RunId> = runs.iter().take(choose::CURVES).map(|run| run.id).collect();
    for Extra { runs: wanted, .. } in extra {
        chosen.extend(runs.iter().filter(|run| wanted.contains(&run.id)).take(choose::CURVES).map(|run| run.id));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::display::{DashboardSpec, ImagesSpec, ParamsSpec, PlotSpec, ScatterSpec, TableSpec};
    use crate::error::{Error, ErrorKind};
    use crate::model::{HistogramBins, ImageInfo, Summary, Thought, Value};
    use crate::query::param;

    /// A store of runs with one metric and one image each, which writes down what it was asked.
    struct Shelf {
        runs: Vec<Run>,
        asked: Mutex<Vec<String>>,
    }

    impl Shelf {
        fn of(runs: usize) -> Arc<Shelf> {
            let run = |n: usize| {
                let mut id = [0; 12];
                id[8..].copy_from_slice(&(n as u32).to_be_bytes());
                let mut run = Run::new(RunId::from_bytes(id), "f", format!("run {n}"), Time(n as i64));
                run.params.insert("lr".into(), Value::Float(n as f64));
                run.params.insert(if n == 0 { "momentum" } else { "width" }.into(), 1.into());
                let mut summary = Summary::default();
                summary.add(0, n as f64);
                run.metrics.insert("Loss".into(), summary);
                run
            };
            Arc::new(Shelf { runs: (0..runs).rev().map(run).collect(), asked: Mutex::default() })
        }

        fn note(&self, what: String) {
            self.asked.lock().unwrap().push(what);
        }

        fn asked(&self) -> Vec<String> {
            std::mem::take(&mut *self.asked.lock().unwrap())
        }
    }

    impl Read for Shelf {
        fn databases(&self) -> Result<Vec<String>> {
            Ok(vec!["d".into()])
        }
        fn folders(&self, _: &str) -> Result<Vec<String>> {
            Ok(vec!["f".into(), "g".into()])
        }
        fn runs(&self, place: Place<'_>, filter: &Filter) -> Result<Vec<Run>> {
            self.note(format!("runs of {} with {filter}", place.folder));
            Ok(self.runs.iter().filter(|run| filter.matches(run)).cloned().collect())
        }
        fn series(&self, _: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Series>> {
            self.note(format!("{tag} of {}", runs.len()));
            let series = |run: &&Run| {
                let mut series = Series::new(run.id, &run.name, tag);
                (series.steps, series.values, series.wall) = (vec![0], vec![1.0], vec![run.started.millis()]);
                series
            };
            Ok(runs.iter().map(series).collect())
        }
        fn outlines(&self, place: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<Outline>> {
            self.note(format!("headers of {}", runs.len()));
            Ok(self.series(place, runs, tag)?.iter().map(Outline::of).collect())
        }
        fn tags(&self, _: Place<'_>, _: &[RunId], kind: Kind) -> Result<Vec<String>> {
            Ok(if kind == Kind::Image { vec!["filters".into(), "other".into()] } else { Vec::new() })
        }
        fn images(&self, _: Place<'_>, runs: &[&Run], tag: &str) -> Result<Vec<ImageInfo>> {
            self.note(format!("images {tag}"));
            let image =
                |(i, run): (usize, &&Run)| ImageInfo::new(run.id, tag, 0, Time(0), "image/png", (1, 1), format!("blob {i}"));
            Ok(runs.iter().enumerate().map(image).collect())
        }
        fn blob(&self, _: Place<'_>, sha256: &str) -> Result<Vec<u8>> {
            if sha256 == "blob 1" { Err(Error::new(ErrorKind::Store, "gone")) } else { Ok(vec![0; 3 << 20]) }
        }
        fn histograms(&self, _: Place<'_>, _: &[&Run], _: &str) -> Result<Vec<HistogramBins>> {
            Ok(Vec::new())
        }
        fn thoughts(&self, _: &str, folders: &[String]) -> Result<Vec<Thought>> {
            self.note(format!("thoughts of {}", folders.join(", ")));
            let thought = |run: &Run| Thought::new(run.id, &run.name, "f", run.started, "hm");
            Ok(self.runs.iter().map(thought).collect())
        }
    }

    fn scope(filter: Filter) -> Scope {
        Scope { store: "s".into(), database: "d".into(), folder: "f".into(), filter }
    }

    fn plot(filter: Filter, legend: Option<&str>, runs: Option<usize>) -> View {
        let legend = legend.map(String::from);
        View::Plot(PlotSpec { legend, runs, ..PlotSpec::of(scope(filter), "Loss".into()) })
    }

    fn shown(view: &View, shelf: &Arc<Shelf>) -> String {
        let connect = |_: &str| -> Result<Arc<dyn Read>> { Ok(shelf.clone()) };
        show(view, Page::Text, &connect).unwrap().remove("text/plain").unwrap()
    }

    #[test]
    fn what_several_panels_share_is_read_once() {
        let shelf = Shelf::of(130);
        let table = View::Table(TableSpec { scope: scope(Filter::All), columns: None, sort: Vec::new() });
        let board = View::Dashboard(DashboardSpec { scope: scope(Filter::All), legend: None, everywhere: false });
        let view =
            View::Stack(vec![View::Row(vec![plot(Filter::All, None, None), table]), plot(Filter::All, None, Some(7)), board]);
        shown(&view, &shelf);
        let asked = ["runs of f with all", "Loss of 100", "images filters", "images other", "thoughts of f"];
        assert_eq!(shelf.asked(), asked);
        shown(&plot(Filter::All, None, Some(7)), &shelf);
        assert_eq!(shelf.asked(), ["runs of f with all", "Loss of 7"]);
    }

    #[test]
    fn runs_that_a_page_wants_are_drawn_with_those_that_matter() {
        let shelf = Shelf::of(340);
        let connect = |_: &str| -> Result<Arc<dyn Read>> { Ok(shelf.clone()) };
        let scope = scope(Filter::All);
        let board = render::board_id(&scope);
        let images = View::Images(ImagesSpec { scope, tag: "filters".into(), legend: None });
        let grouped =
            View::Plot(PlotSpec { group: vec!["lr".into()], ..PlotSpec::of(images.scope().unwrap().clone(), "Loss".into()) });
        let composed = |view: &View, wish: &str| {
            let mut wishes = Wishes::default();
            assert!(wishes.take("page", &board, wish.as_bytes()));
            serde_json::to_value(render::payload(view, &gather(view, &wishes, &connect).unwrap())).unwrap()
        };
        // The 50 newest are 339 to 290; of the others the lowest values are those of the oldest.
        let (nothing, one) = (r#"{"filter":"","ids":[],"all":false}"#, r#"{"filter":"lr == 200","ids":[],"all":false}"#);
        let lrs = |payload: &serde_json::Value| {
            let column = payload["boards"][0]["columns"].as_array().unwrap().iter().find(|column| column["key"] == "lr").unwrap();
            let row = |curve: &serde_json::Value| column["values"][curve["run"].as_u64().unwrap() as usize].as_u64().unwrap();
            payload["panel"]["series"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
        };
        let plot = plot(Filter::All, None, None);
        let (before, after) = (composed(&plot, nothing), composed(&plot, one));
        let newest_and_lowest: Vec<u64> = (290..340).rev().chain((0..50).rev()).collect();
        assert_eq!(lrs(&before), newest_and_lowest);
        assert_eq!(lrs(&after), (290..340).rev().chain([200]).chain((0..50).rev()).collect::<Vec<_>>());
        assert_eq!((&before["boards"][0]["more"], &before["panel"]["total"]), (&true.into(), &340.into()));
        let note = "100 of 340 runs: the 50 newest, and the 50 with the lowest last values of the others";
        assert_eq!(before["panel"]["notes"][0], note);
        assert_eq!(after["panel"]["notes"][0], format!("{}; 1 more that were chosen here", note));
        let all = composed(&plot, r#"{"filter":"","ids":[],"all":true}"#);
        assert_eq!(
            (lrs(&all).len(), &all["panel"]["total"], &all["panel"]["notes"]),
            (340, &serde_json::Value::Null, &serde_json::json!([]))
        );
        let many = composed(&plot, r#"{"filter":"lr >= 100 and lr < 280","ids":[],"all":false}"#);
        assert_eq!(lrs(&many).len(), 200, "of those that are wanted, the hundred that matter");
        let of_images = |wish: &str| composed(&images, wish)["panel"]["items"].as_array().unwrap().len();
        assert_eq!((of_images(nothing), of_images(one)), (2, 2), "a picture that is gone is skipped, and there is room for two");
        assert_eq!(
            composed(&grouped, nothing)["panel"],
            composed(&grouped, one)["panel"],
            "a mean does not follow what is chosen"
        );
    }

    #[test]
    fn a_mistyped_name_is_looked_for_in_the_whole_folder() {
        let shelf = Shelf::of(3);
        let few = param("lr").gt(0.5);
        assert!(shown(&plot(few.clone(), Some("lr"), None), &shelf).contains("run 2"));
        assert_eq!(shelf.asked(), ["runs of f with lr > 0.5", "runs of f with all", "Loss of 2"]);
        let text = shown(&plot(few.clone(), Some("momentun"), None), &shelf);
        assert!(text.contains("no run has a parameter `momentun`; did you mean `momentum`?"), "{text}");
        assert_eq!(shelf.asked(), ["runs of f with lr > 0.5", "runs of f with all", "Loss of 2"]);
        let (x, y, legend) = ("momentun".into(), "max(Loss)".into(), None);
        let dots = View::Scatter(ScatterSpec { scope: scope(few.clone()), x, y, legend, log_x: false, log_y: false });
        assert!(shown(&dots, &shelf).contains("did you mean `momentum`?"));
        let (columns, colour) = (None, Some("max(Los)".into()));
        let lines = View::Params(ParamsSpec { scope: scope(few.clone()), columns, legend: None, colour });
        assert!(shown(&lines, &shelf).contains("did you mean `Loss`?"));
        let text = shown(&plot(few, Some("momentum"), None), &shelf);
        assert!(text.contains("none of the runs with `lr > 0.5` has a parameter `momentum`"), "{text}");
        let text = shown(&plot(param("lr").gt(9.5), None, None), &shelf);
        assert!(text.contains("none of the 3 runs of `f` has `lr > 9.5`; board.table()"), "{text}");
    }

    #[test]
    fn images_stop_at_what_an_output_may_weigh_and_one_that_is_gone_is_skipped() {
        let shelf = Shelf::of(5);
        let spec = ImagesSpec { scope: scope(Filter::All), tag: "filters".into(), legend: None };
        let connect = |_: &str| -> Result<Arc<dyn Read>> { Ok(shelf.clone()) };
        let data = gather(&View::Images(spec.clone()), &Wishes::default(), &connect).unwrap();
        let scope = &data.scopes[0];
        assert_eq!(scope.blobs.keys().collect::<Vec<_>>(), ["blob 0", "blob 2"]);
        assert!(!scope.images.contains_key("other"));
        assert!(shown(&View::Images(spec), &shelf).contains("(2 of 5 images)"));
    }

    #[test]
    fn a_store_that_cannot_be_reached_is_an_error() {
        let away = |_: &str| -> Result<Arc<dyn Read>> { Err(Error::new(ErrorKind::Store, "away")) };
        assert_eq!(show(&plot(Filter::All, None, None), Page::Cell, &away).unwrap_err().kind(), ErrorKind::Store);
    }
}
