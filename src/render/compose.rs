//! From a view and its data to the payload: which panels, of which runs, with which notes.

use std::collections::{BTreeMap, BTreeSet};

use super::choose;
use super::columns;
use super::combine;
use super::curves;
use super::data::{Data, ScopeData};
use super::domain;
use super::extra;
use super::groups;
use super::insight;
use super::media;
use super::missing;
use super::params;
use super::payload::{
    Axes, Board, Column, Curve, Dashboard, Level, Panel, Payload, Plot, Sort, Table, ThoughtItem, Thoughts, XKind,
};
use super::plotly;
use super::scatter;
use super::sparks;
use super::thoughts;
use super::words::{count, plural};
use crate::display::{
    DashboardSpec, HistogramSpec, ImagesSpec, InsightSpec, ParamsSpec, PlotSpec, ScatterSpec, Scope, Smooth, TableSpec,
    ThoughtsSpec,
};
use crate::display::{View, XAxis};
use crate::model::{Run, RunId, Series};
use crate::query::{Band, Centre, Filter};

/// What the page gets for this view.
pub(crate) fn payload(view: &View, data: &Data) -> Payload {
    let mut boards: Vec<Rows<'_>> = data.scopes.iter().map(Rows::new).collect();
    boards.iter_mut().for_each(|rows| rows.want(view));
    boards.iter_mut().for_each(Rows::settle);
    let composer = Composer { boards: &boards, share: 0, window: None };
    let share = curves::share(&composer.lens(view), dashboard(view));
    let panel = Composer { boards: &boards, share, window: None }.panel(view);
    let boards: Vec<Board> = boards.iter().map(Rows::board).collect();
    let mut titles: Vec<&str> = Vec::new();
    for board in &boards {
        if !titles.contains(&board.title.as_str()) {
            titles.push(&board.title);
        }
    }
    Payload { v: 1, read_at: data.read_at.millis(), title: titles.join(", "), boards, panel, live: None }
}

/// The curves of a plot from one place of its x axis to another, as a payload has them.
pub(crate) fn window(view: &View, data: &Data, window: (f64, f64)) -> serde_json::Value {
    let mut boards: Vec<Rows<'_>> = data.scopes.iter().map(Rows::new).collect();
    boards.iter_mut().for_each(|rows| rows.want(view));
    boards.iter_mut().for_each(Rows::settle);
    let share = curves::share(&Composer { boards: &boards, share: 0, window: None }.lens(view), false);
    let curves = match (Composer { boards: &boards, share, window: Some(window) }).panel(view) {
        Panel::Plot(plot) => plot.series,
        _ => Vec::new(),
    };
    // Rows are of this plot alone; a page knows runs by their ids.
    let id = |row: usize| boards.iter().find_map(|rows| rows.rows.get(row)).map(|run| run.id.to_string());
    let with_id = |curve: &Curve| {
        let mut json = serde_json::to_value(curve).unwrap_or_default();
        json["id"] = id(curve.run).into();
        json
    };
    curves.iter().map(with_id).collect()
}

fn dashboard(view: &View) -> bool {
    match view {
        View::Row(views) | View::Stack(views) => views.iter().any(dashboard),
        view => matches!(view, View::Dashboard(_)),
    }
}

/// The runs of one scope that become rows, and what is asked about them.
pub(super) struct Rows<'a> {
    pub(super) data: &'a ScopeData,
    /// A table shows every run; a plot needs those it draws.
    all: bool,
    /// Every run, but only the columns that were asked for.
    every: bool,
    wanted: BTreeSet<RunId>,
    pub(super) rows: Vec<&'a Run>,
    index: BTreeMap<RunId, usize>,
    /// The metrics whose last values are columns.
    tags: BTreeSet<&'a str>,
    /// Columns that were asked for by name, and whether the table shows them.
    asked: BTreeMap<String, bool>,
    /// Columns whose values are said together.
    combined: BTreeSet<Vec<String>>,
    /// Views that compute columns of their own.
    insights: Vec<&'a InsightSpec>,
    pub(super) derived: Vec<Column>,
    pub(super) legend: Option<String>,
}

impl<'a> Rows<'a> {
    fn new(data: &'a ScopeData) -> Rows<'a> {
        Rows {
            data,
            all: false,
            every: false,
            wanted: BTreeSet::new(),
            rows: Vec::new(),
            index: BTreeMap::new(),
            tags: BTreeSet::new(),
            asked: BTreeMap::new(),
            combined: BTreeSet::new(),
            insights: Vec::new(),
            derived: Vec::new(),
            legend: None,
        }
    }

    fn want(&mut self, view: &'a View) {
        let data = self.data;
        match view {
            View::Row(views) | View::Stack(views) => views.iter().for_each(|view| self.want(view)),
            View::Dashboard(spec) if spec.scope == data.scope => {
                self.all = true;
                self.ask(spec.legend.iter(), false);
                if let Some(legend) = spec.legend.as_deref().filter(|legend| missing::key(legend, data).is_none()) {
                    self.legend = Some(columns::key(legend));
                }
            }
            View::Table(spec) if spec.scope == data.scope => {
                self.all = true;
                self.ask(spec.columns.iter().flatten(), false);
                self.ask(spec.sort.iter().map(|sort| &sort.column), true);
            }
            View::Plot(spec) if spec.scope == data.scope => {
                self.ask(spec.legend.iter().chain(&spec.group), false);
                self.combined.extend(self.combination(&spec.group).filter(|keys| keys.len() > 1));
                let drawn = data.series.get(&spec.tag);
                self.tags.extend(drawn.and_then(|drawn| drawn.shown.first()).map(|series| series.tag.as_str()));
                let series = drawn.iter().flat_map(|drawn| choose::of_plot(spec, &drawn.shown, &data.wished));
                self.wanted.extend(series.map(|series| series.run));
            }
            View::Images(spec) if spec.scope == data.scope => {
                self.ask(spec.legend.iter(), false);
                self.wanted.extend(data.images.get(&spec.tag).iter().flat_map(|drawn| &drawn.shown).map(|image| image.run));
            }
            View::Histogram(spec) if spec.scope == data.scope => {
                self.ask(spec.legend.iter(), false);
                self.wanted.extend(data.histograms.get(&spec.tag).iter().flat_map(|drawn| &drawn.shown).map(|bins| bins.run));
            }
            View::Thoughts(spec) if spec.scope == data.scope => {
                self.wanted.extend(data.thoughts.iter().flat_map(|drawn| &drawn.shown).map(|thought| thought.run));
            }
            View::Scatter(spec) if spec.scope == data.scope => {
                self.every = true;
                self.ask([&spec.x, &spec.y].into_iter().chain(&spec.legend), false);
            }
            View::Params(spec) if spec.scope == data.scope => {
                self.every = true;
                self.ask(params::wanted(spec, data).iter().chain(&spec.legend), false);
            }
            View::Insight(spec) if spec.scope == data.scope => {
                self.every = true;
                self.ask(insight::wanted(spec, data).iter(), false);
                self.insights.push(spec);
            }
            _ => {}
        }
    }

    fn ask<'k>(&mut self, keys: impl Iterator<Item = &'k String>, shown: bool) {
        for key in keys.filter(|key| missing::key(key, self.data).is_none()) {
            *self.asked.entry(key.clone()).or_default() |= shown;
        }
    }

    fn settle(&mut self) {
        let runs = self.data.runs.iter().filter(|run| self.all || self.every || self.wanted.contains(&run.id));
        let columns = self.data.known.params.len() + self.data.known.metrics.len();
        self.rows = runs.take(choose::rows(columns)).collect();
        self.index = self.rows.iter().enumerate().map(|(row, run)| (run.id, row)).collect();
        if self.all {
            self.tags = self.data.known.metrics.iter().map(String::as_str).collect();
        }
        self.derived = self.insights.iter().flat_map(|spec| insight::derived(spec, self.data, &self.rows)).collect();
        if self.legend.is_none() {
            let keys = combine::telling(&self.rows);
            self.legend = match keys.as_slice() {
                [] => None,
                [key] => Some(key.clone()),
                _ => {
                    self.combined.insert(keys.clone());
                    Some(combine::key(&columns::columns(self.data, &self.rows, &self.tags, &self.asked), &keys))
                }
            };
        }
    }

    /// The series of a plot, and the rows of their runs.
    fn members<'s>(&'s self, spec: &'s PlotSpec) -> impl Iterator<Item = (usize, &'a Series)> + 's {
        let drawn = self.data.series.get(&spec.tag).into_iter();
        let shown = drawn.flat_map(|drawn| choose::of_plot(spec, &drawn.shown, &self.data.wished));
        shown.filter_map(|series| Some((*self.index.get(&series.run)?, series)))
    }

    /// The column whose values make the groups of a plot, if it is one of groups.
    fn grouping(&self, spec: &PlotSpec) -> Option<Column> {
        let keys = self.combination(&spec.group)?;
        let columns = columns::columns(self.data, &self.rows, &self.tags, &self.asked);
        match keys.as_slice() {
            [key] => columns.into_iter().find(|column| column.key == *key),
            _ => self.together(&columns, &keys),
        }
    }

    /// The runs of the whole folder.
    fn whole(&self) -> Vec<&'a Run> {
        if self.data.whole.is_empty() { &self.data.runs } else { &self.data.whole }.iter().collect()
    }

    fn together(&self, columns: &[Column], keys: &[String]) -> Option<Column> {
        combine::combined(columns, keys, &self.rows, &self.whole())
    }

    /// The keys of these columns, each once, if all of them are there.
    fn combination(&self, names: &[String]) -> Option<Vec<String>> {
        let known = !names.is_empty() && names.iter().all(|name| missing::key(name, self.data).is_none());
        let mut seen = BTreeSet::new();
        known.then(|| names.iter().map(|name| columns::key(name)).filter(|key| seen.insert(key.clone())).collect())
    }

    fn board(&self) -> Board {
        let scope = &self.data.scope;
        let mut columns = columns::columns(self.data, &self.rows, &self.tags, &self.asked);
        if self.all {
            columns::origins(&self.rows, &mut columns);
        }
        let whole = self.whole();
        let domains = domain::domains(&columns, self.rows.len(), &whole);
        let combined: Vec<Column> = self.combined.iter().filter_map(|keys| self.together(&columns, keys)).collect();
        columns.extend(combined);
        columns.extend(self.derived.iter().cloned());
        Board {
            id: super::board_id(scope),
            title: title(self.data),
            filter: (scope.filter != Filter::All).then(|| scope.filter.to_string()),
            domains,
            places: domain::places(&self.rows, &whole),
            columns,
            n: self.rows.len(),
            total: self.data.runs.len(),
            more: self.data.runs.len() > choose::CURVES,
            legend: self.legend.clone(),
        }
    }
}

fn title(data: &ScopeData) -> String {
    let scope = &data.scope;
    let mut title = format!("{} / {}", scope.database, scope.folder);
    if scope.filter != Filter::All {
        title.push_str(&format!(": {}", scope.filter));
    }
    if data.invalid > 0 {
        title.push_str(&format!(" (without {})", plural(data.invalid, "invalid run")));
    }
    title
}

struct Composer<'a> {
    boards: &'a [Rows<'a>],
    /// How many points each curve may keep.
    share: usize,
    /// The part of the x axis that is wanted.
    window: Option<(f64, f64)>,
}

impl<'a> Composer<'a> {
    fn board(&self, scope: &Scope) -> Option<(usize, &'a Rows<'a>)> {
        self.boards.iter().enumerate().find(|(_, rows)| rows.data.scope == *scope)
    }

    /// How many points there are in each curve of the view.
    fn lens(&self, view: &View) -> Vec<usize> {
        let drawn = |scope: &Scope| self.board(scope).map(|(_, rows)| rows.data).into_iter();
        match view {
            View::Row(views) | View::Stack(views) => views.iter().flat_map(|view| self.lens(view)).collect(),
            View::Dashboard(spec) => {
                let drawn = drawn(&spec.scope).flat_map(|data| data.series.values());
                drawn.flat_map(|drawn| drawn.shown.iter().map(Series::len)).collect()
            }
            View::Plot(spec) => {
                let drawn = drawn(&spec.scope).filter_map(|data| Some((data.series.get(&spec.tag)?, &data.wished)));
                let of_plot = drawn.flat_map(|(drawn, wanted)| choose::of_plot(spec, &drawn.shown, wanted));
                let lens: Vec<usize> = of_plot.map(Series::len).collect();
                let Some((column, (_, rows))) = self.board(&spec.scope).and_then(|at| Some((at.1.grouping(spec)?, at))) else {
                    return lens;
                };
                let members: Vec<usize> = rows.members(spec).map(|(row, _)| row).collect();
                groups::lens(&groups::partition(&column, &members), &lens)
            }
            _ => Vec::new(),
        }
    }

    fn panel(&self, view: &View) -> Panel {
        match view {
            View::Row(views) => return Panel::Row { children: self.panels(views) },
            View::Stack(views) => return Panel::Stack { children: self.panels(views) },
            _ => {}
        }
        let Some((board, rows)) = view.scope().and_then(|scope| self.board(scope)) else {
            return Panel::message(Level::Error, "nothing was read for this view");
        };
        let of_all_folders = matches!(view, View::Thoughts(spec) if spec.everywhere);
        if let Some(empty) = missing::runs(rows.data).filter(|_| !of_all_folders) {
            return Panel::message(Level::Info, empty);
        }
        let part = Part { board, rows, share: self.share, window: self.window };
        match view {
            View::Dashboard(spec) => part.dashboard(spec),
            View::Plot(spec) => thoughts::on(part.plot(spec), rows.data, |run| rows.index.get(run).copied()),
            View::Table(spec) => part.table(spec),
            View::Images(spec) => part.images(spec),
            View::Histogram(spec) => part.histogram(spec),
            View::Thoughts(spec) => Panel::Thoughts(part.thoughts(spec)),
            View::Scatter(spec) => part.scatter(spec),
            View::Params(spec) => part.params(spec),
            View::Insight(spec) => part.insight(spec),
            View::Row(_) | View::Stack(_) => Panel::Stack { children: Vec::new() },
        }
    }

    fn panels(&self, views: &[View]) -> Vec<Panel> {
        views.iter().map(|view| self.panel(view)).collect()
    }
}

/// What a band without groups is answered.
const BAND_ALONE: &str = "a band is drawn around the mean of a group of runs: say `group_by` as well";

/// The panels of one board.
pub(super) struct Part<'a> {
    pub(super) board: usize,
    pub(super) rows: &'a Rows<'a>,
    share: usize,
    window: Option<(f64, f64)>,
}

impl Part<'_> {
    fn dashboard(&self, spec: &DashboardSpec) -> Panel {
        let data = self.rows.data;
        let scope = || spec.scope.clone();
        let plot = |tag: &String| self.plot(&PlotSpec::of(scope(), tag.clone()));
        let some = |tag: &&String| data.series.get(*tag).is_some_and(|drawn| !drawn.shown.is_empty());
        let dashboard = Panel::Dashboard(Box::new(Dashboard {
            board: self.board,
            table: Panel::Table(Table { board: self.board, columns: None, sort: Vec::new(), sparks: Vec::new() }),
            plots: data.series.keys().filter(some).map(plot).collect(),
            images: data.images.keys().map(|tag| media::images(self.board, data, &self.rows.index, tag, None)).collect(),
            histograms: data
                .histograms
                .keys()
                .map(|tag| media::histograms(self.board, data, &self.rows.index, tag, None))
                .collect(),
            thoughts: Panel::Thoughts(self.thoughts(&ThoughtsSpec { scope: scope(), everywhere: spec.everywhere })),
        }));
        self.with_legend(spec.legend.as_deref(), |_| dashboard)
    }

    fn plot(&self, spec: &PlotSpec) -> Panel {
        let data = self.rows.data;
        let tags = [Some(&spec.tag), if let XAxis::Metric(other) = &spec.x { Some(other) } else { None }];
        if let Some(unknown) = tags.into_iter().flatten().find_map(|tag| missing::metric(tag, data)) {
            return Panel::message(Level::Error, unknown);
        }
        let (extra, wrong) = extra::read(&spec.extra);
        let grouping = self.rows.grouping(spec);
        if let Some(column) = &grouping {
            let problem = spec.band.and_then(Band::problem);
            let spec = PlotSpec { band: spec.band.filter(|_| problem.is_none()), ..spec.clone() };
            let plot = Plot { extra, ..self.curves(&spec, Some(column.key.clone()), grouping.as_ref()) };
            return told(problem.into_iter().chain(wrong).collect(), Panel::Plot(plot));
        }
        let alone = spec.band.filter(|_| spec.group.is_empty()).map(|_| BAND_ALONE.to_string());
        let unknown = unknown(&spec.group, data);
        let each = PlotSpec { group: Vec::new(), band: None, ..spec.clone() };
        let plot =
            self.with_legend(spec.legend.as_deref(), |legend| Panel::Plot(Plot { extra, ..self.curves(&each, legend, None) }));
        told(alone.into_iter().chain(unknown).chain(wrong).collect(), plot)
    }

    /// A curve for each run, or for each value of the column.
    fn curves(&self, spec: &PlotSpec, legend: Option<String>, grouping: Option<&Column>) -> Plot {
        let data = self.rows.data;
        let drawn = data.series.get(&spec.tag);
        let (kind, x_title, other) = match &spec.x {
            XAxis::Step => (XKind::Step, "step", None),
            XAxis::Relative => (XKind::Relative, "seconds since start", None),
            XAxis::Wall => (XKind::Wall, "time (UTC)", None),
            XAxis::Metric(tag) => (XKind::Metric, tag.as_str(), data.series.get(tag)),
        };
        // That of the same process; a metric that only one of them logs is the run's.
        let other = |of: &Series| {
            let found = |one: &&Series| one.run == of.run && one.rank == of.rank;
            let shown = &other?.shown;
            shown.iter().find(found).or_else(|| shown.iter().find(|one| one.run == of.run))
        };
        let within = |placed: curves::Placed| self.window.iter().fold(placed, |placed, window| placed.within(*window));
        let outlines = data.outlines.get(&spec.tag);
        let place = |(row, series): (usize, &Series)| {
            let run = self.rows.rows.get(row)?;
            let Some(outline) = outlines.and_then(|known| known.get(&(series.run, series.rank))) else {
                return Some((row, within(curves::place(series, run, kind, other(series)))));
            };
            // No mean of extremes.
            let means = grouping.map(|_| outline.means());
            let placed = curves::place(means.as_ref().unwrap_or(series), run, kind, other(series));
            Some((row, within(placed.standing_for(outline))))
        };
        let ranks: Vec<u32> = self.rows.members(spec).map(|(_, series)| series.rank).collect();
        let placed = self.rows.members(spec).filter_map(place).zip(ranks).filter(|((_, placed), _)| placed.len() > 0);
        let (placed, ranks): (Vec<(usize, curves::Placed)>, Vec<u32>) = placed.unzip();
        let runs = placed.chunk_by(|a, b| a.0 == b.0).count();
        // A rank is said where a run has several.
        let rank = |i: usize| {
            let several = |other: Option<&(usize, curves::Placed)>| other.is_some_and(|other| other.0 == placed[i].0);
            (several(placed.get(i + 1)) || (i > 0 && several(placed.get(i - 1)))).then_some(ranks[i])
        };
        let bad: usize = placed.iter().map(|(_, placed)| placed.bad()).sum();
        let mut notes = Vec::new();
        let series: Vec<Curve> = match grouping {
            None => {
                let curve = |(i, (row, placed)): (usize, &(usize, curves::Placed))| placed.curve(*row, rank(i), kind, self.share);
                placed.iter().enumerate().map(curve).collect()
            }
            Some(column) => {
                let asked = groups::Asked { centre: spec.centre, band: spec.band };
                notes.push(groups::said(spec.centre, spec.band));
                let rows: Vec<usize> = placed.iter().map(|(row, _)| *row).collect();
                let members = |group: Vec<usize>| group.into_iter().filter_map(|place| placed.get(place)).collect::<Vec<_>>();
                let groups = groups::partition(column, &rows).into_iter().map(members);
                let curves = groups.map(|members| groups::curve(&members, kind, asked, self.share));
                curves.filter(|curve| curve.n > 0).collect()
            }
        };
        let all: usize = series.iter().map(|curve| curve.n).sum();
        let shown: usize = series.iter().map(|curve| curve.x.len()).sum();
        if let Some(total) = drawn.map(|drawn| drawn.total).filter(|total| *total > runs) {
            let chosen: BTreeSet<RunId> = drawn.iter().flat_map(|drawn| &drawn.shown).map(|series| series.run).collect();
            let extra = if data.wished.is_empty() { 0 } else { runs.saturating_sub(choose::most(spec)) };
            let mut newest = data.runs.iter().filter(|run| run.metrics.contains_key(&spec.tag)).take(chosen.len() - extra);
            notes.push(choose::said(runs - extra, extra, total, &spec.tag, newest.all(|run| chosen.contains(&run.id))));
        }
        if outlines.is_some_and(|known| !known.is_empty()) {
            notes.push(curves::from_headers(grouping.is_some()));
        }
        if shown < all {
            notes.push(format!("{} of {}", count(shown), plural(all, "point")));
        }
        if bad > 0 {
            let fate = if grouping.is_some() { ", left out" } else { "" };
            notes.push(format!("{} NaN or infinite{fate}", plural(bad, "value")));
        }
        if let Some(most) = series.iter().filter_map(|curve| curve.rank).max() {
            notes.push(format!("ranks up to {most} side by side, those above 0 dashed"));
        }
        let axes = Axes { x_title: x_title.to_string(), log_x: spec.log_x, log_y: spec.log_y };
        let layout = plotly::layout(kind, &axes);
        let (board, tag) = (self.board, spec.tag.clone());
        let (smooth, gaussian) = match spec.smooth.usable() {
            Smooth::Ema(weight) => (weight, None),
            Smooth::Gaussian(sigma) => (0.0, Some(sigma)),
        };
        let centre = (spec.centre != Centre::Mean).then(|| groups::centre_word(spec.centre));
        let band = spec.band.map(groups::word);
        let higher = super::better::higher(&tag);
        Plot {
            board,
            tag,
            layout,
            legend,
            x: kind,
            smooth,
            gaussian,
            series,
            higher,
            centre,
            band,
            zoom: spec.zoom,
            extra: None,
            thoughts: Vec::new(),
            runs: spec.runs,
            total: drawn.map(|drawn| drawn.total).filter(|total| *total > runs),
            notes,
            axes,
        }
    }

    fn table(&self, spec: &TableSpec) -> Panel {
        let data = self.rows.data;
        let known = |key: &&String| missing::key(key, data).is_none();
        let key = |key: &String| columns::key(key);
        let mut seen = BTreeSet::new();
        let columns = spec
            .columns
            .as_ref()
            .map(|columns| columns.iter().filter(known).map(key).filter(|key| seen.insert(key.clone())).collect::<Vec<_>>());
        let sort = spec.sort.iter().filter(|sort| known(&&sort.column));
        let sort = sort.map(|sort| Sort { column: key(&sort.column), descending: sort.descending }).collect();
        let sparks = sparks::sparks(data, spec.columns.as_ref(), &self.rows.index);
        let columns = columns.filter(|columns| !columns.is_empty());
        let table = Panel::Table(Table { board: self.board, columns, sort, sparks });
        let asked: BTreeSet<&String> = spec.columns.iter().flatten().chain(spec.sort.iter().map(|sort| &sort.column)).collect();
        let unknown: Vec<String> = asked.into_iter().filter_map(|key| missing::key(key, data)).collect();
        told(unknown, table)
    }

    fn images(&self, spec: &ImagesSpec) -> Panel {
        let data = self.rows.data;
        if let Some(unknown) = missing::image(&spec.tag, data) {
            return Panel::message(Level::Error, unknown);
        }
        let draw = |legend| media::images(self.board, data, &self.rows.index, &spec.tag, legend);
        self.with_legend(spec.legend.as_deref(), draw)
    }

    fn histogram(&self, spec: &HistogramSpec) -> Panel {
        let data = self.rows.data;
        if let Some(unknown) = missing::histogram(&spec.tag, data) {
            return Panel::message(Level::Error, unknown);
        }
        let draw = |legend| media::histograms(self.board, data, &self.rows.index, &spec.tag, legend);
        self.with_legend(spec.legend.as_deref(), draw)
    }

    fn thoughts(&self, spec: &ThoughtsSpec) -> Thoughts {
        let scope = &spec.scope;
        let drawn = self.rows.data.thoughts.as_ref();
        let ours = drawn.iter().flat_map(|drawn| &drawn.shown).filter(|t| spec.everywhere || t.folder == scope.folder);
        let items: Vec<ThoughtItem> = ours
            .map(|thought| ThoughtItem {
                run: self.rows.index.get(&thought.run).copied(),
                name: thought.name.clone(),
                folder: thought.folder.clone(),
                step: thought.step,
                t: thought.time.millis(),
                text: thought.text.clone(),
            })
            .collect();
        let left_out = drawn.filter(|drawn| drawn.total > drawn.shown.len());
        let notes = left_out.map(|drawn| format!("the newest {} of {} thoughts", count(drawn.shown.len()), count(drawn.total)));
        Thoughts { board: self.board, items, notes: notes.into_iter().collect() }
    }

    fn scatter(&self, spec: &ScatterSpec) -> Panel {
        let unknown = unknown([&spec.x, &spec.y], self.rows.data);
        if !unknown.is_empty() {
            return messages(unknown);
        }
        let draw = |legend| scatter::scatter(self.board, &self.rows.rows, spec, legend);
        self.with_legend(spec.legend.as_deref(), draw)
    }

    fn params(&self, spec: &ParamsSpec) -> Panel {
        let data = self.rows.data;
        let asked = spec.columns.iter().flatten().chain(&spec.colour);
        let draw = |legend| params::params(self.board, &self.rows.rows, data, spec, legend);
        told(unknown(asked, data), self.with_legend(spec.legend.as_deref(), draw))
    }

    /// The panel with the legend that was asked for; if no run has it, what was meant perhaps, and the panel with its usual legend.
    fn with_legend(&self, asked: Option<&str>, draw: impl FnOnce(Option<String>) -> Panel) -> Panel {
        let Some(asked) = asked else { return draw(None) };
        match missing::key(asked, self.rows.data) {
            None => draw(Some(columns::key(asked))),
            Some(unknown) => told(vec![unknown], draw(None)),
        }
    }
}

/// What is said about those of these names that no run has, each once.
pub(super) fn unknown<'k>(keys: impl IntoIterator<Item = &'k String>, data: &ScopeData) -> Vec<String> {
    let keys: BTreeSet<&String> = keys.into_iter().collect();
    keys.into_iter().filter_map(|key| missing::key(key, data)).collect()
}

pub(super) fn messages(texts: Vec<String>) -> Panel {
    Panel::Stack { children: texts.into_iter().map(|text| Panel::message(Level::Error, text)).collect() }
}

/// A panel below what has to be said about it.
pub(super) fn told(messages: Vec<String>, panel: Panel) -> Panel {
    if messages.is_empty() {
        return panel;
    }
    let mut children: Vec<Panel> = messages.into_iter().map(|text| Panel::message(Level::Error, text)).collect();
    children.push(panel);
    Panel::Stack { children }
}
