use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_decimal::Decimal;

use super::{Checked, Customers, FileOrder, InputError, OrderFile, Products, check, needs};

const HEADER: &str = "order_ref,customer_ref,store_ref,placed_at,product_ref,quantity,unit_price,line_discount";
const A1: &str = "A,1,330,2017-01-01T11:53:26Z,P1,1,0.50,0.00";
const A2: &str = "A,1,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30";
const B1: &str = "B,2,331,2017-01-01T12:00:00Z,P1,2,0.60,0.00";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn try_check(name: &str, bytes: impl AsRef<[u8]>) -> Result<Checked, InputError> {
    let folder = Folder::new();
    check(OrderFile::new(&folder.file(name, bytes), "USD".parse().unwrap()))
}

/// The orders that stay, and every fault as `line:column: message`.
fn read(header: &str, rows: &[&str]) -> (Vec<FileOrder>, Vec<String>) {
    let folder = Folder::new();
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let checked = check(OrderFile::new(&folder.file("orders.csv", text), "USD".parse().unwrap())).unwrap();
    let orders = checked.orders().unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let faults = checked.faults().shown().iter().map(|fault| format!("{}:{}: {}", fault.line, fault.column, fault.message)).collect();
    (orders, faults)
}

fn references(orders: &[FileOrder]) -> Vec<&str> {
    orders.iter().map(|order| order.reference.as_str()).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn adjacent_lines_make_an_order() {
    let (orders, faults) = read(HEADER, &[A1, A2, B1]);
    assert_eq!(faults, [""; 0]);
    assert_eq!(references(&orders), ["A", "B"]);
    assert_eq!(orders[0].lines.len(), 2);
    assert_eq!(orders[0].lines[1].total().amount(), Decimal::new(300, 2));
    assert_ne!(orders[0].warehouse, orders[1].warehouse);
}

#[test]
fn a_compressed_file_reads_like_a_plain_one_whatever_its_name() {
    let text = format!("{HEADER}\n{A1}\n");
    for name in ["orders.csv.gz", "orders.csv"] {
        assert_eq!(try_check(name, gzip(&text)).unwrap().faults().count(), 0, "{name}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_passed_over() {
    let folder = Folder::new();
    let path = folder.file("orders.csv", format!("\u{feff}{HEADER}\r\n{A1}\r\n\r\n{B1}"));
    let checked = check(OrderFile::new(&path, "USD".parse().unwrap())).unwrap();
    let orders = checked.orders().unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!((references(&orders), checked.faults().count()), (vec!["A", "B"], 0));
}

#[test]
fn a_malformed_row_leaves_its_order_out_and_no_other() {
    let cases = [
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,1.10", "3:39: the row has 7 columns, the header has 8"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30,x", "3:45: the row has 9 columns, the header has 8"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,-3,1.10,0.30", "3:33: quantity: '-3' is not a whole number from 1 to 1000000"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,0,1.10,0.30", "3:33: quantity: '0' is not a whole number from 1 to 1000000"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,1.5,1.10,0.30", "3:33: quantity: '1.5' is not a whole number from 1 to 1000000"),
        ("A,1,330,yesterday,P2,3,1.10,0.30", "3:9: placed_at: 'yesterday' is no time such as 2017-01-01T11:53:26Z"),
        ("A,1,330,2017-02-30T11:53:26Z,P2,3,1.10,0.30", "3:9: placed_at: '2017-02-30T11:53:26Z' is no time"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,much,0.30", "3:35: unit_price: 'much' is not a decimal number"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,-1.10,0.30", "3:35: unit_price: -1.10 is negative"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,1.105,0.30", "3:35: unit_price: "),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,1_000,0.30", "3:35: unit_price: '1_000' is not a decimal number"),
        ("A,1,330,2017-01-01T11:53:26Z,P2,3,1.10,9.99", "3:40: line_discount: USD 9.99 is more than the line costs"),
        ("A,1,downtown,2017-01-01T11:53:26Z,P2,3,1.10,0.30", "3:5: store_ref: 'downtown' is not a number"),
        ("A,1,330,2017-01-01T11:53:26Z,P 2,3,1.10,0.30", "3:30: product_ref: "),
        ("A,1,330,2017-01-01T11:53:26Z,,3,1.10,0.30", "3:30: product_ref: "),
        ("A,,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30", "3:3: customer_ref: "),
        ("A,2,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30", "3:3: customer_ref: 2 differs from 1 on the order's first line"),
        ("A,1,330,2017-01-01T11:53:27Z,P2,3,1.10,0.30", "3:9: placed_at: "),
        ("A,1,331,2017-01-01T11:53:26Z,P2,3,1.10,0.30", "3:5: store_ref: "),
        ("A,1,330,2017-01-01T11:53:26Z,\"P2,3,1.10,0.30", "3:30: a quote is not closed"),
        ("A,1,330,2017-01-01T11:53:26Z,\"P2\"x,3,1.10,0.30", "3:30: text stands behind the closing quote"),
        (",1,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30", "3:1: order_ref: "),
    ];
    for (bad, fault) in cases {
        let (orders, faults) = read(HEADER, &[A1, bad, B1]);
        assert_eq!(references(&orders), ["B"], "{bad}");
        assert!(faults.len() == 1 && faults[0].starts_with(fault), "{bad}: {faults:?}, not {fault}");
    }
}

#[test]
fn a_row_that_lost_its_reference_keeps_out_the_order_after_it_too() {
    let (orders, faults) = read(HEADER, &[B1, ",1,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30", A1]);
    assert_eq!((references(&orders), faults.len()), (vec!["B"], 1));
    assert!(faults[0].ends_with("by its customer, store and time the row is of order A"), "{faults:?}");
}

#[test]
fn a_row_without_a_reference_that_is_of_no_order_beside_it_keeps_out_none() {
    let (orders, faults) = read(HEADER, &[A1, ",3,330,2017-01-01T11:55:00Z,P2,3,1.10,0.30", B1]);
    assert_eq!(references(&orders), ["A", "B"]);
    assert!(faults.len() == 1 && faults[0].starts_with("3:1: order_ref: ") && !faults[0].contains("the row is of order"), "{faults:?}");
}

#[test]
fn a_quoted_field_may_have_line_breaks_in_it() {
    let (orders, faults) = read(HEADER, &[A1, "\"B\n\n2\",2,331,2017-01-01T12:00:00Z,P1,-2,0.60,0.00", B1]);
    assert_eq!(references(&orders), ["A", "B"]);
    assert_eq!(faults.len(), 2, "{faults:?}"); // a reference of several lines, a negative quantity
    assert!(faults[0].starts_with("3:1: order_ref: ") && faults[1].starts_with("5:34: quantity: "), "{faults:?}");
}

#[test]
fn a_quote_that_nobody_closes_harms_its_own_line_only() {
    let open = A2.replace("P2", "\"P2");
    for next in [B1.to_owned(), B1.replace("P1", "\"P1\""), B1.replace("P1", "\"P1")] {
        let (orders, faults) = read(HEADER, &[A1, &open, &next, "C,2,331,2017-01-01T12:00:00Z,P1,2,0.60,0.00"]);
        assert!(references(&orders).contains(&"C") && faults[0].starts_with("3:30: a quote is not closed"), "{next}: {faults:?}");
        assert_eq!(faults.len(), if next.matches('"').count() == 1 { 2 } else { 1 }, "{next}: {faults:?}");
    }
}

#[test]
fn a_gz_may_have_several_members_and_nothing_behind_them() {
    let (header, row) = (format!("{HEADER}\n"), format!("{A1}\n"));
    let members = [gzip(&header), gzip(&row)].concat();
    assert_eq!(try_check("o.csv.gz", &members).unwrap().faults().count(), 0);
    for behind in [&b"x"[..], b"more than ten bytes"] {
        let refused = try_check("o.csv.gz", [&members, behind].concat()).unwrap_err();
        assert!(matches!(refused, InputError::Trailing { line: 2, .. }), "{refused}");
    }
    assert!(matches!(try_check("o.csv.gz", &members[..members.len() - 3]), Err(InputError::Truncated { .. })));
}

#[test]
fn all_that_is_wrong_with_a_row_is_told_at_once() {
    let (_, faults) = read(HEADER, &["A,1,x,y,P2,-1,z,0.30"]);
    assert_eq!(faults.len(), 4, "{faults:?}"); // store, time, quantity, price
}

#[test]
fn lines_of_one_order_that_are_not_adjacent_leave_it_out() {
    let (orders, faults) = read(HEADER, &[A1, B1, A2]);
    assert_eq!(references(&orders), ["B"]);
    assert_eq!(faults, ["4:1: order_ref: order A stood further up already: its lines are not adjacent"]);
}

#[test]
fn an_order_of_more_than_500_lines_is_left_out() {
    let (orders, faults) = read(HEADER, &[A1; 501]);
    assert_eq!((orders.len(), faults.len()), (0, 1));
    assert_eq!(read(HEADER, &[A1; 500]).0.len(), 1);
}

#[test]
fn optional_columns_are_checked() {
    let header = format!("{HEADER},currency,line_total");
    let row = |rest: &str| format!("A,1,330,2017-01-01T11:53:26Z,P2,3,1.10,0.30,{rest}");
    for good in ["EUR,3.00", ",3.0", "EUR,"] {
        let (orders, faults) = read(&header, &[&row(good)]);
        assert_eq!((orders.len(), faults), (1, vec![]), "{good}");
    }
    for (bad, fault) in
        [("EUX,3.00", "2:45: currency: "), ("EUR,3.01", "2:49: line_total: 3.01 is not"), ("JPY,3.00", "2:35: unit_price: ")]
    {
        let (orders, faults) = read(&header, &[&row(bad)]);
        assert!(orders.is_empty() && faults[0].starts_with(fault), "{bad}: {faults:?}");
    }
}

#[test]
fn two_currencies_in_one_order_leave_it_out() {
    let (orders, faults) = read(&format!("{HEADER},currency"), &[&format!("{A1},USD"), &format!("{A2},EUR")]);
    assert!(orders.is_empty() && faults[0].starts_with("3:45: currency: EUR differs from USD"), "{faults:?}");
}

#[test]
fn columns_may_stand_in_any_order() {
    let (orders, faults) = read(
        "quantity,order_ref,customer_ref,store_ref,placed_at,product_ref,unit_price,line_discount",
        &["2,A,1,330,2017-01-01T11:53:26Z,P2,1.10,0.30"],
    );
    assert_eq!((orders[0].lines[0].quantity.get(), faults.len()), (2, 0));
}

#[test]
fn orders_come_in_the_order_of_their_time() {
    let (orders, _) = read(HEADER, &[B1, A1, A2]);
    assert_eq!(references(&orders), ["A", "B"]);
}

#[test]
fn what_is_no_file_of_orders_is_refused_as_a_whole() {
    let text = format!("{HEADER}\n{A1}\n{A2}\n{B1}\n");
    let whole = gzip(&text);
    assert!(matches!(try_check("o.csv", ""), Err(InputError::Empty { .. })));
    assert!(matches!(try_check("o.csv.gz", gzip("")), Err(InputError::Empty { .. })));
    assert!(matches!(try_check("o.csv", format!("{HEADER}\n")), Err(InputError::NoRows { .. })));
    assert!(matches!(try_check("o.csv.gz", &whole[..whole.len() - 20]), Err(InputError::Truncated { .. })));
    assert!(matches!(try_check("o.csv.gz", &whole[..5]), Err(InputError::Truncated { .. })));
    assert!(matches!(try_check("o.csv.gz", &text), Err(InputError::Unreadable { .. })));
    assert!(matches!(try_check("o.csv", [text.as_bytes(), b"\xff\xfe"].concat()), Err(InputError::NotUtf8 { line: 5, .. })));
    assert!(matches!(try_check("o.csv", "a".repeat(2 << 20)), Err(InputError::LineTooLong { .. })));
    let missing = check(OrderFile::new(&PathBuf::from("no such file"), "USD".parse().unwrap())).unwrap_err();
    assert!(missing.is_not_found());
}

#[test]
fn a_wrong_header_says_what_is_wrong() {
    for (header, reason) in [
        ("order_ref,customer_ref", "column 'store_ref' is missing"),
        (&HEADER.replace("quantity", "qty"), "unknown column 'qty'"),
        (&format!("{HEADER},quantity"), "column 'quantity' twice"),
        (A1, "unknown column 'A'"),
    ] {
        let error = try_check("o.csv", format!("{header}\n{A1}\n")).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn needs_have_the_highest_price_of_each_product() {
    let folder = Folder::new();
    let path = folder.file("o.csv", format!("{HEADER}\n{A1}\n{A2}\n{B1}\n"));
    let needs = needs(&check(OrderFile::new(&path, "USD".parse().unwrap())).unwrap()).unwrap();
    let prices = &needs.products[&"P1".parse().unwrap()];
    assert_eq!(prices.values().map(|price| price.to_string()).collect::<Vec<_>>(), ["USD 0.60"]);
    assert_eq!((needs.orders, needs.lines, needs.customers.len()), (2, 3, 2));
}

#[test]
fn products_and_customers_are_found_by_reference() {
    let folder = Folder::new();
    let products = "product_ref,department,name,category\n1,D,\"ICE, CRUSHED\",FRZN\n2,D,,\n,D,x,y\n";
    let mut products = Products::open(&folder.file("p.csv.gz", gzip(products))).unwrap();
    assert_eq!(products.get("1").unwrap().name.as_deref(), Some("ICE, CRUSHED"));
    assert_eq!(products.get("2").unwrap().name, None);
    assert_eq!((products.take_faults().count(), products.get("3")), (1, None));
    let customers = Customers::open(&folder.file("c.csv", "customer_ref,age,income\n1,65+,\n")).unwrap();
    assert_eq!(customers.get("1").unwrap().iter().collect::<Vec<_>>(), [(&"age".to_owned(), &"65+".to_owned())]);
}

#[test]
fn a_products_file_that_is_cut_off_is_refused() {
    let folder = Folder::new();
    let whole = gzip("product_ref,name,category\n1,a,b\n");
    let cut = Products::open(&folder.file("p.csv.gz", &whole[..whole.len() - 9]));
    assert!(matches!(cut, Err(InputError::Truncated { .. })), "{cut:?}");
    assert!(matches!(Products::open(&folder.file("p.csv", "a,b\n")), Err(InputError::Header { .. })));
    assert!(matches!(Products::open(&folder.file("p.csv", "")), Err(InputError::Empty { .. })));
}
