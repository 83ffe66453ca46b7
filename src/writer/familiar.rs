//! The names that people know from other loggers.

use serde::Serialize;

use super::SummaryWriter;
use super::number::Scalar;

impl SummaryWriter {
    /// Logs a text under a tag, at the highest step that was logged so far. [`add_thought`](Self::add_thought) needs no tag.
    pub fn add_text(&self, tag: &str, text: &str) {
        self.core.counts.judge(self.core.text(tag, text, None));
    }

    /// Logs a text under a tag at a step.
    pub fn add_text_at(&self, tag: &str, text: &str, step: i64) {
        self.core.counts.judge(self.core.text(tag, text, Some(step)));
    }

    /// Logs several values that belong together, each as the scalar `tag/name`, at the step after that scalar's last.
    ///
    /// ```no_run
    /// # let w = ml_board::SummaryWriter::new("digits", "lr_search")?;
    /// w.add_scalars("Loss", [("train", 0.31), ("validation", 0.42)]);
    /// # Ok::<(), ml_board::Error>(())
    /// ```
    pub fn add_scalars<N: AsRef<str>, V: Scalar>(&self, tag: &str, values: impl IntoIterator<Item = (N, V)>) {
        self.each(tag, values, None);
    }

    /// The same, all at one step.
    pub fn add_scalars_at<N: AsRef<str>, V: Scalar>(&self, tag: &str, values: impl IntoIterator<Item = (N, V)>, step: i64) {
        self.each(tag, values, Some(step));
    }

    /// Logs hyperparameters (a struct or a map) and what came of them, as
    /// [`add_params`](Self::add_params) and one [`add_scalar`](Self::add_scalar) for each metric.
    ///
    /// ```no_run
    /// # use std::collections::BTreeMap;
    /// # let w = ml_board::SummaryWriter::new("digits", "lr_search")?;
    /// w.add_hparams(&BTreeMap::from([("lr", 1e-3)]), [("Accuracy", 0.97)]);
    /// # Ok::<(), ml_board::Error>(())
    /// ```
    pub fn add_hparams<N: AsRef<str>, V: Scalar>(&self, params: &impl Serialize, metrics: impl IntoIterator<Item = (N, V)>) {
        self.add_params(params);
        for (name, value) in metrics {
            self.add_scalar(name.as_ref(), value);
        }
    }

    fn each<N: AsRef<str>, V: Scalar>(&self, tag: &str, values: impl IntoIterator<Item = (N, V)>, step: Option<i64>) {
        let mut name = String::with_capacity(tag.len() + 16);
        for (part, value) in values {
            name.clear();
            name.extend([tag, "/", part.as_ref()]);
            self.core.counts.judge(self.core.scalar(&name, value.float(), step));
        }
    }
}
