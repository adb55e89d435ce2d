//! A page for every type of problem: what it means and what to do, beside an example that is made by the code that answers it.

mod edge;
mod goods;
mod html;
mod money;
mod orders;
mod samples;
mod shop;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use decider::{Refusal, RefusalDocument};

use super::refused::refusal;
use super::{Body, Problem};

pub(crate) use html::routes;

/// One type of problem.
pub(crate) struct Page {
    example: Problem,
    means: &'static str,
    remedy: &'static str,
}

impl Page {
    fn of_refusal(refused: &impl Refusal, means: &'static str, remedy: &'static str) -> Self {
        Self { example: refusal(RefusalDocument::of(refused)), means, remedy }
    }

    fn body(&self) -> &Body {
        &self.example.body
    }

    /// The last part of its `type`.
    fn name(&self) -> &str {
        self.body().kind.trim_start_matches(PLACE)
    }
}

/// Where the pages are; the `type` of every problem begins so.
pub(super) const PLACE: &str = "/problems/";

/// All pages by the last part of their `type`.
static PAGES: LazyLock<BTreeMap<String, Page>> = LazyLock::new(|| {
    let all = edge::pages().into_iter().chain(orders::pages()).chain(goods::pages()).chain(money::pages()).chain(shop::pages());
    all.map(|page| (page.name().to_owned(), page)).collect()
});

/// The types that have a page, each as it stands in a problem's `type`.
pub fn problem_types() -> impl Iterator<Item = &'static str> {
    PAGES.values().map(|page| page.body().kind.as_str())
}

const HEAD: &str = "\
# What can go wrong, and what to do

Made from `command-api/src/problem/pages`; `UPDATE_OPENAPI=1 tests/with-postgres cargo test -p command-api` writes it anew. Everything that is not done is answered with a
problem document (RFC 9457). Its `type` is stable and leads to the page of the same text in the program; `detail` and the further values are those of one case. Some of these
only an order's process meets: `replay saga` shows them where it waits.
";

/// All of them as a page of the docs.
pub fn problems_page() -> String {
    let mut page = HEAD.to_owned();
    for problem in PAGES.values() {
        let Body { kind, title, status, .. } = problem.body();
        let example = serde_json::to_string(problem.body()).unwrap_or_default();
        let (means, remedy) = (problem.means, problem.remedy);
        let _ = write!(page, "\n## {kind}\n\n{status}, *{title}*. {means}\n\n**What to do:** {remedy}\n\n```json\n{example}\n```\n");
    }
    page
}
