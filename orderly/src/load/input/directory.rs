//! What is known of products and customers: small files, kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::error::InputError;
use super::fault::Faults;
use super::table::{Columns, Row, Table};

/// The rows of a file by their reference.
#[derive(Debug, Default)]
pub struct Directory<T> {
    rows: HashMap<String, T>,
    faults: Faults,
}

/// What the file knows of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its category, where it has one.
    pub category: Option<String>,
}

/// Products by reference.
pub type Products = Directory<Product>;

/// What is known of customers, by reference: whatever columns the file has, less the empty ones.
pub type Customers = Directory<BTreeMap<String, String>>;

impl<T> Directory<T> {
    /// The row of a reference.
    pub fn get(&self, reference: &str) -> Option<&T> {
        self.rows.get(reference)
    }

    /// Takes what is wrong with the file.
    pub fn take_faults(&mut self) -> Faults {
        std::mem::take(&mut self.faults)
    }

    /// Reads a file whose rows are known by what stands in the first of the columns that it needs.
    fn read(path: &Path, needed: &'static [&'static str], known: fn(&Row) -> T) -> Result<Self, InputError> {
        let mut table = Table::open(path, Columns { needed, optional: None })?;
        let mut directory = Self { rows: HashMap::new(), faults: Faults::default() };
        while let Some(mut row) = table.next()? {
            if row.is_whole()
                && let Some(reference) = row.read(needed[0], reference)
            {
                directory.rows.insert(reference, known(&row));
            }
            row.take_faults().into_iter().for_each(|fault| directory.faults.add(fault));
        }
        Ok(directory)
    }
}

fn reference(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
}

impl Products {
    /// Reads a file of products: `product_ref`, `name`, `category` and whatever else.
    ///
    /// # Errors
    /// The file cannot be used at all.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::read(path, &["product_ref", "name", "category"], |row| Product { name: row.told("name"), category: row.told("category") })
    }
}

impl Customers {
    /// Reads a file of customers: `customer_ref` and whatever else.
    ///
    /// # Errors
    /// The file cannot be used at all.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::read(path, &["customer_ref"], |row| row.others("customer_ref"))
    }
}
