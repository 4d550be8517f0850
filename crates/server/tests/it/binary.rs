//! The real program as a child process that cannot outlive its test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testing::Place;

use crate::client::Client;

/// The demo's organization.
pub const ORGANIZATION: &str = "Analytical Engines";

pub use testing::PATIENCE;

/// A running server. Killed, and waited for, when it is dropped.
pub struct Muster {
    child: Child,
    /// What it says after the first line.
    pub out: BufReader<ChildStdout>,
    /// The first line it said.
    pub first_line: String,
    /// Where its standard error goes, this start's and those before.
    pub errors: PathBuf,
    address: String,
}

/// The folder that tests give as `--data`; the program makes it.
pub fn data(place: &Place) -> PathBuf {
    place.dir().join("data")
}

/// `muster WORDS` on `place`, to be started.
pub fn muster(place: &Place, words: &[&str]) -> Command {
    wrapped(place, &[], words)
}

/// The same below another program, which must become it (`exec`) or leave it its own child number.
pub fn wrapped(place: &Place, wrapper: &[&str], words: &[&str]) -> Command {
    on(place, &data(place), wrapper, words)
}

/// The same with this folder as `--data`.
pub fn on(place: &Place, data: &Path, wrapper: &[&str], words: &[&str]) -> Command {
    // Should this process be killed without a chance to clear up, the kernel ends the child.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).args(wrapper);
    command.arg(env!("CARGO_BIN_EXE_muster")).args(words);
    command.arg("--data").arg(data);
    if let Some(url) = place.database_url() {
        command.args(["--database", url]);
    }
    for name in [
        "DATA",
        "DATABASE",
        "DKIM_KEY",
        "DKIM_SELECTOR",
        "FETCH_ALLOW",
        "FILES",
        "KEY",
        "LISTEN",
        "LOG",
        "MAIL_FROM",
        "PUBLIC_URL",
        "REHEARSAL",
        "SMTP",
        "SMTP_CA",
        "SMTP_PASSWORD",
        "SMTP_PASSWORD_FILE",
        "SMTP_TLS",
    ] {
        command.env_remove(format!("MUSTER_{name}"));
    }
    command.stdin(Stdio::null());
    command
}

/// Runs `muster WORDS` on `place` to its end.
pub fn run(place: &Place, words: &[&str]) -> Output {
    muster(place, words).output().expect("muster runs")
}

/// Runs it, which must succeed and print JSON.
pub fn run_json(place: &Place, words: &[&str]) -> Value {
    let output = run(place, words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "muster {words:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        let said = String::from_utf8_lossy(&output.stdout);
        panic!("muster {words:?} printed no JSON ({e}): {said}")
    })
}

/// A key of the demo's organization that may call as often as it likes; what `key create --json` prints.
pub fn unlimited_key(place: &Place, server: &Muster, dialect: &str) -> Value {
    let url = server.url();
    run_json(
        place,
        &[
            "key",
            "create",
            "--org",
            ORGANIZATION,
            "--dialect",
            dialect,
            "--limit",
            "none",
            "--public-url",
            &url,
            "--json",
        ],
    )
}

impl Muster {
    /// `muster demo --json` on a free port, ready to be called.
    pub fn demo(place: &Place) -> Muster {
        Muster::start(place, &mut muster(place, &DEMO))
    }

    /// Starts `command`, waits for its first line, and learns the address from it.
    pub fn start(place: &Place, command: &mut Command) -> Muster {
        let errors = place.dir().join("stderr");
        let mut log = std::fs::OpenOptions::new();
        let log = log
            .create(true)
            .append(true)
            .open(&errors)
            .expect("a file for stderr");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("muster starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        // On a thread, as a start that hangs must not hang the test.
        let (say, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = out.read_line(&mut line);
            let _ = say.send((read, line, out));
        });
        let Ok((Ok(1..), first_line, out)) = heard.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let status = child.wait();
            let said = std::fs::read_to_string(&errors).unwrap_or_default();
            panic!("muster did not start ({status:?}); its standard error:\n{said}");
        };
        Muster {
            address: address_in(&first_line),
            child,
            out,
            first_line,
            errors,
        }
    }

    /// What `demo --json` said.
    pub fn said(&self) -> Value {
        serde_json::from_str(&self.first_line)
            .unwrap_or_else(|e| panic!("the first line is no JSON ({e}): {}", self.first_line))
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A new connection.
    pub fn client(&self) -> Client {
        Client::connect(&self.address).expect("the server listens")
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// kill -9, and gone.
    pub fn kill(mut self) {
        self.end();
    }

    /// Sends the signal of this name. (The shell's own `kill`: a bare Debian has no other.)
    pub fn signal(&self, name: &str) {
        let line = format!("kill -{name} {}", self.id());
        let status = Command::new("sh").args(["-c", &line]).status();
        assert!(status.is_ok_and(|s| s.success()), "{line}");
    }

    /// Waits until it ends by itself.
    pub fn wait(&mut self) -> ExitStatus {
        until("muster ends", || self.child.try_wait().expect("a child"))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Muster {
    fn drop(&mut self) {
        self.end();
    }
}

/// A demo on a free port.
pub const DEMO: [&str; 4] = ["demo", "--json", "--listen", "127.0.0.1:0"];

fn address_in(line: &str) -> String {
    let (_, rest) = line
        .split_once("http://")
        .unwrap_or_else(|| panic!("no URL in {line:?}"));
    rest.chars()
        .take_while(|c| c.is_ascii_digit() || ".:".contains(*c))
        .collect()
}

/// Waits until there is what `look` looks for.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A number below `limit`, another one each time.
pub fn random_below(limit: u64) -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    RandomState::new().build_hasher().finish() % limit
}
