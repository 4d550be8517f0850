//! `muster fake`, as the command line says it.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use fakes::{FAKES, Faults, Options, Rate};

/// A system's stand-in.
#[derive(Debug, Clone, Args)]
pub struct Fake {
    /// Which system
    #[arg(value_name = "SYSTEM", value_parser = PossibleValuesParser::new(FAKES.iter().map(|f| f.name())))]
    pub name: String,
    /// Address and port; port 0 takes a free one. Whoever reaches it may use it: it is no place for secrets
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// What goes wrong, such as "mixed:0.1,seed=7" or "timeout*2@POST /v1"; docs/fakes.md says it all
    #[arg(long, value_name = "RULES", default_value = "none", value_parser = Faults::parse)]
    pub faults: Faults,
    /// Requests that it takes, as COUNT/SECONDS, or "none" [default: as its vendor documents]
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// It takes so many times as many requests as its vendor documents
    #[arg(long, value_name = "TIMES", default_value_t = 1, conflicts_with = "rate",
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit_scale: u32,
    /// Seconds for which its access tokens are good
    #[arg(long, value_name = "SECONDS", default_value_t = 3600,
        value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub tokens_live: u64,
    /// Milliseconds that each of its answers takes at the least
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub latency: u64,
    /// Print what it does and does not, and end
    #[arg(long, conflicts_with = "json")]
    pub guide: bool,
    /// Print everything as one JSON object on the first line instead
    #[arg(long)]
    pub json: bool,
}

impl Fake {
    /// Whose stand-in.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn which(&self) -> Result<&'static dyn fakes::Fake, String> {
        fakes::by_name(&self.name).ok_or_else(|| format!("there is no stand-in for {}", self.name))
    }

    /// How it shall behave.
    ///
    /// # Errors
    /// When the rate is none.
    pub fn behaviour(&self) -> Result<Options, String> {
        let usual = self.which()?.rate();
        let rate = self.rate.as_deref();
        Ok(Options {
            faults: self.faults.clone(),
            rate: Some(match rate {
                Some(rate) => Rate::parse(rate, usual)?,
                None => usual.times(self.limit_scale),
            }),
            tokens_live: Duration::from_secs(self.tokens_live),
            latency: Duration::from_millis(self.latency),
        })
    }
}
