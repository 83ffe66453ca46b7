//! The tags of a session, for the writer: found without a lock and without allocation after their first use.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxBuildHasher;

use super::record::{self, MAX_TAGS, TagData, TagKind};

/// One tag, and where it stands.
pub(crate) struct Tag {
    pub(super) id: u32,
    pub(super) kind: TagKind,
    pub(super) name: Box<str>,
    next_step: AtomicI64,
    /// Whether a step was taken.
    stepped: AtomicBool,
    /// How many points or samples were recorded: the ordinal of the next, about.
    pub(super) logged: AtomicI64,
    /// How many histograms or images.
    pub(super) unnumbered: AtomicI64,
    /// One more than the number of the last segment that has its record.
    pub(super) declared: AtomicU64,
    /// Where its record is written for each segment: as much memory as it may take, so that no log call allocates for it.
    pub(super) record: Mutex<Vec<u8>>,
}

impl Tag {
    fn is(&self, kind: TagKind, name: &str) -> bool {
        self.kind == kind && *self.name == *name
    }

    /// The step of a call that names none: one more than that of the last call.
    #[inline]
    pub(crate) fn next_step(&self) -> i64 {
        self.step_taken();
        self.next_step.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes note of the step of a call that names one.
    pub(crate) fn saw_step(&self, step: i64) {
        self.step_taken();
        self.next_step.store(step.saturating_add(1), Ordering::Relaxed);
    }

    #[inline]
    fn step_taken(&self) {
        if !self.stepped.load(Ordering::Relaxed) {
            self.stepped.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn peek_step(&self) -> i64 {
        self.next_step.load(Ordering::Relaxed)
    }
}

/// All tags of a session. They are only ever added, so that finding one is following pointers that do not change.
pub(crate) struct Tags {
    buckets: Box<[Link]>,
    count: AtomicU32,
}

type Link = OnceLock<Arc<Node>>;

/// On cache lines of its own: tags that different threads log to do not slow each other down.
#[repr(align(64))]
struct Node {
    tag: Tag,
    next: Link,
}

/// One tag, to keep: found once.
#[derive(Clone)]
pub(crate) struct KeptTag(Arc<Node>);

impl Deref for KeptTag {
    type Target = Tag;

    #[inline]
    fn deref(&self) -> &Tag {
        &self.0.tag
    }
}

/// Enough that the 7,000 tags of a large run have chains of a few.
const BUCKETS: usize = 2048;

impl Tags {
    pub(crate) fn new() -> Tags {
        Tags { buckets: (0..BUCKETS).map(|_| Link::new()).collect(), count: AtomicU32::new(0) }
    }

    /// The tag of this kind and name, if it was used before.
    #[inline]
    pub(crate) fn find(&self, kind: TagKind, name: &str) -> Option<&Tag> {
        let mut link = self.first(kind, name);
        while let Some(node) = link.get() {
            if node.tag.is(kind, name) {
                return Some(&node.tag);
            }
            link = &node.next;
        }
        None
    }

    /// The same; at its first use it is made, and its steps begin at `first_step()`. `None` if there are too many.
    pub(crate) fn get(&self, kind: TagKind, name: &str, first_step: impl Fn() -> i64) -> Option<&Tag> {
        Some(&self.node(kind, name, first_step)?.tag)
    }

    /// The same, to keep.
    pub(crate) fn keep(&self, kind: TagKind, name: &str, first_step: impl Fn() -> i64) -> Option<KeptTag> {
        Some(KeptTag(Arc::clone(self.node(kind, name, first_step)?)))
    }

    fn node(&self, kind: TagKind, name: &str, first_step: impl Fn() -> i64) -> Option<&Arc<Node>> {
        let mut link = self.first(kind, name);
        loop {
            let node = match link.get() {
                Some(node) => node,
                None if self.count.load(Ordering::Relaxed) >= MAX_TAGS => return None,
                None => link.get_or_init(|| Arc::new(self.make(kind, name, first_step()))),
            };
            if node.tag.is(kind, name) {
                return Some(node);
            }
            link = &node.next;
        }
    }

    #[inline]
    fn first(&self, kind: TagKind, name: &str) -> &Link {
        let hash = FxBuildHasher.hash_one((kind, name));
        &self.buckets[(hash >> 32) as usize % BUCKETS]
    }

    fn all(&self) -> impl Iterator<Item = &Tag> {
        self.buckets.iter().flat_map(|link| std::iter::successors(link.get(), |node| node.next.get())).map(|node| &node.tag)
    }

    fn make(&self, kind: TagKind, name: &str, first_step: i64) -> Node {
        let longest = TagData { kind, name: Cow::Borrowed(name), next_ordinal: i64::MIN, next_step: i64::MIN };
        let tag = Tag {
            id: self.count.fetch_add(1, Ordering::Relaxed),
            kind,
            name: name.into(),
            next_step: AtomicI64::new(first_step),
            stepped: AtomicBool::new(false),
            logged: AtomicI64::new(0),
            unnumbered: AtomicI64::new(0),
            declared: AtomicU64::new(0),
            record: Mutex::new(record::json(&longest)),
        };
        Node { tag, next: Link::new() }
    }

    /// The highest of the last steps of all tags, if one was logged in this session.
    pub(crate) fn last_step(&self) -> Option<i64> {
        let stepped = |tag: &&Tag| tag.stepped.load(Ordering::Relaxed);
        self.all().filter(stepped).map(|tag| tag.peek_step().saturating_sub(1)).max()
    }

    /// How many values were recorded under all of them.
    pub(crate) fn logged(&self) -> u64 {
        self.all().map(|tag| (tag.logged.load(Ordering::Relaxed) + tag.unnumbered.load(Ordering::Relaxed)) as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_tag_of_each_kind_also_for_threads_that_race() {
        let tags = Tags::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5_000).for_each(|i| assert!(tags.get(TagKind::Scalar, &format!("tag {i}"), || 0).is_some())));
            }
        });
        assert_eq!(tags.count.load(Ordering::Relaxed), 5_000);
        let scalar = tags.get(TagKind::Scalar, "tag 7", || 0).unwrap();
        let image = tags.get(TagKind::Image, "tag 7", || 30).unwrap();
        assert_ne!(scalar.id, image.id);
        assert_eq!((scalar.next_step(), scalar.next_step(), image.next_step()), (0, 1, 30));
        scalar.saw_step(100);
        assert_eq!(scalar.next_step(), 101);
    }
}
