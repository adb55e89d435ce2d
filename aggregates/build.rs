//! A golden event that is added is compiled in.

fn main() {
    println!("cargo:rerun-if-changed=golden");
}
