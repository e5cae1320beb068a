//! Figures and how they are printed: one line each, ours beside its limit or peer, with the ratio of the two.

use std::fmt;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// All of it.
    Whole,
    /// As little as shows that it runs.
    Quick,
}

impl Size {
    /// `whole`, or `quick` where only a little is measured.
    pub(crate) fn choose<T>(self, whole: T, quick: T) -> T {
        match self {
            Self::Whole => whole,
            Self::Quick => quick,
        }
    }
}

/// What a ratio should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Nothing: the figure says how things are.
    None,
}

/// The ratios of several rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

impl Spread {
    /// Of some ratios, one a round.
    pub(crate) fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_by(f64::total_cmp);
        let at = |index: usize| ratios.get(index).copied().unwrap_or(f64::NAN);
        Self {
            median: at(ratios.len() / 2),
            least: at(0),
            greatest: at(ratios.len().saturating_sub(1)),
        }
    }

    /// Of one ratio, which does not vary.
    pub(crate) fn exact(ratio: f64) -> Self {
        Self::of(vec![ratio])
    }
}

/// The median of some values.
pub(crate) fn median(values: &[f64]) -> f64 {
    Spread::of(values.to_vec()).median
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            least,
            greatest,
        } = self;
        if least.total_cmp(greatest).is_eq() {
            return write!(formatter, "{median:.2}");
        }
        write!(formatter, "{median:.2} ({least:.2} to {greatest:.2})")
    }
}

/// One line.
pub(crate) struct Figure<'a> {
    /// What is measured.
    pub(crate) name: &'a str,
    /// What it is with us.
    pub(crate) ours: String,
    /// What it is compared with, and what that is.
    pub(crate) beside: String,
    /// Ours divided by the other.
    pub(crate) ratio: Option<Spread>,
    /// What the ratio should be.
    pub(crate) aim: Aim,
}

impl Figure<'_> {
    /// Prints the line.
    pub(crate) fn print(&self) {
        let ratio = self.ratio.map(|ratio| ratio.to_string());
        let (aim, met) = match (self.aim, self.ratio) {
            (Aim::AtLeast(least), Some(ratio)) => (format!("≥ {least}"), ratio.median >= least),
            (Aim::AtMost(most), Some(ratio)) => (format!("≤ {most}"), ratio.median <= most),
            _ => (String::new(), true),
        };
        let verdict = match (aim.is_empty(), met) {
            (true, _) => "",
            (false, true) => "met",
            (false, false) => "not met",
        };
        let (name, ours, beside) = (self.name, &self.ours, &self.beside);
        let ratio = ratio.unwrap_or_default();
        println!("{name:<66} {ours:>12}  {beside:<32} {ratio:<22} {aim:<8}{verdict}");
    }
}

/// Prints what a part is, above its lines.
pub(crate) fn title(text: &str) {
    println!("\n{text}");
    let (ours, beside, ratio) = ("ours", "limit or peer", "ratio");
    println!("{:<66} {ours:>12}  {beside:<32} {ratio:<22} aim", "");
}

/// Prints on what machine, and how busy it was: its load is what most disturbs the figures.
pub(crate) fn circumstances() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, load average {}", load.join(" "));
}

/// `count` things in `seconds`, a second.
pub(crate) fn rate(count: usize, seconds: f64) -> f64 {
    number(count) / seconds
}

/// A count as a number to divide.
#[expect(
    clippy::cast_precision_loss,
    reason = "nothing here is counted beyond 2^52"
)]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
