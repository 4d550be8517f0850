//! What strace saw of a server on SQLite, and whether every answer waited for the disk.
//!
//! Pure: text in, verdict out, so that it can be shown traces that must not pass. `power.rs` makes the real one.
//!
//! A trace is in order of events: a call's line stands where it began, and where others came between its begin and
//! its end there are two lines, `<unfinished ...>` and `<... NAME resumed>`.

/// A create whose answer is looked for.
pub struct Create {
    /// Text that stands in this request alone, and in the rows it makes.
    pub marker: String,
    /// Name (SHA-256 in hexadecimal) of a file that came with it.
    pub file: Option<String>,
}

/// One system call that succeeded.
#[derive(Debug)]
struct Call {
    name: String,
    /// Its arguments as printed.
    arguments: String,
    /// The lines where it began and ended.
    began: usize,
    ended: usize,
}

/// A transaction's way to the disk, by line numbers.
struct Commit {
    /// The first write of the transaction's commit frame began.
    began: usize,
    /// It was wholly written.
    written: usize,
}

/// Passes when each of `creates` was answered, and each answer left only after
/// * the log (`-wal`) was synced, wholly, after the transaction's commit frame was written;
/// * its file's bytes and the file's folder were synced, before that commit frame was;
/// * each folder made so far was synced into its parent.
pub fn check(trace: &str, creates: &[Create]) -> Result<(), String> {
    let calls = parse(trace);
    for create in creates {
        let answer = answer_to(&calls, &create.marker)?;
        let commit = commit_of(&calls, &create.marker)?;
        let name = &create.marker;
        let synced = sync_between(
            &calls,
            |path| path.ends_with("-wal"),
            commit.written,
            answer,
        );
        if !synced {
            return Err(format!("{name}: answered before the log was synced"));
        }
        if let Some(file) = &create.file {
            file_before(&calls, file, commit.began).map_err(|why| format!("{name}: {why}"))?;
        }
        folders_before(&calls, answer).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

/// Where the answer to the request with `marker` began to leave.
fn answer_to(calls: &[Call], marker: &str) -> Result<usize, String> {
    let asked = calls
        .iter()
        .find(|c| is_read(c) && on_socket(c) && holds(&c.data(), marker))
        .ok_or_else(|| format!("{marker}: nobody asked for it"))?;
    let answer = calls.iter().find(|c| {
        is_write(c)
            && c.began > asked.began
            && c.descriptor() == asked.descriptor()
            && c.data().starts_with(b"HTTP/1.1 ")
    });
    let answer = answer.ok_or_else(|| format!("{marker}: not answered"))?;
    match answer.data().starts_with(b"HTTP/1.1 2") {
        true => Ok(answer.began),
        false => Err(format!("{marker}: refused")),
    }
}

/// The commit frame of the first transaction that wrote `marker` to the log. A frame is a header of 24 bytes, whose
/// bytes 4 to 7 are not zero in a commit frame, and a page.
fn commit_of(calls: &[Call], marker: &str) -> Result<Commit, String> {
    let log: Vec<&Call> = calls
        .iter()
        .filter(|c| is_write(c) && c.path().is_some_and(|p| p.ends_with("-wal")))
        .collect();
    let first = log
        .iter()
        .position(|c| holds(&c.data(), marker))
        .ok_or_else(|| format!("{marker}: never written to the log"))?;
    // The page's own header stands right before it.
    let from = first.saturating_sub(1);
    let is_commit = |c: &Call| c.data().len() == 24 && c.data()[4..8] != [0; 4];
    let at = log[from..]
        .iter()
        .position(|c| is_commit(c))
        .ok_or_else(|| format!("{marker}: never committed"))?;
    let (header, page) = (log[from + at], log.get(from + at + 1));
    let page = page.ok_or_else(|| format!("{marker}: a commit frame without its page"))?;
    Ok(Commit {
        began: header.began,
        written: page.ended,
    })
}

/// The file's bytes and then its name are on the disk before line `before`.
fn file_before(calls: &[Call], file: &str, before: usize) -> Result<(), String> {
    let renamed = calls.iter().find(|c| {
        c.name.starts_with("rename") && c.strings().last().is_some_and(|to| to.ends_with(file))
    });
    let renamed = renamed.ok_or("its file was never given its name")?;
    let names = renamed.strings();
    let (from, to) = (&names[0], &names[names.len() - 1]);
    let written = calls
        .iter()
        .filter(|c| is_write(c) && c.path() == Some(from.as_str()))
        .map(|c| c.ended)
        .max()
        .ok_or("its file was never written")?;
    if !sync_between(calls, |path| path == from || path == to, written, before) {
        return Err("committed before its file was synced".into());
    }
    if !sync_between(calls, |path| path == parent(to), renamed.ended, before) {
        return Err("committed before its file's folder was synced".into());
    }
    Ok(())
}

/// Every folder made before line `before` was synced into its parent by then, and so was the log into its folder.
fn folders_before(calls: &[Call], before: usize) -> Result<(), String> {
    let made = calls.iter().filter(|c| c.name.starts_with("mkdir"));
    let log = calls
        .iter()
        .find(|c| c.name == "openat" && c.strings()[0].ends_with("-wal"));
    for entry in made.chain(log).filter(|c| c.ended < before) {
        let path = &entry.strings()[0];
        if !sync_between(calls, |p| p == parent(path), entry.ended, before) {
            return Err(format!("answered before the entry of {path} was synced"));
        }
    }
    Ok(())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a sync of such a file began after line `after` and had ended before line `before`.
fn sync_between(calls: &[Call], of: impl Fn(&str) -> bool, after: usize, before: usize) -> bool {
    calls.iter().any(|c| {
        matches!(c.name.as_str(), "fsync" | "fdatasync")
            && c.path().is_some_and(&of)
            && c.began > after
            && c.ended < before
    })
}

fn is_write(call: &Call) -> bool {
    matches!(
        call.name.as_str(),
        "write" | "writev" | "pwrite64" | "pwritev" | "sendto" | "sendmsg"
    )
}

fn is_read(call: &Call) -> bool {
    matches!(
        call.name.as_str(),
        "read" | "readv" | "recvfrom" | "recvmsg"
    )
}

fn on_socket(call: &Call) -> bool {
    call.path().is_some_and(|p| p.starts_with("socket:"))
}

fn holds(data: &[u8], marker: &str) -> bool {
    data.windows(marker.len()).any(|w| w == marker.as_bytes())
}

impl Call {
    /// `12</path>`, as `strace -y` prints descriptors. A socket's path holds its number, so it names one connection.
    fn descriptor(&self) -> &str {
        let end = self
            .arguments
            .find([',', ')'])
            .unwrap_or(self.arguments.len());
        &self.arguments[..end]
    }

    fn path(&self) -> Option<&str> {
        self.descriptor().split_once('<')?.1.strip_suffix('>')
    }

    /// The bytes read or written: what stands in the strings together.
    fn data(&self) -> Vec<u8> {
        quoted(&self.arguments).concat()
    }

    /// The strings among the arguments.
    fn strings(&self) -> Vec<String> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        quoted(&self.arguments).into_iter().map(text).collect()
    }
}

/// The calls that succeeded.
fn parse(trace: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut unfinished: std::collections::HashMap<&str, (usize, &str)> = Default::default();
    for (number, line) in trace.lines().enumerate() {
        let Some((process, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(begin) = rest.strip_suffix(" <unfinished ...>") {
            unfinished.insert(process, (number, begin));
        } else if let Some(end) = rest.strip_prefix("<... ") {
            let begin = unfinished.remove(process);
            let end = end.split_once(" resumed>").map(|(_, end)| end);
            if let (Some((began, begin)), Some(end)) = (begin, end) {
                calls.extend(call(&format!("{begin}{end}"), began, number));
            }
        } else {
            calls.extend(call(rest, number, number));
        }
    }
    calls.sort_by_key(|c| c.began);
    calls
}

/// `name(arguments) = result`; nothing for failures, signals and ends of threads.
fn call(text: &str, began: usize, ended: usize) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let failed = result.trim_start().starts_with(['-', '?']);
    (plain && !failed).then(|| Call {
        name: name.to_owned(),
        arguments: arguments.trim_end().to_owned(),
        began,
        ended,
    })
}

/// The contents of the C strings in `text`.
fn quoted(text: &str) -> Vec<Vec<u8>> {
    let (mut all, mut bytes) = (Vec::new(), text.bytes().peekable());
    while bytes.by_ref().any(|b| b == b'"') {
        let mut one = Vec::new();
        while let Some(byte) = bytes.next().filter(|b| *b != b'"') {
            if byte != b'\\' {
                one.push(byte);
                continue;
            }
            match bytes.next() {
                Some(b'n') => one.push(b'\n'),
                Some(b't') => one.push(b'\t'),
                Some(b'r') => one.push(b'\r'),
                Some(b'v') => one.push(0x0b),
                Some(b'f') => one.push(0x0c),
                Some(digit @ b'0'..=b'7') => {
                    // As few octal digits as will do, at most three.
                    let mut value = u32::from(digit - b'0');
                    for _ in 0..2 {
                        let Some(next) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) else {
                            break;
                        };
                        value = value * 8 + u32::from(next - b'0');
                    }
                    one.push(value as u8);
                }
                Some(other) => one.push(other),
                None => break,
            }
        }
        all.push(one);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a durable server's looks: two threads, one create with a file, the folder made by it.
    const GOOD: &[&str] = &[
        r#"1 mkdir("/t/data", 0777) = 0"#,
        r#"1 fsync(3</t>) = 0"#,
        r#"1 openat(AT_FDCWD</t>, "/t/data/m.sqlite-wal", O_RDWR|O_CREAT, 0644) = 9</t/data/m.sqlite-wal>"#,
        r#"1 fsync(4</t/data>) = 0"#,
        r#"1 recvfrom(12<socket:[77]>, "POST /c HTTP/1.1\r\n\r\n{\"email\":\"a1@x\"}", 8192, 0, NULL, NULL) = 40"#,
        r#"1 mkdir("/t/data/files/ab", 0777) = 0"#,
        r#"1 fsync(5</t/data/files>) = 0"#,
        r#"1 write(6</t/data/files/ab/abcd#1>, "%PDF", 4) = 4"#,
        r#"1 fsync(6</t/data/files/ab/abcd#1>) = 0"#,
        r#"1 rename("/t/data/files/ab/abcd#1", "/t/data/files/ab/abcd") = 0"#,
        r#"1 fsync(7</t/data/files/ab>) = 0"#,
        r#"2 pwrite64(9</t/data/m.sqlite-wal>, "\0\0\0\5\0\0\0\0AAAABBBBCCCCDDDD", 24, 32) = 24"#,
        r#"2 pwrite64(9</t/data/m.sqlite-wal>, "\r\0\"a1@x\377", 4096, 56) = 4096"#,
        r#"2 pwrite64(9</t/data/m.sqlite-wal>, "\0\0\0\6\0\0\0\16AAAABBBBCCCCDDDD", 24, 4152) = 24"#,
        r#"2 pwrite64(9</t/data/m.sqlite-wal>, "\r\0\1", 4096, 4176) = 4096"#,
        r#"2 fdatasync(9</t/data/m.sqlite-wal> <unfinished ...>"#,
        r#"1 recvfrom(13<socket:[78]>, 0x7f, 8192, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)"#,
        r#"2 <... fdatasync resumed>)               = 0"#,
        r#"1 writev(12<socket:[77]>, [{iov_base="HTTP/1.1 201 Created\r\n", iov_len=22}, {iov_base="{}", iov_len=2}], 2) = 24"#,
    ];

    fn judge(lines: &[&str]) -> Result<(), String> {
        let create = Create {
            marker: "a1@x".into(),
            file: Some("abcd".into()),
        };
        check(&lines.join("\n"), &[create])
    }

    /// `GOOD` with line `from` moved to just before line `to`.
    fn moved(from: usize, to: usize) -> Vec<&'static str> {
        let mut lines = GOOD.to_vec();
        let line = lines.remove(from);
        lines.insert(if to > from { to - 1 } else { to }, line);
        lines
    }

    fn without(line: usize) -> Vec<&'static str> {
        let mut lines = GOOD.to_vec();
        lines.remove(line);
        lines
    }

    #[track_caller]
    fn refused(lines: &[&str], why: &str) {
        let said = judge(lines).expect_err("this trace must not pass");
        assert!(said.contains(why), "{said}");
    }

    #[test]
    fn a_trace_in_the_right_order_passes() {
        judge(GOOD).unwrap();
    }

    #[test]
    fn an_answer_before_the_sync_is_found() {
        let answer = GOOD.len() - 1;
        let early = "before the log was synced";
        refused(&moved(answer, 15), early);
        // The sync had begun but not ended.
        refused(&moved(answer, 16), early);
        // It began before the commit frame's page was written.
        refused(&moved(14, 16), early);
        refused(&moved(14, 17), early);
        let mut failed = GOOD.to_vec();
        failed[17] = "2 <... fdatasync resumed>) = -1 EIO (Input/output error)";
        refused(&failed, early);
        let mut of_another = GOOD.to_vec();
        of_another[15] = "2 fdatasync(9</t/data/m.sqlite> <unfinished ...>";
        refused(&of_another, early);
    }

    #[test]
    fn a_file_that_may_be_lost_is_found() {
        refused(&without(8), "before its file was synced");
        refused(&moved(8, 14), "before its file was synced");
        refused(&moved(8, 7), "before its file was synced");
        refused(&without(10), "its file's folder was synced");
        refused(&moved(10, 9), "its file's folder was synced");
        refused(&without(9), "never given its name");
    }

    #[test]
    fn a_folder_that_may_be_lost_is_found() {
        refused(&without(1), "the entry of /t/data was synced");
        refused(&without(3), "the entry of /t/data/m.sqlite-wal was synced");
        refused(&without(6), "the entry of /t/data/files/ab was synced");
    }

    #[test]
    fn a_trace_that_shows_nothing_does_not_pass() {
        refused(&[], "nobody asked");
        refused(&without(18), "not answered");
        refused(&without(12), "never written");
        refused(&without(13), "never committed");
        let mut refusal = GOOD.to_vec();
        refusal[18] =
            r#"1 sendto(12<socket:[77]>, "HTTP/1.1 503 Busy\r\n", 19, MSG_NOSIGNAL, NULL, 0) = 19"#;
        refused(&refusal, "refused");
    }
}
