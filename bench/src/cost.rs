//! What work costs: processor time, which others on the machine do not lengthen as they do the clock's; and memory.

use rustix::time::{ClockId, clock_gettime};

use crate::Result;

/// Whose processor time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Processor {
    /// This thread's.
    Thread,
    /// All threads' of this process.
    Process,
}

impl Processor {
    /// Seconds until now.
    pub(crate) fn seconds(self) -> f64 {
        let clock = match self {
            Self::Thread => ClockId::ThreadCPUTime,
            Self::Process => ClockId::ProcessCPUTime,
        };
        let time = clock_gettime(clock);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run is too short for it to matter"
        )]
        let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
        seconds
    }
}

/// The most memory that this process has had, in MiB.
pub(crate) fn peak_memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = kib.ok_or("the process does not say its memory")?.parse()?;
    Ok(kib / 1024.0)
}
