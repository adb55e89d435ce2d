//! What a query may cost, measured before it is validated: validation itself expands fragments, so a document of a few lines could keep it
//! busy for minutes.
//!
//! Questions about the schema are measured by themselves: GraphiQL's is deeper than any query about orders needs to be.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};

use crate::errors::Code;
use crate::page::{DEFAULT_PAGE, MAX_PAGE};

/// What one operation may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) complexity: usize,
    pub(crate) aliases: usize,
}

/// More fragments than anyone writes by hand. What validates a query calls itself from one fragment to the next.
const FRAGMENT_LIMIT: usize = 100;

/// How many selection sets may stand in one another, those of fragments included. A field is one, and so is a fragment around it, so it is more than
/// the depth of fields; few enough for everything that walks over a query by calling itself.
const LEVEL_LIMIT: usize = 200;

/// How deep a question about the schema may be, and how many fields it may have: GraphiQL asks for types of types nine levels down, which makes 14 levels and
/// some hundred fields.
const SCHEMA_DEPTH: usize = 18;
const SCHEMA_FIELDS: usize = 1_000;

/// A limit that a query exceeds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Excess {
    #[error("the query is nested deeper than {0} levels")]
    Depth(usize),
    #[error("the query asks for more than {0} fields, those of a page counted once for each of its rows")]
    Complexity(usize),
    #[error("the query has more than {0} selections, those of a fragment counted wherever it is spread")]
    Selections(usize),
    #[error("what is asked of the schema is nested deeper than {SCHEMA_DEPTH} levels")]
    SchemaDepth,
    #[error("more than {SCHEMA_FIELDS} fields are asked of the schema")]
    SchemaFields,
    #[error("the query has more than {0} aliases")]
    Aliases(usize),
    #[error("the query has more than {FRAGMENT_LIMIT} fragments")]
    Fragments,
    #[error("fragments are nested deeper than {LEVEL_LIMIT} levels")]
    Levels,
    #[error("a fragment contains itself")]
    Cycle,
    #[error("a fragment is never used")]
    Unused,
}

impl Excess {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Depth(_) | Self::SchemaDepth | Self::Levels => Code::QueryTooDeep,
            Self::Complexity(_) | Self::Selections(_) | Self::SchemaFields | Self::Fragments => Code::QueryTooComplex,
            Self::Aliases(_) => Code::TooManyAliases,
            Self::Cycle | Self::Unused => Code::InvalidQuery,
        }
    }
}

/// Whether every operation of a document stays within the limits. A fragment that none of them reaches is refused: what is validated is measured.
///
/// # Errors
/// The first limit that one of them exceeds.
pub(crate) fn check(document: &ExecutableDocument, variables: &Variables, limits: Limits) -> Result<(), Excess> {
    if document.fragments.len() > FRAGMENT_LIMIT {
        return Err(Excess::Fragments);
    }
    let mut used = HashSet::new();
    for (_, operation) in document.operations.iter() {
        let (fragments, used) = (&document.fragments, &mut used);
        let mut walk = Walk { fragments, variables, limits, used, fields: 0, schema_fields: 0, selections: 0, aliases: 0 };
        let place = Place { depth: 0, levels: 0, fragments: 0, times: 1, in_schema: false };
        walk.selection(&operation.node.selection_set.node, place)?;
    }
    if used.len() == document.fragments.len() { Ok(()) } else { Err(Excess::Unused) }
}

struct Walk<'a, 'd> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    limits: Limits,
    /// The fragments that were come by.
    used: &'a mut HashSet<&'d Name>,
    fields: usize,
    schema_fields: usize,
    selections: usize,
    aliases: usize,
}

/// Where the walk stands.
#[derive(Clone, Copy)]
struct Place {
    /// How many fields enclose it.
    depth: usize,
    /// How many selection sets enclose it.
    levels: usize,
    /// How many fragments enclose it: more than there are is a cycle.
    fragments: usize,
    /// How many times it is answered: once for each row of the pages around it.
    times: usize,
    /// Whether it is part of a question about the schema.
    in_schema: bool,
}

impl<'d> Walk<'_, 'd> {
    fn selection(&mut self, set: &'d SelectionSet, place: Place) -> Result<(), Excess> {
        let place = Place { levels: place.levels + 1, ..place };
        if place.levels > LEVEL_LIMIT {
            return Err(Excess::Levels);
        }
        set.items.iter().try_for_each(|item| self.item(&item.node, place))
    }

    fn item(&mut self, item: &'d Selection, place: Place) -> Result<(), Excess> {
        self.selections += 1;
        let most = self.most_selections();
        if self.selections > most {
            return Err(Excess::Selections(most));
        }
        match item {
            Selection::Field(field) => self.field(&field.node, place),
            Selection::InlineFragment(inline) => self.selection(&inline.node.selection_set.node, place),
            Selection::FragmentSpread(spread) => self.spread(&spread.node.fragment_name.node, place),
        }
    }

    fn field(&mut self, field: &'d Field, place: Place) -> Result<(), Excess> {
        let in_schema = place.in_schema || is_about_the_schema(field);
        let place = Place { depth: place.depth + 1, in_schema, ..place };
        self.aliases += usize::from(field.alias.is_some());
        if self.aliases > self.limits.aliases {
            return Err(Excess::Aliases(self.limits.aliases));
        }
        self.count(place)?;
        let times = place.times.saturating_mul(self.rows(field));
        self.selection(&field.selection_set.node, Place { times, ..place })
    }

    fn count(&mut self, Place { depth, times, in_schema, .. }: Place) -> Result<(), Excess> {
        let counted = if in_schema { &mut self.schema_fields } else { &mut self.fields };
        *counted = counted.saturating_add(if in_schema { 1 } else { times });
        let (fields, Limits { depth: deepest, complexity, .. }) = (*counted, self.limits);
        let (too_deep, too_many) = match in_schema {
            true => (depth > SCHEMA_DEPTH, fields > SCHEMA_FIELDS),
            false => (depth > deepest, fields > complexity),
        };
        match (in_schema, too_deep, too_many) {
            (_, false, false) => Ok(()),
            (true, true, _) => Err(Excess::SchemaDepth),
            (true, false, true) => Err(Excess::SchemaFields),
            (false, true, _) => Err(Excess::Depth(deepest)),
            (false, false, true) => Err(Excess::Complexity(complexity)),
        }
    }

    /// Every field that may be asked for, twice: half may be spreads of fragments. It ends the walk where fragments double and double.
    fn most_selections(&self) -> usize {
        self.limits.complexity.saturating_add(SCHEMA_FIELDS).saturating_mul(2)
    }

    fn spread(&mut self, name: &Name, place: Place) -> Result<(), Excess> {
        let fragments = place.fragments + 1;
        if fragments > self.fragments.len() {
            return Err(Excess::Cycle);
        }
        match self.fragments.get_key_value(name) {
            Some((name, fragment)) => {
                self.used.insert(name);
                self.selection(&fragment.node.selection_set.node, Place { fragments, ..place })
            }
            None => Ok(()),
        }
    }

    /// How many rows a field answers: the size of a page, else one.
    fn rows(&self, field: &Field) -> usize {
        match field.get_argument("first") {
            Some(first) => {
                let known = first.node.clone().into_const_with(|name| self.variables.get(&name).cloned().ok_or(()));
                known.map_or(MAX_PAGE, |first| page_size(&first))
            }
            None if has_rows(field) => DEFAULT_PAGE,
            None => 1,
        }
    }
}

/// What `first` says; anything odd counts as the most that there can be, and is refused later.
fn page_size(first: &Value) -> usize {
    match first {
        Value::Null => DEFAULT_PAGE,
        Value::Number(number) => number.as_u64().map_or(MAX_PAGE, bounded),
        Value::String(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) | Value::List(_) | Value::Object(_) => MAX_PAGE,
    }
}

fn bounded(rows: u64) -> usize {
    usize::try_from(rows).map_or(MAX_PAGE, |rows| rows.clamp(1, MAX_PAGE))
}

/// A page is asked for its edges or nodes. One that hides them in a fragment is counted by its `first` alone, and each has at most
/// [`MAX_PAGE`] rows.
fn has_rows(field: &Field) -> bool {
    field.selection_set.node.items.iter().any(|item| match &item.node {
        Selection::Field(inner) => matches!(inner.node.name.node.as_str(), "edges" | "nodes"),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    })
}

/// `__typename` is not: it costs what any field does.
fn is_about_the_schema(field: &Field) -> bool {
    matches!(field.name.node.as_str(), "__schema" | "__type")
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const LIMITS: Limits = Limits { depth: 5, complexity: 100, aliases: 2 };

    fn measured(query: &str) -> Result<(), Excess> {
        check(&parse_query(query).unwrap(), &Variables::default(), LIMITS)
    }

    #[test]
    fn a_small_query_passes() {
        assert_eq!(measured("{ orders(first: 10) { nodes { id number total { amount } } } }"), Ok(()));
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(measured("{ a { b { c { d { e } } } } }"), Ok(()));
        assert_eq!(measured("{ a { b { c { d { e { f } } } } } }"), Err(Excess::Depth(5)));
    }

    #[test]
    fn each_row_of_a_page_counts() {
        assert_eq!(measured("{ orders(first: 40) { nodes { id } } }"), Ok(()));
        assert_eq!(measured("{ orders(first: 60) { nodes { id } } }"), Err(Excess::Complexity(100)));
        assert_eq!(measured("query($n: Int) { orders(first: $n) { nodes { id } } }"), Err(Excess::Complexity(100)));
    }

    #[test]
    fn aliases_are_bounded() {
        assert_eq!(measured("{ a: x b: x }"), Ok(()));
        assert_eq!(measured("{ a: x b: x c: x }"), Err(Excess::Aliases(2)));
    }

    #[test]
    fn fragments_that_double_and_double_end_at_the_bound() {
        let mut query = "{ ...f0 }".to_owned();
        for i in 0..40 {
            query.push_str(&format!(" fragment f{i} on Query {{ ...f{} ...f{} }}", i + 1, i + 1));
        }
        query.push_str(" fragment f40 on Query { x }");
        assert_eq!(measured(&query), Err(Excess::Complexity(100)));
    }

    #[test]
    fn a_fragment_within_itself_is_refused() {
        assert_eq!(measured("{ ...f } fragment f on Query { ...f }"), Err(Excess::Cycle));
    }

    #[test]
    fn fragments_are_bounded_in_number_and_in_what_they_nest_whether_used_or_not() {
        let chain = |fragments: usize, nested: usize| -> String {
            let body = |n: usize| format!("{}...f{}{}", "... {".repeat(nested), n + 1, "}".repeat(nested));
            let links: String = (0..fragments).map(|n| format!("fragment f{n} on Query {{ {} }} ", body(n))).collect();
            format!("{links} fragment f{fragments} on Query {{ x }}")
        };
        let roomy = Limits { complexity: 1_000, ..LIMITS };
        let measured = |used: &str, fragments, nested| {
            check(&parse_query(format!("{used} {}", chain(fragments, nested))).unwrap(), &Variables::default(), roomy)
        };
        assert_eq!(measured("{ ...f0 }", 20, 1), Ok(()));
        assert_eq!(measured("{ ...f0 }", 100, 0), Err(Excess::Fragments));
        assert_eq!(measured("{ ...f0 }", 20, 10), Err(Excess::Levels));
        assert_eq!(measured("{ x }", 20, 10), Err(Excess::Unused));
    }

    #[test]
    fn questions_about_the_schema_have_limits_of_their_own() {
        let nested = |levels: usize| format!("{{ __schema {} x {} }}", "{ a".repeat(levels), "}".repeat(levels));
        assert_eq!(measured(&nested(14)), Ok(()));
        assert_eq!(measured(&nested(30)), Err(Excess::SchemaDepth));
        let wide = |fields: usize| format!("{{ __type(name: \"Order\") {{ {} }} }}", "x ".repeat(fields));
        assert_eq!(measured(&wide(999)), Ok(()));
        assert_eq!(measured(&wide(1_000)), Err(Excess::SchemaFields));
    }

    #[test]
    fn the_name_of_a_type_is_a_field_like_any_other_and_may_have_another_name() {
        assert_eq!(measured("{ a: __typename }"), Ok(()));
        assert_eq!(measured("{ a: __typename b: __typename c: __typename }"), Err(Excess::Aliases(2)));
        assert_eq!(measured("{ a: __schema { b: x } }"), Ok(()));
        assert_eq!(measured(&format!("{{ {} }}", "__typename ".repeat(101))), Err(Excess::Complexity(100)));
    }

    #[test]
    fn a_limit_that_is_exceeded_is_the_one_that_was_set() {
        let roomy = Limits { complexity: 20_000, ..LIMITS };
        let plain = |fields: usize| check(&parse_query(format!("{{ {} }}", "x ".repeat(fields))).unwrap(), &Variables::default(), roomy);
        assert_eq!(plain(1_500), Ok(()));
        assert_eq!(plain(20_000), Ok(()));
        assert_eq!(plain(20_001), Err(Excess::Complexity(20_000)));
    }
}
