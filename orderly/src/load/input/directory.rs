//! What is known of products and customers: small files, kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::InputError;
use super::fault::{Fault, Faults};
use super::lines::open;

/// The rows of a file by the reference in its first column.
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

    fn read(path: &Path, needed: &[&str], row: impl Fn(&Record<'_>) -> T) -> Result<Self, InputError> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(open(path)?);
        let header = reader.headers().map_err(|error| unreadable(path, error))?.clone();
        check_header(path, &header, needed)?;
        let mut directory = Self { rows: HashMap::new(), faults: Faults::default() };
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| unreadable(path, error))? {
            let record = Record { header: &header, fields: &record };
            match record.reference() {
                Ok(reference) => drop(directory.rows.insert(reference, row(&record))),
                Err(message) => directory.faults.add(record.fault(path, message)),
            }
        }
        Ok(directory)
    }
}

impl Products {
    /// Reads a file of products: `product_ref`, `name`, `category` and whatever else.
    ///
    /// # Errors
    /// The file cannot be used at all.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::read(path, &["product_ref", "name", "category"], |record| Product {
            name: record.field("name").map(str::to_owned),
            category: record.field("category").map(str::to_owned),
        })
    }
}

impl Customers {
    /// Reads a file of customers: `customer_ref` and whatever else.
    ///
    /// # Errors
    /// The file cannot be used at all.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::read(path, &["customer_ref"], |record| record.attributes())
    }
}

struct Record<'a> {
    header: &'a StringRecord,
    fields: &'a StringRecord,
}

impl Record<'_> {
    /// The first column is the reference.
    fn reference(&self) -> Result<String, String> {
        if self.fields.len() != self.header.len() {
            return Err(format!("the row has {} columns, the header has {}", self.fields.len(), self.header.len()));
        }
        let reference = self.fields.get(0).unwrap_or_default().trim();
        if reference.is_empty() { Err(format!("{}: is empty", &self.header[0])) } else { Ok(reference.to_owned()) }
    }

    fn field(&self, name: &str) -> Option<&str> {
        let position = self.header.iter().position(|column| column.trim() == name)?;
        self.fields.get(position).map(str::trim).filter(|text| !text.is_empty())
    }

    fn attributes(&self) -> BTreeMap<String, String> {
        let columns = self.header.iter().zip(self.fields).skip(1);
        columns.filter(|(_, text)| !text.trim().is_empty()).map(|(name, text)| (name.trim().to_owned(), text.trim().to_owned())).collect()
    }

    fn fault(&self, path: &Path, message: String) -> Fault {
        Fault::at(path, self.fields.position().map_or(0, csv::Position::line), 1, message)
    }
}

fn check_header(path: &Path, header: &StringRecord, needed: &[&str]) -> Result<(), InputError> {
    let wrong = |reason| InputError::Header { path: path.to_owned(), reason };
    let has = |name: &str| header.iter().any(|column| column.trim() == name);
    if let Some(missing) = needed.iter().find(|name| !has(name)) {
        return Err(wrong(format!("column '{missing}' is missing; expected {}", needed.join(","))));
    }
    if header.get(0).map(str::trim) != needed.first().copied() {
        return Err(wrong(format!("the first column must be '{}'", needed[0])));
    }
    Ok(())
}

fn unreadable(path: &Path, error: csv::Error) -> InputError {
    let line = error.position().map_or(0, csv::Position::line);
    if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
        return InputError::NotUtf8 { path: path.to_owned(), line };
    }
    let told = error.to_string();
    let source = if let csv::ErrorKind::Io(source) = error.into_kind() { source } else { std::io::Error::other(told) };
    InputError::reading(path, line, source)
}
