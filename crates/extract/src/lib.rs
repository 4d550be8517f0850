//! The text of a file and pictures of its pages, made in a process of its own: nothing here may run inside the server.
//!
//! Files come from strangers, and the crates that read them give up by panics, by memory or not at all. So the binary runs
//! itself once for each file, with nothing but the file's bytes (`server/src/reading.rs`); [`confine`] takes from that
//! process what it does not need, before it looks at the first byte, and whatever ends it ends nothing else.
//!
//! # Layout
//! * [`confine`] – limits of time, memory, files · [`text_of`] – bytes to text · [`pages_of`], [`picture_of`] – pages to look
//!   at · [`Reason`] – why there is none
//! * `pdf.rs`, `docx.rs` – one format each · `picture.rs` – pages of a PDF

mod docx;
mod pdf;
mod picture;

/// Characters after which reading stops.
pub const MOST_TEXT: usize = 200_000;
/// Pages of a file that are drawn.
pub const MOST_DRAWN: usize = 20;
/// Bytes of memory that the process may ask for.
const MEMORY: u64 = 1 << 30;
/// Seconds of a core.
const SECONDS: u64 = 10;

/// Why a file has no text. Each is an exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It does not read.
    Damaged,
    /// Whoever wants to read it needs a password.
    Encrypted,
    /// What is in it unpacks to more than anybody would write.
    TooLarge,
    /// There is nothing to read in it: pictures, perhaps.
    Empty,
    /// It is no format that is read.
    Unknown,
    /// The limits could not be set, so it was not looked at.
    Unconfined,
    /// Reading it took too long.
    TooLong,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 7] = [
        Reason::Damaged,
        Reason::Encrypted,
        Reason::TooLarge,
        Reason::Empty,
        Reason::Unknown,
        Reason::Unconfined,
        Reason::TooLong,
    ];

    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Reason::Damaged => 20,
            Reason::Encrypted => 21,
            Reason::TooLarge => 22,
            Reason::Empty => 23,
            Reason::Unknown => 24,
            Reason::Unconfined => 25,
            Reason::TooLong => 26,
        }
    }

    /// From an exit code; one of nobody's is that of a process that fell over the file.
    pub fn of_code(code: i32) -> Reason {
        let is = |r: &Reason| i32::from(r.code()) == code;
        Reason::ALL.into_iter().find(is).unwrap_or(Reason::Damaged)
    }

    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Reason::Damaged => "the file is damaged, or of a kind that we cannot read",
            Reason::Encrypted => "the file is locked with a password",
            Reason::TooLarge => "the file unpacks to far more than it says",
            Reason::Empty => "there is no text in the file; it may consist of pictures",
            Reason::Unknown => "no text is read from a file of this kind",
            Reason::Unconfined => "the file could not be read safely on this machine",
            Reason::TooLong => "reading the file took too long or too much memory",
        }
    }
}

/// Takes from this process what reading needs not: more memory, more than some seconds, writing files, opening many.
///
/// # Errors
/// [`Reason::Unconfined`]; then nothing may be read.
pub fn confine() -> Result<(), Reason> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, SECONDS),
        (Resource::Core, 0),
        // Output goes to a pipe; no file is written.
        (Resource::Fsize, 0),
        (Resource::Nofile, 16),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit).map_err(|_| Reason::Unconfined)?;
    }
    Ok(())
}

/// The text of `bytes`, which are what `format` (`pdf`, `docx`, `text`) says; at most [`MOST_TEXT`] characters.
///
/// Call it in a confined process only.
pub fn text_of(format: &str, bytes: Vec<u8>) -> Result<String, Reason> {
    let format = format.to_owned();
    let text = aside(move || match format.as_str() {
        "pdf" => pdf::text(&bytes),
        "docx" => docx::text(&bytes),
        "text" => Ok(String::from_utf8_lossy(&bytes)
            .chars()
            .take(MOST_TEXT)
            .collect()),
        _ => Err(Reason::Unknown),
    })?;
    if text.chars().any(char::is_alphanumeric) {
        Ok(text)
    } else {
        Err(Reason::Empty)
    }
}

/// How many pages the PDF `bytes` has and how large the pictures of the first [`MOST_DRAWN`] are, in pixels:
/// `2 1200x1697 1200x1553`.
///
/// Call it in a confined process only.
pub fn pages_of(bytes: Vec<u8>) -> Result<String, Reason> {
    aside(move || picture::outline(bytes))
}

/// Page `number` of the PDF `bytes`, counted from one, as a PNG of the size that [`pages_of`] says.
///
/// Call it in a confined process only.
pub fn picture_of(bytes: Vec<u8>, number: usize) -> Result<Vec<u8>, Reason> {
    aside(move || picture::draw(bytes, number))
}

/// Nesting is as deep as a stranger likes: a stack of some size, and what overflows it ends this process alone.
fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Reason> + Send + 'static,
) -> Result<T, Reason> {
    let reader = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(read)
        .map_err(|_| Reason::Unconfined)?;
    reader.join().unwrap_or(Err(Reason::Damaged))
}
