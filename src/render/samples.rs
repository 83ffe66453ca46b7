//! Runs to draw in tests: fixed, realistic, and as hostile as a database may be.

use super::data::{Data, Drawn, ScopeData};
use crate::display::{DashboardSpec, ParamsSpec, PlotSpec, ScatterSpec, Scope, View};
use crate::model::{HistogramBins, ImageInfo, Run, RunId, Series, Status, Thought, Time, Value};
use crate::query::{Band, Filter};

pub(super) const START: i64 = 1_795_356_127_000;

/// A cheap sequence of fixed numbers between 0 and 1.
pub(super) struct Noise(pub(super) u64);

impl Noise {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }
}

pub(super) fn scope() -> Scope {
    Scope { store: "local:/data".into(), database: "digits".into(), folder: "lr_search".into(), filter: Filter::All }
}

pub(super) fn id(n: usize) -> RunId {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&(n as u64).to_be_bytes());
    RunId::from_bytes(bytes)
}

/// A learning-rate search: `runs` runs of `points` points, the newest first.
pub(super) fn search(runs: usize, points: usize) -> Data {
    let mut data = ScopeData::new(scope());
    let mut noise = Noise(7);
    let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
    let lrs: [f64; 6] = [0.1, 0.03, 0.01, 0.003, 0.001, 1e-5];
    for n in (0..runs).rev() {
        let lr = lrs[n % lrs.len()];
        let mut run = Run::new(id(n), "lr_search", format!("search {n}"), Time(START + n as i64 * 61_000));
        run.params = [
            ("lr", lr.into()),
            ("batch", [32, 64, 128][n / 6 % 3].into()),
            ("seed", n.into()),
            ("optim.name", if n % 2 == 0 { "adam" } else { "sgd" }.into()),
            ("layers", Value::List(vec![64.into(), 32.into()])),
        ]
        .map(|(name, value): (&str, Value)| (name.to_string(), value))
        .into();
        run.status = if n == runs - 1 { Status::Running } else { Status::Finished };
        run.heartbeat = Some(Time(run.started.millis() + 95_400));
        run.ended = (run.status == Status::Finished).then_some(Time(run.started.millis() + 95_400));
        let mut loss = Series::new(run.id, &run.name, "Loss");
        let mut accuracy = Series::new(run.id, &run.name, "Accuracy");
        let speed = (1.0 - ((lr.log10() + 2.0) / 3.0).powi(2)).max(0.05);
        for i in 0..points {
            let at = i as f64 / points as f64;
            let value = 0.05 + 2.3 * (-6.0 * speed * at).exp() + 0.08 * (noise.next() - 0.5);
            for (series, value) in [(&mut loss, value), (&mut accuracy, 1.0 - value / 2.6)] {
                series.steps.push(i as i64);
                series.values.push(value);
                series.wall.push(run.started.millis() + 95_000 * i as i64 / points as i64);
            }
        }
        for series in [&loss, &accuracy] {
            let summary = run.metrics.entry(series.tag.clone()).or_default();
            series.steps.iter().zip(&series.values).for_each(|(step, value)| summary.add(*step, *value));
        }
        losses.push(loss);
        accuracies.push(accuracy);
        data.runs.push(run);
    }
    data.known.learn(&data.runs);
    for (tag, mut all) in [("Loss", losses), ("Accuracy", accuracies)] {
        let total = all.len();
        all.truncate(super::choose::CURVES);
        data.series.insert(tag.into(), Drawn { shown: all, total });
    }
    Data { read_at: Time(START + 7_200_000), scopes: vec![data] }
}

/// The same with images, histograms and thoughts.
pub(super) fn full(runs: usize, points: usize) -> Data {
    let mut data = search(runs, points);
    let scope = &mut data.scopes[0];
    let mut noise = Noise(11);
    let (mut images, mut histograms, mut thoughts) = (Vec::new(), Vec::new(), Vec::new());
    for run in &scope.runs {
        for step in [0, 10, 20] {
            let blob = format!("{}-{step}", run.id);
            let pixels: Vec<u8> =
                (0..64).map(|i| if (i / 8 + i % 8) % 3 == 0 { 230 } else { (noise.next() * 90.0) as u8 }).collect();
            scope.blobs.insert(blob.clone(), png(8, 8, &pixels));
            images.push(ImageInfo::new(run.id, "misclassified", step, run.started, "image/png", (8, 8), blob));
            let mut bins = HistogramBins::new(run.id, "weights", step, run.started);
            bins.edges = (0..=30).map(|i| -1.5 + 0.1 * f64::from(i)).collect();
            let centre = 0.3 * (noise.next() - 0.5);
            let height = |i: i32| (400.0 * (-((-1.45 + 0.1 * f64::from(i) - centre) / 0.4).powi(2)).exp()) as u64;
            bins.counts = (0..30).map(height).collect();
            bins.n = bins.counts.iter().sum();
            (bins.min, bins.max) = (-1.5, 1.5);
            histograms.push(bins);
        }
        let mut thought =
            Thought::new(run.id, &run.name, "lr_search", Time(run.started.millis() + 40_000), "overfits after epoch 3");
        thought.step = Some(12);
        thoughts.push(thought);
    }
    thoughts.reverse();
    scope.known.images.insert("misclassified".into());
    scope.known.histograms.insert("weights".into());
    scope.images.insert("misclassified".into(), Drawn { total: images.len(), shown: images });
    scope.histograms.insert("weights".into(), Drawn { total: histograms.len(), shown: histograms });
    scope.thoughts = Some(Drawn { total: thoughts.len(), shown: thoughts });
    data
}

pub(super) fn png(width: u32, height: u32, gray: &[u8]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::GrayImage::from_raw(width, height, gray.to_vec()).unwrap();
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub(super) fn plot(tag: &str, legend: Option<&str>) -> PlotSpec {
    PlotSpec { legend: legend.map(String::from), ..PlotSpec::of(scope(), tag.into()) }
}

pub(super) fn dashboard() -> View {
    View::Dashboard(DashboardSpec { scope: scope(), legend: Some("lr".into()), everywhere: false })
}

/// Every name and text replaced by this one.
pub(super) fn hostile(text: &str) -> (Data, View) {
    let mut data = full(3, 5);
    let scope = &mut data.scopes[0];
    scope.scope.database = text.into();
    scope.scope.folder = text.into();
    let tag = |map: &mut std::collections::BTreeMap<String, Drawn<Series>>| {
        let mut drawn = map.remove("Loss").unwrap_or_default();
        drawn.shown.iter_mut().for_each(|series| series.tag = text.into());
        map.clear();
        map.insert(text.into(), drawn);
    };
    tag(&mut scope.series);
    for run in &mut scope.runs {
        run.name = text.into();
        run.folder = text.into();
        run.notes = text.into();
        run.group = Some(text.into());
        run.labels = vec![text.into()];
        run.params = [(text.to_string(), Value::Text(format!("{text}{}", run.id)))].into();
        let summary = run.metrics.get("Loss").copied().unwrap_or_default();
        run.metrics = [(text.to_string(), summary)].into();
    }
    scope.known = super::data::Known::default();
    scope.known.learn(&scope.runs);
    scope.known.images.insert(text.into());
    scope.known.histograms.insert(text.into());
    let mut images = scope.images.remove("misclassified").unwrap_or_default();
    images.shown.iter_mut().for_each(|image| image.tag = text.into());
    scope.images.insert(text.into(), images);
    let mut histograms = scope.histograms.remove("weights").unwrap_or_default();
    histograms.shown.iter_mut().for_each(|bins| bins.tag = text.into());
    scope.histograms.insert(text.into(), histograms);
    for thought in scope.thoughts.iter_mut().flat_map(|drawn| &mut drawn.shown) {
        (thought.name, thought.folder, thought.text) = (text.into(), text.into(), text.into());
    }
    let view = View::Stack(vec![
        View::Dashboard(DashboardSpec { scope: scope.scope.clone(), legend: None, everywhere: false }),
        View::Plot(PlotSpec {
            scope: scope.scope.clone(),
            legend: Some(format!("`{}`", text.replace('`', "``"))),
            ..plot(text, None)
        }),
        View::Plot(PlotSpec {
            scope: scope.scope.clone(),
            group: vec![format!("`{}`", text.replace('`', "``")), "status".into()],
            band: Some(Band::StdDev),
            ..plot(text, None)
        }),
        View::Scatter(ScatterSpec {
            scope: scope.scope.clone(),
            x: format!("`{}`", text.replace('`', "``")),
            y: format!("max(`{}`)", text.replace('`', "``")),
            legend: None,
            log_x: true,
            log_y: false,
        }),
        View::Params(ParamsSpec { scope: scope.scope.clone(), columns: None, legend: None, colour: Some(format!("{text}s")) }),
        View::Plot(PlotSpec { scope: scope.scope.clone(), legend: Some(format!("{text}r")), ..plot(&format!("{text}s"), None) }),
    ]);
    (data, view)
}
