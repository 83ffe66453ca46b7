//! Zooming in: the points of a window, as many as its width can show.

use std::collections::HashMap;

use super::Hub;
use crate::display::{PlotSpec, View};
use crate::engine::gather::gather;
use crate::engine::server::{Reply, Request};
use crate::engine::wishes::Wishes;
use crate::error::Result;
use crate::render::{self, Data};
use crate::store::read::Read;

impl Hub {
    /// `view`, `tag`, and from where (`x0`) to where (`x1`) on the axis: the curves of that plot there.
    pub(super) fn zoom(&self, request: &Request) -> Reply {
        let query = &request.query;
        let (Some(id), Some(tag)) = (query.get("view"), query.get("tag")) else {
            return Reply::refused(400, "which plot?");
        };
        let (Some(from), Some(to)) = (query.number("x0"), query.number("x1")) else {
            return Reply::refused(400, "from where to where?");
        };
        let Some(shown) = self.views.get(id) else { return Reply::refused(404, "this view is not known here") };
        let nth = query.number("nth").map_or(0, |nth| nth as usize);
        let Some(spec) = plots(&shown.view, tag).into_iter().nth(nth) else {
            return Reply::refused(404, "the view has no such plot");
        };
        match self.window(&View::Plot(spec), &shown.wishes(), (from.min(to), from.max(to))) {
            Ok(curves) => Reply::json(&HashMap::from([("series", curves)])),
            Err(error) => Reply::refused(503, &error.to_string()),
        }
    }

    fn window(&self, plot: &View, wishes: &Wishes, window: (f64, f64)) -> Result<serde_json::Value> {
        let (_, data) = self.read(plot, wishes, false)?;
        let data = if thinned(&data) {
            gather(plot, wishes, &|handle| {
                let store: std::sync::Arc<dyn Read> = self.stores.whole(handle)?;
                Ok(store)
            })?
        } else {
            data
        };
        Ok(render::window(plot, &data, window))
    }
}

/// Whether not all points are kept.
fn thinned(data: &Data) -> bool {
    data.scopes.iter().flat_map(|scope| scope.series.values()).flat_map(|drawn| &drawn.shown).any(|series| series.thinned > 0)
}

/// The plots of that tag, in order.
fn plots(view: &View, tag: &str) -> Vec<PlotSpec> {
    match view {
        View::Row(views) | View::Stack(views) => views.iter().flat_map(|view| plots(view, tag)).collect(),
        View::Plot(spec) if spec.tag == tag => vec![spec.clone()],
        View::Dashboard(spec) => vec![PlotSpec::of(spec.scope.clone(), tag.to_owned())],
        _ => Vec::new(),
    }
}
