//! Images and histograms from their events, as series are made of points: what a session logged of steps that a later one of its rank
//! logged again is left out, ranks lie side by side, and single numbers of all sessions of a run form one histogram.

use std::collections::HashMap;

use super::documents::{Event, Samples, What};
use crate::model::{HistogramBins, ImageInfo, Run, RunId, SessionId, Time};

/// The images of these runs among the events of a tag: in the order of the runs, then by step; within one step as logged.
pub(crate) fn images(runs: &[&Run], events: &[Event]) -> Vec<ImageInfo> {
    let mut by_run = by_run(events);
    let of_run = |run: &&Run| standing(run, by_run.remove(&run.id).unwrap_or_default());
    runs.iter().flat_map(of_run).filter_map(Event::image).collect()
}

/// The histograms, in the same order.
pub(crate) fn histograms(runs: &[&Run], events: &[Event]) -> Vec<HistogramBins> {
    let mut by_run = by_run(events);
    let of_run = |run: &&Run| {
        let (grown, given) = by_run.remove(&run.id).unwrap_or_default().into_iter().partition(|event| event.grown().is_some());
        let mut bins: Vec<HistogramBins> = standing(run, given).into_iter().filter_map(Event::histogram).collect();
        bins.extend(together(grown));
        bins.sort_by_key(|bins| (bins.step, bins.time));
        bins
    };
    runs.iter().flat_map(of_run).collect()
}

fn by_run(events: &[Event]) -> HashMap<RunId, Vec<&Event>> {
    let mut by_run: HashMap<RunId, Vec<&Event>> = HashMap::new();
    events.iter().for_each(|event| by_run.entry(event.run).or_default().push(event));
    by_run
}

/// The events of a run without those of earlier branches.
fn standing<'a>(run: &Run, mut events: Vec<&'a Event>) -> Vec<&'a Event> {
    let ends = ends(run, &events);
    events.retain(|event| ends.get(&event.session).is_none_or(|end| step(event) < *end));
    // Of one session and moment by their place in its journal, which is a number at the end.
    events.sort_by_key(|event| (step(event), event.t, event.id.len(), &event.id));
    events
}

/// Of each session the first step that a later one of its rank logged. What a person added by hand has no session, and ends none.
fn ends(run: &Run, events: &[&Event]) -> HashMap<SessionId, i64> {
    let mut firsts: HashMap<SessionId, (Time, i64)> = HashMap::new();
    for event in events {
        let at = (event.t, step(event));
        firsts.entry(event.session).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    let mut ranks: HashMap<u32, i64> = HashMap::new();
    let mut ends = HashMap::new();
    for session in run.sessions.iter().rev() {
        ends.extend(ranks.get(&session.rank).map(|end| (session.id, *end)));
        if let Some((_, first)) = firsts.get(&session.id) {
            ranks.entry(session.rank).and_modify(|end| *end = (*first).min(*end)).or_insert(*first);
        }
    }
    ends
}

fn step(event: &Event) -> i64 {
    event.step.unwrap_or_default()
}

/// One histogram of those that grow by single numbers, one a session.
fn together(grown: Vec<&Event>) -> Option<HistogramBins> {
    let last = grown.iter().max_by_key(|event| (event.t, &event.id))?;
    if grown.len() == 1 {
        return last.histogram();
    }
    let mut all = Samples::default();
    for event in &grown {
        if let What::Histogram(histogram) = &event.what {
            all.merge(Samples::resume(histogram));
        }
    }
    Event { what: What::Histogram(all.histogram()), ..(*last).clone() }.histogram()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::assemble::tests::{RUN, run_of, session};
    use crate::store::documents::Histogram;

    fn event(of: u8, position: i64, step: i64, what: What) -> Event {
        let id = format!("{}:{position}", session(of));
        Event { id, run: RUN, session: session(of), tag: "t".into(), step: Some(step), t: Time(i64::from(of)), what }
    }

    /// Images whose width is the session, at these steps.
    fn logged(of: u8, steps: &[i64]) -> Vec<Event> {
        let what = || What::Image { mime: "image/png".into(), width: of.into(), height: 1, nan: 0, blob: [of; 32] };
        // The last of them first, as a store may give them.
        let mut events: Vec<Event> = (0_i64..).zip(steps).map(|(position, step)| event(of, position, *step, what())).collect();
        events.reverse();
        events
    }

    fn seen(run: &Run, events: &[Event]) -> Vec<(i64, u32)> {
        images(&[run], events).iter().map(|image| (image.step, image.width)).collect()
    }

    #[test]
    fn steps_that_were_logged_again_are_those_of_the_latest_session() {
        let events = [logged(1, &[0, 10, 20, 30]), logged(2, &[20, 30, 40]), logged(3, &[40])].concat();
        assert_eq!(seen(&run_of(&[0, 0, 0]), &events), [(0, 1), (10, 1), (20, 2), (30, 2), (40, 3)]);
        // A session that logged nothing of it changes nothing; one that saw steps twice has them twice, as logged.
        let events = [logged(1, &[0, 1, 2]), logged(3, &[1, 2, 1])].concat();
        assert_eq!(seen(&run_of(&[0, 0, 0]), &events), [(0, 1), (1, 3), (1, 3), (2, 3)]);
    }

    #[test]
    fn ranks_lie_side_by_side_and_what_a_person_added_stays() {
        let events = [logged(1, &[0, 1]), logged(2, &[0, 1]), logged(3, &[1]), logged(9, &[0, 1])].concat();
        assert_eq!(seen(&run_of(&[0, 1, 1]), &events), [(0, 1), (0, 2), (0, 9), (1, 1), (1, 3), (1, 9)]);
    }

    fn of(values: &[f64]) -> What {
        let mut samples = Samples::default();
        values.iter().for_each(|value| samples.add(*value));
        What::Histogram(samples.histogram())
    }

    #[test]
    fn single_numbers_of_all_sessions_form_one_histogram_beside_those_of_steps() {
        let given = What::Histogram(Histogram { n: 7, ..Histogram::default() });
        let events = [event(1, 1, 0, of(&[1.0, 2.0])), event(2, 1, 0, of(&[2.0, 9.0, f64::NAN])), event(1, 2, 0, given)];
        let all = histograms(&[&run_of(&[0, 1])], &events);
        assert_eq!(all.iter().map(|bins| (bins.step, bins.n, bins.nan)).collect::<Vec<_>>(), [(0, 7, 0), (0, 4, 1)]);
        let What::Histogram(whole) = of(&[1.0, 2.0, 2.0, 9.0]) else { unreachable!() };
        assert_eq!((&all[1].edges, &all[1].counts), (&whole.edges, &whole.counts));
        assert_eq!((all[1].min, all[1].max, all[1].sum, all[1].time), (1.0, 9.0, 14.0, Time(2)));
    }

    #[test]
    fn edges_that_a_person_edited_are_put_together_all_the_same() {
        let edited = |edges: &[f64]| {
            What::Histogram(Histogram { n: 1, samples: true, edges: edges.into(), counts: vec![1], ..Histogram::default() })
        };
        let odd = [[1e300, -1e300], [0.0, f64::INFINITY], [f64::NAN, 0.0], [1.0, 1.0], [f64::MAX, f64::MIN_POSITIVE]];
        let events: Vec<Event> = (1_u8..).zip(odd).map(|(n, edges)| event(n, 1, 0, edited(&edges))).collect();
        let all = histograms(&[&run_of(&[0; 5])], &events);
        assert_eq!((all.len(), all[0].counts.iter().sum::<u64>()), (1, 5));
    }
}
