//! Which fields of the GraphQL schema, and which filters, are not for every caller. A field of `Query` without a line is for nobody; one of another type is
//! for who sees what it is a part of.

use crate::Right::{ManageCustomers, ManageStock, ManageWarehouses, ReadAll, ReadCustomer, ReadOrder, ReadPersonalData, RegisterCustomer};
use crate::Who::{self, Everybody, Having};

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The type that it is a field of.
    pub of: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Who may ask for it.
    pub who: Who,
    /// What others get.
    pub else_: Else,
    /// What it tells.
    pub tells: &'static str,
}

/// What somebody gets who may not see a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Else {
    /// An error, `FORBIDDEN`.
    Forbidden,
    /// Null: the rest of the row is seen.
    Null,
    /// An empty list: the rest of the row is seen.
    Empty,
    /// Of `role:id` the role alone: the rest of the row is seen.
    RoleAlone,
}

/// Every line.
pub static FIELDS: &[Field] = &[
    query("order", Having(&[ReadOrder]), "One order."),
    query("orders", Having(&[ReadOrder]), "Orders, the latest placed first."),
    query("orderCounts", Having(&[ReadAll]), "How many orders are in each state."),
    query("customer", Having(&[ReadCustomer]), "One customer; by e-mail address only for who may see everybody's."),
    query("customers", Having(&[ReadAll, RegisterCustomer, ManageCustomers]), "Customers in the order of their ids."),
    query("product", Everybody, "One product."),
    query("products", Everybody, "Products in the order of their SKUs."),
    query("stockItem", Having(&[ReadAll, ManageStock]), "The stock of one SKU in one warehouse."),
    query("stock", Having(&[ReadAll, ManageStock]), "Stock in the order of warehouse and SKU."),
    query("stockTotals", Having(&[ReadAll, ManageStock]), "Units over all stock."),
    query("warehouses", Having(&[ReadAll, ManageWarehouses]), "Every warehouse."),
    query("sales", Having(&[ReadAll]), "Sums over what has left the house."),
    query("readModelPositions", Everybody, "How far every read model is."),
    Field {
        of: "Product",
        name: "stock",
        who: Having(&[ReadAll, ManageStock]),
        else_: Else::Forbidden,
        tells: "Its stock in every warehouse.",
    },
    of_staff("OrdersFilter", "parked", Else::Forbidden, "Only orders of which a step waits for an operator, or none does."),
    of_staff("OrdersFilter", "alerted", Else::Forbidden, "Only orders of which a fact contradicts what they say, or none does."),
    of_staff("Order", "parked", Else::Empty, "Steps that wait for an operator."),
    of_staff("Order", "alerts", Else::Empty, "Facts that contradict what the order says."),
    hidden("Order", "billingAddress", Having(&[ReadPersonalData]), "Where the bill goes."),
    hidden("Delivery", "address", Having(&[ReadPersonalData]), "Where a shipped order goes."),
    hidden("Customer", "name", Having(&[ReadPersonalData]), "Their name."),
    hidden("Customer", "email", Having(&[ReadPersonalData]), "Their e-mail address."),
    hidden("Customer", "phone", Having(&[ReadPersonalData]), "Their phone number."),
    hidden("Customer", "address", Having(&[ReadPersonalData]), "Their address."),
    hidden("Customer", "attributes", Having(&[ReadPersonalData]), "What else the channel knows of them."),
    hidden("Customer", "suspensionReason", Having(&[ReadAll]), "Why they may not order."),
    hidden("TimelineEntry", "note", Having(&[ReadAll]), "What was particular about what happened."),
    of_staff("TimelineEntry", "actor", Else::RoleAlone, "Who wanted what happened."),
];

/// The line of a field.
#[must_use]
pub fn field(of: &str, name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.of == of && field.name == name)
}

const fn query(name: &'static str, who: Who, tells: &'static str) -> Field {
    Field { of: "Query", name, who, else_: Else::Forbidden, tells }
}

const fn hidden(of: &'static str, name: &'static str, who: Who, tells: &'static str) -> Field {
    Field { of, name, who, else_: Else::Null, tells }
}

const fn of_staff(of: &'static str, name: &'static str, else_: Else, tells: &'static str) -> Field {
    Field { of, name, who: Having(&[ReadAll]), else_, tells }
}
