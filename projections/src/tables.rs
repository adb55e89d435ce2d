//! The tables of a read model, as its [`Projection`](crate::Projection) lists them.

use std::marker::PhantomData;

use crate::changing::{Changing, ChangingEntries, ChangingRows};
use crate::model::{Kind, TableShape};
use crate::row::{Entry, Part, Row};

/// A table with one row a group.
#[derive(Debug)]
pub struct One<R>(PhantomData<fn() -> R>);

/// A table with several rows a group.
#[derive(Debug)]
pub struct Many<R>(PhantomData<fn() -> R>);

/// A table whose rows are only ever inserted, each by one event.
#[derive(Debug)]
pub struct Entries<R>(PhantomData<fn() -> R>);

/// A table of one of the kinds above.
pub trait Table<E> {
    /// What it is called and how its rows are told apart.
    const SHAPE: TableShape;

    /// The table, for a batch to be folded into it.
    fn begin() -> Box<dyn Changing<E>>;
}

impl<E: 'static, R: Row<E>> Table<E> for One<R> {
    const SHAPE: TableShape = TableShape { name: R::TABLE, kind: Kind::One };

    fn begin() -> Box<dyn Changing<E>> {
        Box::new(ChangingRows::single(|row, key, _, event| R::fold(row, key, event)))
    }
}

impl<E: 'static, R: Part<E>> Table<E> for Many<R> {
    const SHAPE: TableShape = TableShape { name: R::TABLE, kind: Kind::Many };

    fn begin() -> Box<dyn Changing<E>> {
        Box::new(ChangingRows::parted(R::parts, |row, _, part, event| R::fold(row, part, event)))
    }
}

impl<E: 'static, R: Entry<E>> Table<E> for Entries<R> {
    const SHAPE: TableShape = TableShape { name: R::TABLE, kind: Kind::Entries };

    fn begin() -> Box<dyn Changing<E>> {
        Box::new(ChangingEntries::new(R::of))
    }
}

/// All tables of a read model: a tuple of up to eight.
pub trait Tables<E> {
    /// Their names and kinds, in their order.
    const SHAPES: &'static [TableShape];

    /// The tables, for a batch to be folded into them.
    fn begin() -> Vec<Box<dyn Changing<E>>>;
}

macro_rules! tables {
    ($($table:ident)+) => {
        impl<E, $($table: Table<E>),+> Tables<E> for ($($table,)+) {
            const SHAPES: &'static [TableShape] = &[$($table::SHAPE),+];

            fn begin() -> Vec<Box<dyn Changing<E>>> {
                vec![$($table::begin()),+]
            }
        }
    };
}

tables!(A);
tables!(A B);
tables!(A B C);
tables!(A B C D);
tables!(A B C D F);
tables!(A B C D F G);
tables!(A B C D F G H);
tables!(A B C D F G H I);
