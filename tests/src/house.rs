//! The rooms use each other as `docs/ARCHITECTURE.md` says, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

type Uses = BTreeMap<String, BTreeSet<String>>;

/// The checkout under test; another one where a planted offence is to be found.
fn root() -> PathBuf {
    std::env::var_os("ORDERLY_HOUSE_ROOT").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), PathBuf::from)
}

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).no_deps().other_options(["--offline".to_owned()]).exec().expect("cargo metadata runs")
}

/// Which rooms each room uses, by its manifest; what only tests use does not count.
fn uses(metadata: &Metadata) -> Uses {
    let rooms: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let used = |package: &cargo_metadata::Package| {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        normal.map(|dependency| dependency.name.clone()).filter(|name| rooms.contains(name)).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), used(package))).collect()
}

/// The table of the document: a row `| room | may use, … |` per room; `all` is every room.
fn permitted() -> Uses {
    let document = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md can be read");
    let rows = document.lines().skip_while(|line| !line.starts_with("| room |")).skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let names = |cell: &str| {
        cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| !name.is_empty() && name != "–").collect()
    };
    cells.map(|cells| (cells[0].trim_matches('`').to_owned(), names(cells[1]))).collect()
}

#[test]
fn the_rooms_use_each_other_as_the_architecture_says() {
    let (uses, permitted) = (uses(&metadata()), permitted());
    let rooms: BTreeSet<_> = uses.keys().collect();
    assert_eq!(rooms, permitted.keys().collect(), "docs/ARCHITECTURE.md must have one row for each member of the workspace");
    for (room, used) in &uses {
        let allowed = &permitted[room];
        if allowed.contains("all") {
            continue;
        }
        let forbidden: Vec<_> = used.difference(allowed).collect();
        assert!(forbidden.is_empty(), "{room} must not use {forbidden:?}: docs/ARCHITECTURE.md allows it {allowed:?}");
    }
}
