//! The command line. It is a contract: names and meanings stay.

mod fake;
mod mail;
mod outward;
mod rehearsal;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use courier::guard::{Guard, IpNet, network};
use courier::{carry, fetch, webhook};
use dialects::DIALECTS;

pub use fake::Fake;
pub use mail::{Mail, MailCommand};
pub use outward::OutwardBench;
pub use rehearsal::Rehearsal;

/// A self-hosted applicant tracking server that answers the candidate APIs you already speak.
#[derive(Debug, Parser)]
#[command(name = "muster", version, about)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until told to stop (Ctrl-C or SIGTERM)
    Serve {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        listen: Listen,
        #[command(flatten)]
        keeping: Keeping,
        #[command(flatten)]
        mail: Box<Mail>,
    },
    /// Serve with an example organization, and print credentials and a curl line for each call
    Demo {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        listen: Listen,
        #[command(flatten)]
        keeping: Keeping,
        #[command(flatten)]
        mail: Box<Mail>,
        /// Print everything as one JSON object on the first line instead
        #[arg(long)]
        json: bool,
    },
    /// Organizations
    Org {
        #[command(subcommand)]
        command: OrgCommand,
    },
    /// Members: people who sign in at the desk
    Member {
        #[command(subcommand)]
        command: MemberCommand,
    },
    /// API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Mail
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Stand in for another system, to try an integration against: it answers as its vendor would, and fails on demand
    Fake(Box<Fake>),
    /// Measure: candidates a second, and how near that is to what the database can do
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
    /// Read the text of the file on standard input; the server runs this for itself
    #[command(hide = true)]
    Extract {
        /// What it is
        #[arg(value_parser = ["pdf", "docx", "text"])]
        format: String,
    },
    /// Say how many pages the PDF on standard input has, or draw one; the server runs this for itself
    #[command(hide = true)]
    Draw {
        /// Its number, counted from one
        #[arg(long)]
        page: Option<u32>,
    },
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder for the SQLite database, the files and the installation key
    #[arg(long, default_value = "muster-data", env = "MUSTER_DATA")]
    pub data: PathBuf,
    /// PostgreSQL instead of SQLite: postgres://user@host:port/database (of C collation)
    #[arg(long, env = "MUSTER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder for the contents of files [default: <DATA>/files]
    #[arg(long, env = "MUSTER_FILES")]
    pub files: Option<String>,
}

/// Where to be found.
#[derive(Debug, Clone, Args)]
pub struct Listen {
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", env = "MUSTER_LISTEN")]
    pub listen: SocketAddr,
    /// How the outside reaches this server, for links in answers and mails [default: http://<LISTEN>]
    #[arg(long, env = "MUSTER_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Network (or address) that may be called, for files that callers name by URL, for webhooks and for destinations,
    /// although it is not public, such as 10.1.0.0/16; repeat it, or separate several by commas
    #[arg(long, value_name = "CIDR", value_parser = network, value_delimiter = ',', env = "MUSTER_FETCH_ALLOW")]
    pub fetch_allow: Vec<IpNet>,
    /// Seconds for which an answer waits for another system that its record is carried to
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 25,
        value_parser = clap::value_parser!(u64).range(..=600),
        env = "MUSTER_WAIT_FOR_REMOTE"
    )]
    pub wait_for_remote: u64,
    /// Carry in a hurry, against stand-ins, as "hurry=60,answer=5,limits=20"; docs/fakes.md says it all
    #[arg(long, value_name = "RULES", default_value = "", hide = true, value_parser = Rehearsal::parse,
        env = "MUSTER_REHEARSAL")]
    pub rehearsal: Rehearsal,
}

impl Listen {
    /// How files that callers name by URL are fetched.
    pub fn fetching(&self) -> fetch::Settings {
        fetch::Settings {
            guard: Guard::allowing(self.fetch_allow.clone()),
            limits: fetch::Limits::default(),
        }
    }

    /// How candidates are carried to destinations; `also`: networks that may be called besides those that the operator named.
    pub fn carrying(&self, also: &[IpNet]) -> carry::Settings {
        let allowed = self.fetch_allow.iter().chain(also).copied();
        carry::Settings {
            guard: Guard::allowing(allowed.collect()),
            limits: self.rehearsal.limits(),
        }
    }

    /// How subscribers are told; `also`: networks that may be called besides those that the operator named.
    pub fn telling(&self, also: &[IpNet]) -> webhook::Settings {
        let allowed = self.fetch_allow.iter().chain(also).copied();
        webhook::Settings {
            guard: Guard::allowing(allowed.collect()),
            shapes: dialects::shapes(),
            limits: webhook::Limits::default(),
        }
    }
}

/// What is kept, and for how long.
#[derive(Debug, Clone, Args)]
pub struct Keeping {
    /// Days for which requests that wanted to change something are kept, for members to look at; 0 keeps none
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(..=36_500),
        env = "MUSTER_KEEP_REQUESTS"
    )]
    pub keep_requests: u32,
}

/// Commands on organizations.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Make an organization
    Create {
        /// Its name
        name: String,
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the organizations
    List {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Commands on members.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Invite somebody; prints a link by which they choose a password and join
    Add {
        /// Their e-mail address
        email: String,
        /// The organization: its id, number or name
        #[arg(long)]
        org: String,
        /// What they are called
        #[arg(long, default_value = "")]
        name: String,
        /// owner, recruiter, interviewer or auditor
        #[arg(long, default_value = "owner")]
        role: String,
        /// The server's URL, for the printed link
        #[arg(
            long,
            default_value = "http://127.0.0.1:8080",
            env = "MUSTER_PUBLIC_URL"
        )]
        public_url: String,
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Commands on keys.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key; it is shown this once
    Create {
        /// The organization: its id, number or name
        #[arg(long)]
        org: String,
        /// The API it opens
        #[arg(long)]
        dialect: String,
        /// What people call it
        #[arg(long, default_value = "key")]
        name: String,
        /// Requests allowed, as COUNT/SECONDS, or "none" [default: the dialect's own]
        #[arg(long)]
        limit: Option<String>,
        /// What it may do, of: read write eeo:read
        #[arg(long, default_value = "read write")]
        permissions: String,
        /// Narrow it to a scope of the API; may be repeated [default: all of the API]
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
        scopes: Vec<String>,
        /// The server's URL, for the printed base URL
        #[arg(
            long,
            default_value = "http://127.0.0.1:8080",
            env = "MUSTER_PUBLIC_URL"
        )]
        public_url: String,
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List an organization's keys (never their secrets)
    List {
        /// The organization: its id, number or name
        #[arg(long)]
        org: String,
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a key; running servers see it within a second
    Revoke {
        /// The organization: its id, number or name
        #[arg(long)]
        org: String,
        /// The key's id, as `key list` shows it
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Measurements.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Create candidates through HTTP
    Create {
        #[command(flatten)]
        bench: Bench,
        /// A running server's credentials, a JSON file as `key create --json` prints it; with it no server is started
        #[arg(long)]
        credentials: Option<PathBuf>,
        /// The running server's URL; needs --credentials
        #[arg(long, requires = "credentials")]
        url: Option<String>,
        /// Run alternately with `bench limit` and end with the ratio
        #[arg(long, conflicts_with_all = ["url", "credentials"])]
        against_limit: bool,
    },
    /// Replay the statements of one real create straight through the driver
    Limit {
        #[command(flatten)]
        bench: Bench,
        /// Print the statements too, in the order in which they ran
        #[arg(long)]
        statements: bool,
    },
    /// Fill a store with candidates and ask for pages of the lists that callers read
    List {
        #[command(flatten)]
        bench: ListBench,
    },
    /// Carry people to stand-ins, and say how much of what each vendor allows is used
    Outward {
        #[command(flatten)]
        bench: OutwardBench,
    },
    /// Fill a store with candidates and ask for every page of the desk
    Desk {
        #[command(flatten)]
        bench: DeskBench,
    },
}

/// What to measure.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// The API to speak
    #[arg(long, default_value = DIALECTS[0].name())]
    pub dialect: String,
    /// Connections that call at once
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// Candidates to create
    #[arg(long, default_value_t = 20_000)]
    pub count: usize,
    /// Index nobody meanwhile, to see what indexing costs
    #[arg(long)]
    pub without_index: bool,
    /// An empty PostgreSQL database of C collation, instead of SQLite in a throw-away folder
    #[arg(long)]
    pub database: Option<String>,
}

/// Which list to measure.
#[derive(Debug, Clone, Args)]
pub struct ListBench {
    /// The API whose lists are read; each in turn, if none is named
    #[arg(long)]
    pub dialect: Option<String>,
    /// Candidates to make first
    #[arg(long, default_value_t = 100_000)]
    pub candidates: usize,
    /// Connections that call at once
    #[arg(long, default_value_t = 8)]
    pub connections: usize,
    /// Pages to ask for of each list
    #[arg(long, default_value_t = 2_000)]
    pub count: usize,
    /// An empty PostgreSQL database of C collation, instead of SQLite in a throw-away folder
    #[arg(long)]
    pub database: Option<String>,
}

/// How to measure the desk.
#[derive(Debug, Clone, Args)]
pub struct DeskBench {
    /// Candidates to make first; the first job gets some 5,000 applications of 100,000 people's
    #[arg(long, default_value_t = 100_000)]
    pub candidates: usize,
    /// Jobs to make first
    #[arg(long, default_value_t = 200)]
    pub jobs: usize,
    /// Connections that call at once
    #[arg(long, default_value_t = 8)]
    pub connections: usize,
    /// Calls of each page
    #[arg(long, default_value_t = 400)]
    pub count: usize,
    /// Only the pages whose title has this in it
    #[arg(long)]
    pub only: Option<String>,
    /// Folder to keep the store in, filled the first time: to measure it again after a change
    #[arg(long)]
    pub keep: Option<PathBuf>,
    /// An empty PostgreSQL database of C collation, instead of SQLite; with --keep, the one that was filled
    #[arg(long)]
    pub database: Option<String>,
}
