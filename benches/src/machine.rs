use std::process::Command;

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").trim().to_owned()
}

fn field(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value =
        text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned());
    value.unwrap_or_else(|| "unknown".to_owned())
}

/// What it ran on.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    [
        "## Machine".to_owned(),
        String::new(),
        format!("- {cores} cores, {}; memory {}", field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal")),
        format!("- {}; {}; {}", first_line("uname", &["-sr"]), first_line("postgres", &["--version"]), first_line("rustc", &["--version"])),
        "- Postgres, the programs and the load generator share the cores; fsync on; release build.".to_owned(),
    ]
    .join("\n")
}
