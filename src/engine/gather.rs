//! What a view needs, read from the stores: once a scope, however many panels share it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::display::{Page, Scope, View, XAxis};
use crate::error::Result;
use crate::model::{Run, RunId, Time};
use crate::query::{Field, Filter};
use crate::render::{self, Data, Drawn, ScopeData, choose};
use crate::store::read::{Kind, Place, Read};

/// Draws a view: by MIME type, what a cell, a file, a picture or a terminal gets. `store` connects to a store by its handle.
pub(crate) fn show(view: &View, page: Page, store: &dyn Fn(&str) -> Result<Arc<dyn Read>>) -> Result<BTreeMap<String, String>> {
    render::show(view, &gather(view, store)?, page)
}

/// Reads what the view needs.
pub(crate) fn gather(view: &View, store: &dyn Fn(&str) -> Result<Arc<dyn Read>>) -> Result<Data> {
    let mut needs = Vec::new();
    collect(view, &mut needs);
    let read_at = Time::now();
    let scopes = needs
        .into_iter()
        .map(|(scope, need)| {
            let read = store(&scope.store)?;
            Reader { read: read.as_ref(), place: Place { database: &scope.database, folder: &scope.folder } }.scope(&scope, &need)
        })
        .collect::<Result<_>>()?;
    Ok(Data { read_at, scopes })
}

/// What the panels of one scope need together.
#[derive(Default)]
struct Need {
    /// Metrics, and of how many runs each.
    series: BTreeMap<String, usize>,
    images: BTreeSet<String>,
    histograms: BTreeSet<String>,
    thoughts: bool,
    thoughts_of_all_folders: bool,
    /// A dashboard: every metric, image and histogram there is.
    everything: bool,
    /// Legends and columns by the names that the person gave.
    keys: BTreeSet<String>,
}

fn collect<'a>(view: &'a View, needs: &mut Vec<(&'a Scope, Need)>) {
    let scope = match view {
        View::Row(views) | View::Stack(views) => return views.iter().for_each(|view| collect(view, needs)),
        View::Dashboard(spec) => &spec.scope,
        View::Plot(spec) => &spec.scope,
        View::Table(spec) => &spec.scope,
        View::Images(spec) => &spec.scope,
        View::Histogram(spec) => &spec.scope,
        View::Thoughts(spec) => &spec.scope,
    };
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
                self.keys.extend(spec.legend.clone());
            }
            View::Plot(spec) => {
                let runs = spec.runs.unwrap_or(choose::CURVES);
                let tags = [Some(&spec.tag), if let XAxis::Metric(other) = &spec.x { Some(other) } else { None }];
                for tag in tags.into_iter().flatten() {
                    let most = self.series.entry(tag.clone()).or_default();
                    *most = runs.max(*most);
                }
                self.keys.extend(spec.legend.clone());
            }
            View::Table(spec) => {
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
        }
    }
}

struct Reader<'a> {
    read: &'a dyn Read,
    place: Place<'a>,
}

impl Reader<'_> {
    fn scope(&self, scope: &Scope, need: &Need) -> Result<ScopeData> {
        let mut data = ScopeData::new(scope.clone());
        data.runs = self.read.runs(self.place, &scope.filter)?;
        data.known.learn(&data.runs);
        if scope.filter != Filter::All && (data.runs.is_empty() || self.mistyped(need, &data)) {
            data.known.learn(&self.read.runs(self.place, &Filter::All)?);
        }
        self.series(need, &mut data)?;
        self.images(need, &mut data)?;
        self.histograms(need, &mut data)?;
        if need.thoughts {
            data.thoughts = Some(self.thoughts(scope, need, &data.runs)?);
        }
        Ok(data)
    }

    /// Whether a name was asked for that no run of the scope has: then the names of the whole folder are worth a look.
    fn mistyped(&self, need: &Need, data: &ScopeData) -> bool {
        need.series.keys().any(|tag| !data.known.metrics.contains(tag))
            || need.keys.iter().any(|key| match render::field(key) {
                Field::Param(name) => !data.known.params.contains(&name),
                Field::Metric(_, tag) => !data.known.metrics.contains(&tag),
                Field::Run(_) => false,
            })
    }

    fn series(&self, need: &Need, data: &mut ScopeData) -> Result<()> {
        let mut wanted = need.series.clone();
        if need.everything {
            for tag in &data.known.metrics {
                wanted.entry(tag.clone()).or_insert(choose::CURVES);
            }
        }
        for (tag, most) in wanted {
            let with: Vec<Run> = data.runs.iter().filter(|run| run.metrics.contains_key(&tag)).cloned().collect();
            let total = with.len();
            let shown = match &with[..most.min(total)] {
                [] => Vec::new(),
                runs => self.read.series(self.place, runs, &tag)?,
            };
            data.series.insert(tag, Drawn { shown, total });
        }
        Ok(())
    }

    fn images(&self, need: &Need, data: &mut ScopeData) -> Result<()> {
        let runs = newest(&data.runs);
        data.known.images = self.tags(need, &need.images, &runs, Kind::Image)?;
        let tags = asked(need, &need.images, &data.known.images);
        let mut room = choose::IMAGE_BYTES;
        for tag in tags {
            let all = self.read.images(self.place, &runs, &tag)?;
            let total = all.len();
            let mut shown = choose::spread(all, choose::IMAGES);
            // The last steps first: when room is short, the beginnings are what is missed least.
            let mut order: Vec<usize> = (0..shown.len()).collect();
            order.sort_by_key(|at| std::cmp::Reverse(shown[*at].step));
            let mut have = vec![true; shown.len()];
            for at in order {
                let blob = &shown[at].blob;
                if data.blobs.contains_key(blob) {
                    continue;
                }
                if room == 0 {
                    have[at] = false;
                    continue;
                }
                // One picture that cannot be read is no reason to show none.
                let Ok(bytes) = self.read.blob(self.place, blob) else { continue };
                room = room.saturating_sub(bytes.len());
                data.blobs.insert(blob.clone(), bytes);
            }
            let mut have = have.into_iter();
            shown.retain(|_| have.next().unwrap_or(false));
            data.images.insert(tag, Drawn { shown, total });
        }
        Ok(())
    }

    fn histograms(&self, need: &Need, data: &mut ScopeData) -> Result<()> {
        let runs = newest(&data.runs);
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
    fn tags(&self, need: &Need, asked: &BTreeSet<String>, runs: &[RunId], kind: Kind) -> Result<BTreeSet<String>> {
        if (asked.is_empty() && !need.everything) || runs.is_empty() {
            return Ok(BTreeSet::new());
        }
        Ok(self.read.tags(self.place, runs, kind)?.into_iter().collect())
    }

    fn thoughts(&self, scope: &Scope, need: &Need, runs: &[Run]) -> Result<Drawn<crate::model::Thought>> {
        let folders = if need.thoughts_of_all_folders { self.read.folders(&scope.database)? } else { vec![scope.folder.clone()] };
        let mut shown = self.read.thoughts(&scope.database, &folders)?;
        if scope.filter != Filter::All {
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

/// The runs whose images and histograms are looked for.
fn newest(runs: &[Run]) -> Vec<RunId> {
    runs.iter().take(choose::CURVES).map(|run| run.id).collect()
}
