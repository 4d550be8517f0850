//! What a query may ask, as tables.

use super::*;

fn query(text: &str) -> Query {
    Query::read(Some(text)).unwrap()
}

fn list(text: &str) -> Result<List> {
    List::parse(&Query::read(Some(text))?)
}

#[test]
fn filters() {
    for (text, wanted) in [
        ("", Filter::All),
        ("filterQuery=", Filter::All),
        (
            "filterQuery=emails:Ada@X.org",
            Filter::Email("Ada@X.org".into()),
        ),
        (
            "filterQuery=emails%3Aada%2Bb%40x.org",
            Filter::Email("ada+b@x.org".into()),
        ),
        ("filterQuery=candidateId:7", Filter::Candidate("7".into())),
        (
            "filterQuery=candidateId:%22a%20b%22",
            Filter::Candidate("a b".into()),
        ),
        (
            "filterQuery=candidateId:a:b",
            Filter::Candidate("a:b".into()),
        ),
        (
            "filterQuery=lastModified:%5B1%20TO%20*%5D",
            Filter::Modified(Some(1), None),
        ),
        (
            "filterQuery=lastModified:[*+TO+7]",
            Filter::Modified(None, Some(7)),
        ),
    ] {
        assert_eq!(list(text).map(|l| l.filter), Ok(wanted), "{text}");
    }
}

#[test]
fn words_of_a_query() {
    let word = |key: &str, open_start, open_end| Word {
        key: key.into(),
        open_start,
        open_end,
    };
    let words = list("query=Ada*+*%40x.org+*love*+byron+*").unwrap().words;
    let wanted = [
        word("ada", false, true),
        word("@x.org", true, false),
        word("love", true, true),
        word("byron", false, false),
    ];
    assert_eq!(words, wanted);
}

#[test]
fn anything_else_is_refused() {
    for text in [
        "filterQuery=employees:*",
        "filterQuery=candidateInsights:employee",
        "filterQuery=emails:*",
        "filterQuery=emails:",
        "filterQuery=emails",
        "filterQuery=lastModified:5",
        "filterQuery=lastModified:[1+TO+x]",
        "filterQuery=lastModified:[1+to+2]",
        "filterQuery=lastModified:{1+TO+2}",
        "filterQuery=lastModified:[-1+TO+2]",
        "filterQuery=lastModified:[1+TO+2]+AND+emails:a",
        "filterQuery=emails:a@b.c%20AND%20candidateId:7",
        "filterQuery=candidateId:%00",
        "query=a*b",
        "query=a+b+c+d+e+f",
        "limit=0",
        "limit=101",
        "limit=x",
        "start=-1",
        "include=everything",
        "exclude=candidateId",
    ] {
        assert!(matches!(list(text), Err(Problem::Invalid(_))), "{text}");
    }
}

#[test]
fn what_is_included_and_what_is_left_out() {
    let include = |text: &str, contents| Include::parse(&query(text), contents).unwrap();
    let usual = include("", true);
    assert!(usual.shows("skills") && !usual.shows("tags") && usual.contents_of("attachments"));
    let asked = include("include=resume,%20tags&exclude=skills", false);
    assert!(asked.shows("tags") && !asked.shows("notes") && !asked.shows("skills"));
    assert!(asked.contents_of("resumeContent") && !asked.contents_of("photoContent"));
}

#[test]
fn a_changelog_is_asked_for_a_day_that_is_over() {
    let now = 1_000_000 * SECOND;
    let asked = |text: &str| Changes::parse(&query(text), now);
    let fine = asked("startTime=900000&endTime=986400").unwrap();
    assert_eq!((fine.start, fine.end), (900_000 * SECOND, 986_400 * SECOND));
    assert!(asked("startTime=998199&endTime=998200").is_ok());
    for text in [
        "",
        "startTime=1",
        "startTime=1&endTime=x",
        "startTime=5&endTime=5",
        "startTime=900000&endTime=986401",
        "startTime=998200&endTime=998201",
        "startTime=1&endTime=2&limit=1001",
    ] {
        assert!(matches!(asked(text), Err(Problem::Invalid(_))), "{text}");
    }
}

#[test]
fn a_list_of_applications() {
    let asked = ApplicationList::parse(&query("applicationStatus=hired&stage=Screen&start=3"));
    let asked = asked.unwrap();
    assert_eq!(asked.status, Some(Some(Disposition::Hired)));
    assert_eq!(
        (asked.stage.as_deref(), asked.part.start),
        (Some("Screen"), 3)
    );
    let going_on = ApplicationList::parse(&query("applicationStatus=active")).unwrap();
    assert_eq!(going_on.status, Some(None));
    assert!(ApplicationList::parse(&query("applicationStatus=lost")).is_err());
}
