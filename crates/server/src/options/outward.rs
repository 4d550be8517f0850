//! `muster bench outward`, as the command line says it.

use clap::Args;
use clap::builder::PossibleValuesParser;
use fakes::FAKES;

/// Where to, and for how long.
#[derive(Debug, Clone, Args)]
pub struct OutwardBench {
    /// The system to carry to; may be repeated [default: each that there is a stand-in for, all at once]
    #[arg(long = "system", value_name = "SYSTEM",
        value_parser = PossibleValuesParser::new(FAKES.iter().map(|f| f.name())))]
    pub systems: Vec<String>,
    /// People who wait for each system [default: more than it takes meanwhile]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub people: Option<u32>,
    /// Seconds that are measured at the least; rounded up to whole windows of the vendor's limit, three or more
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub seconds: u32,
    /// The stand-ins take so many times as many requests as their vendors document
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit_scale: u32,
    /// Milliseconds that each answer of the stand-ins takes
    #[arg(long, value_name = "MS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub latency: u64,
    /// An empty PostgreSQL database of C collation, instead of SQLite in a throw-away folder
    #[arg(long)]
    pub database: Option<String>,
}
