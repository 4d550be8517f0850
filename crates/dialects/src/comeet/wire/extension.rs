//! Which files the vendor takes, by the extension of their names. What is in a file is not judged here: one whose
//! name lies is kept as opaque bytes (`hiring/src/attachment.rs`).

use hiring::problem::{Flaw, FlawCode, Result};

use super::{Upload, UploadSlot};

pub(super) const RESUMES: [&str; 3] = ["pdf", "doc", "docx"];
pub(super) const IMAGES: [&str; 9] = [
    "jpeg", "jpg", "tiff", "tif", "png", "gif", "bmp", "jfif", "ico",
];
/// R/create-a-candidate-new, "Restrictions on candidate files"; images are allowed beside these.
const OTHERS: [&str; 46] = [
    "xlsx", "zip", "pptx", "msg", "rar", "xls", "csv", "gsheet", "xml", "7z", "txt", "gz", "gdoc",
    "ppsx", "ppt", "ics", "html", "htm", "eml", "dwg", "gl", "cs", "css", "py", "java", "json",
    "mp3", "mp4", "psd", "odt", "pem", "cpp", "swf", "apk", "sql", "mov", "dash", "p7s", "dat",
    "ipynb", "pdf", "doc", "docx", "rtf", "log", "pages",
];

/// Refuses a file that the vendor's lists do not have. A résumé must say that it is one of three kinds; a name
/// without extension is fine elsewhere (the page's own example is called "Coding Challenge").
pub(super) fn check(upload: &Upload) -> Result<()> {
    let extension = of(&upload.name);
    let has = |list: &[&str]| {
        extension
            .as_deref()
            .is_none_or(|extension| list.contains(&extension))
    };
    let (fine, wanted) = match upload.slot {
        UploadSlot::Resume => (
            extension.is_some() && has(&RESUMES),
            "a résumé must be a .pdf, .doc or .docx file",
        ),
        UploadSlot::Picture => (has(&IMAGES), "a picture must be an image file"),
        UploadSlot::File => (
            has(&IMAGES) || has(&OTHERS),
            "files of this type are not accepted",
        ),
    };
    if fine {
        Ok(())
    } else {
        Err(Flaw::new(
            format!("{}/name", upload.at),
            FlawCode::FileExtension,
            wanted,
        )
        .into())
    }
}

/// What stands behind the last dot, if that is an extension and not just the end of a sentence.
fn of(name: &str) -> Option<String> {
    let (_, extension) = name.trim().rsplit_once('.')?;
    let short = (1..=10).contains(&extension.len());
    (short && extension.bytes().all(|b| b.is_ascii_alphanumeric()))
        .then(|| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(slot: UploadSlot, name: &str) -> bool {
        let upload = Upload {
            slot,
            name: name.to_owned(),
            placeholder: String::new(),
            at: String::new(),
        };
        check(&upload).is_ok()
    }

    #[test]
    fn each_member_has_its_own_list() {
        use UploadSlot::{File, Picture, Resume};
        for (slot, name, wanted) in [
            (Resume, "cv.pdf", true),
            (Resume, "CV.DOCX", true),
            (Resume, "cv.txt", false),
            (Resume, "cv", false),
            (Resume, "cv.", false),
            (Picture, "me.png", true),
            (Picture, "me", true),
            (Picture, "me.pdf", false),
            (File, "Coding Challenge", true),
            (File, "Challenge no. 2 (draft)", true),
            (File, "photo.JPEG", true),
            (File, "notes.pages", true),
            (File, "notes.tar.gz", true),
            (File, "run.exe", false),
            (File, "run.sh", false),
        ] {
            assert_eq!(fine(slot, name), wanted, "{slot:?} {name}");
        }
        assert!(
            IMAGES
                .iter()
                .chain(&OTHERS)
                .all(|e| fine(File, &format!("x.{e}")))
        );
    }
}
