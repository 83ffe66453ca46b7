//! What everything that can be shown has in common.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;

use super::card::error_card;
use super::{Assets, Bundle, Page, View, output};
use crate::error::{Error, ErrorKind, Result};
use crate::plain::{self, FromJson};

/// Who draws views: the engine behind a board, as views see it.
pub(crate) trait Draw: Send + Sync {
    /// By MIME type; `stores` are those that the view's scopes name.
    fn draw(&self, stores: &[Store], view: &View, page: Page) -> Result<BTreeMap<String, String>>;
}

/// A store as an engine answered it, and what a new engine must be told to know it as well.
#[derive(Clone, PartialEq)]
pub(crate) struct Store {
    pub(crate) handle: String,
    /// As the person gave it, perhaps with a password: never in a text.
    pub(crate) uri: Option<String>,
}

/// Where a view is drawn.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) engine: Arc<dyn Draw>,
    pub(crate) stores: Vec<Store>,
    pub(crate) assets: Assets,
}

/// Everything that can be shown, and so can stand in a [`Row`](crate::Row) or a [`Stack`](crate::Stack).
pub trait Shown {
    /// It as a part of another.
    fn part(&self) -> Part;
}

impl<T: Shown + ?Sized> Shown for &T {
    fn part(&self) -> Part {
        (**self).part()
    }
}

/// A view on its way into a [`Row`](crate::Row) or a [`Stack`](crate::Stack).
#[derive(Clone)]
pub struct Part {
    pub(super) view: View,
    pub(super) source: Option<Source>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(f)
    }
}

impl Part {
    pub(crate) fn new(view: View, source: &Source) -> Part {
        Part { view, source: Some(source.clone()) }
    }

    fn draw(&self, page: Page) -> Result<Bundle> {
        let nothing = || Error::new(ErrorKind::Input, "there is nothing in it to show").help("row![board.plot(\"Loss\")]");
        let source = self.source.as_ref().ok_or_else(nothing)?;
        source.engine.draw(&source.stores, &self.view, page).map(Bundle::from)
    }

    fn drawn(&self, page: Page, mime: &str) -> Result<String> {
        self.draw(page)?.take(mime).ok_or_else(|| Error::new(ErrorKind::Engine, format!("the engine drew no {mime}")))
    }

    pub(crate) fn evcxr_display(&self) {
        output::show(&self.bundle());
    }

    pub(crate) fn bundle(&self) -> Bundle {
        let shared = self.source.as_ref().is_some_and(|source| source.assets == Assets::Shared);
        self.drawn_for(if shared { Page::Shared } else { Page::Cell })
    }

    pub(super) fn drawn_for(&self, page: Page) -> Bundle {
        self.draw(page).unwrap_or_else(|error| error_card(&error))
    }

    pub(crate) fn to_html(&self) -> String {
        self.bundle().take("text/html").unwrap_or_default()
    }

    pub(crate) fn save(&self, page: Page, mime: &str, path: &Path) -> Result<()> {
        let mut content = self.drawn(page, mime)?.into_bytes();
        if page == Page::Pixels {
            let wrong = |cause| Error::new(ErrorKind::Engine, "the engine's picture cannot be read").because(cause);
            content = base64::engine::general_purpose::STANDARD.decode(content).map_err(wrong)?;
        }
        std::fs::write(path, content)
            .map_err(|cause| Error::new(ErrorKind::Io, format!("could not write {}", path.display())).because(cause))
    }

    /// What it comes to as plain data.
    pub(crate) fn data<T: FromJson>(&self) -> Result<T> {
        self.json(Page::Data, "application/json")
    }

    pub(crate) fn json<T: FromJson>(&self, page: Page, mime: &str) -> Result<T> {
        let json = self.drawn(page, mime)?;
        let wrong = |cause| Error::new(ErrorKind::Engine, "the engine's data are of another version").because(cause);
        plain::from_slice(json.as_bytes()).map_err(wrong)
    }

    pub(crate) fn text(&self) -> String {
        self.drawn(Page::Text, "text/plain").unwrap_or_else(|error| error.to_string())
    }
}

/// The methods of everything that can be shown. Inherent, because evcxr calls `evcxr_display` without any `use`.
macro_rules! shown {
    ($name:ident, $self:ident => $view:expr) => {
        impl $name {
            /// Shows it as the output of a notebook's cell; the kernel calls this for a cell's last expression. An error is shown as well.
            pub fn evcxr_display(&self) {
                $crate::display::Shown::part(self).evcxr_display();
            }

            /// It as a fragment of HTML that draws itself, as in a cell's output; an error as a card.
            pub fn to_html(&self) -> String {
                $crate::display::Shown::part(self).to_html()
            }

            /// Writes it as a complete page that works offline for ever.
            pub fn save_html(&self, path: impl AsRef<std::path::Path>) -> $crate::error::Result<()> {
                $crate::display::Shown::part(self).save($crate::display::Page::File, "text/html", path.as_ref())
            }

            /// Writes its picture, for a paper.
            pub fn save_svg(&self, path: impl AsRef<std::path::Path>) -> $crate::error::Result<()> {
                $crate::display::Shown::part(self).save($crate::display::Page::Picture, "image/svg+xml", path.as_ref())
            }

            /// Writes its picture in pixels, two for each unit, for where no SVG is taken.
            pub fn save_png(&self, path: impl AsRef<std::path::Path>) -> $crate::error::Result<()> {
                $crate::display::Shown::part(self).save($crate::display::Page::Pixels, "image/png", path.as_ref())
            }

            /// The output of a cell, by MIME type; an error as a card.
            pub fn bundle(&self) -> $crate::display::Bundle {
                $crate::display::Shown::part(self).bundle()
            }
        }

        impl $crate::display::Shown for $name {
            fn part(&$self) -> $crate::display::Part {
                $view
            }
        }

        /// As a terminal shows it.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::display::Shown::part(self).text())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&$crate::display::Shown::part(self)).finish()
            }
        }
    };
}

pub(crate) use shown;
