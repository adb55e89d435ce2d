use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Somebody wants the program to end: Ctrl-C, SIGTERM, or SIGHUP, which a terminal sends that is closed. From when this is made on, none of them ends
/// it by itself.
#[derive(Debug)]
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    /// None where whoever started the program had it ignored, as `nohup` does.
    hangup: Option<Signal>,
}

impl StopSignals {
    /// Begins to listen.
    pub(crate) fn new() -> io::Result<Self> {
        let hangup = if hangups_are_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    /// Waits for the next, or for one that came since this was made.
    pub(crate) async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// What a program ignores it was told to by who started it; where the system does not tell, nothing is.
fn hangups_are_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangups(&status))
}

/// `SigIgn` is a mask in hexadecimal; the lowest bit is that of signal 1, SIGHUP.
fn ignores_hangups(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hangup_that_is_ignored_is_seen_in_the_mask() {
        assert!(ignores_hangups("Name:\torderly\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangups("SigIgn:\t0000000000001000\n") && !ignores_hangups("Name:\torderly\n"));
    }
}
