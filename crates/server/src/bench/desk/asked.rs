//! Which pages of the desk are measured. A page that is new has a line here, or in [`EXCEPTED`] the reason why not: a test
//! (at the foot of `bench/desk.rs`) holds both against the desk's own table of addresses.

/// A page that is asked for.
pub(super) struct At {
    /// What it is, for whoever reads the figures.
    pub title: &'static str,
    /// Its line in the desk's table.
    pub route: &'static str,
    /// The address; `{person}` and the like are another one of that kind each time (`house.rs`).
    pub address: &'static str,
    /// The page's first link that holds this is what is measured: the next page of a list.
    pub follow: Option<&'static str>,
}

const fn at(title: &'static str, route: &'static str, address: &'static str) -> At {
    At {
        title,
        route,
        address,
        follow: None,
    }
}

const fn after(
    title: &'static str,
    route: &'static str,
    address: &'static str,
    link: &'static str,
) -> At {
    At {
        title,
        route,
        address,
        follow: Some(link),
    }
}

/// A page that asks the database for nothing but who is there: what every other one is compared with.
pub(super) const TRIVIAL: &str = "/desk/jobs/new";

const BOARD: &str = "/desk/jobs/{uid}/board";
const COLUMN: &str = "/desk/jobs/{uid}/board/column";
const SEARCH: &str = "/desk/search";
const NUMBERS: &str = "/desk/numbers";
const PERIOD: &str = "/desk/numbers?from=2020-01-01&to=2029-12-31";

/// In the order in which they are asked for.
pub(super) const PAGES: &[At] = &[
    at("a page of words alone", TRIVIAL, TRIVIAL),
    at("overview", "/desk", "/desk"),
    at("jobs", "/desk/jobs", "/desk/jobs"),
    after("jobs, next page", "/desk/jobs", "/desk/jobs", "before="),
    at("a job", "/desk/jobs/{uid}", "/desk/jobs/{job}"),
    at(
        "the job with most applications",
        "/desk/jobs/{uid}",
        "/desk/jobs/{big}",
    ),
    at(
        "edit a job",
        "/desk/jobs/{uid}/edit",
        "/desk/jobs/{job}/edit",
    ),
    at(
        "a job's stages",
        "/desk/jobs/{uid}/stages",
        "/desk/jobs/{big}/stages",
    ),
    at(
        "a job's form",
        "/desk/jobs/{uid}/form",
        "/desk/jobs/{job}/form",
    ),
    at(
        "a new question",
        "/desk/jobs/{uid}/form/new",
        "/desk/jobs/{job}/form/new",
    ),
    at(
        "a job's form as applicants see it",
        "/desk/jobs/{uid}/form/preview",
        "/desk/jobs/{job}/form/preview",
    ),
    at("a board", BOARD, "/desk/jobs/{job}/board"),
    at("the largest board", BOARD, "/desk/jobs/{big}/board"),
    after(
        "its column alone, next page",
        BOARD,
        "/desk/jobs/{big}/board",
        "after=",
    ),
    at("its people by name", BOARD, "/desk/jobs/{big}/board?q=anna"),
    at(
        "its people by a name that nobody has",
        BOARD,
        "/desk/jobs/{big}/board?q=nobodyhasthis",
    ),
    at(
        "its people by source",
        BOARD,
        "/desk/jobs/{big}/board?source=LinkedIn",
    ),
    at(
        "its people by tag",
        BOARD,
        "/desk/jobs/{big}/board?tag={tag}",
    ),
    at(
        "those who were rejected",
        BOARD,
        "/desk/jobs/{big}/board?col=rejected",
    ),
    after(
        "its column's next cards",
        COLUMN,
        "/desk/jobs/{big}/board",
        "after=",
    ),
    at(
        "cards of the board",
        "/desk/jobs/{uid}/board/cards",
        "/desk/jobs/{big}/board/cards?a={card}&a={card}&a={card}",
    ),
    at("candidates", "/desk/candidates", "/desk/candidates"),
    after(
        "candidates, next page",
        "/desk/candidates",
        "/desk/candidates",
        "from=",
    ),
    at(
        "a candidate",
        "/desk/candidates/{uid}",
        "/desk/candidates/{person}",
    ),
    at(
        "edit a candidate",
        "/desk/candidates/{uid}/edit",
        "/desk/candidates/{person}/edit",
    ),
    at(
        "what was sent of a candidate",
        "/desk/candidates/{uid}/sent",
        "/desk/candidates/{person}/sent",
    ),
    at(
        "two side by side",
        "/desk/candidates/{uid}/merge",
        "/desk/candidates/{person}/merge?with={other}",
    ),
    at("a file", "/desk/files/{uid}", "/desk/files/{file}"),
    at(
        "a file's text",
        "/desk/files/{uid}/text",
        "/desk/files/{file}/text",
    ),
    at("search: nothing asked for", SEARCH, SEARCH),
    at(
        "search: a word of everybody",
        SEARCH,
        "/desk/search?q=experience+",
    ),
    at(
        "search: a common first name",
        SEARCH,
        "/desk/search?q=anna+",
    ),
    at("search: a rare word", SEARCH, "/desk/search?q={rare}+"),
    at("search: a phone", SEARCH, "/desk/search?q={phone}"),
    at(
        "search: a skill, a job, a stage",
        SEARCH,
        "/desk/search?q=rust+job:engineer+stage:interview",
    ),
    at(
        "search: a tag, without a word",
        SEARCH,
        "/desk/search?q=tag:referred+-rust",
    ),
    at("search: nobody", SEARCH, "/desk/search?q=nobodyhasthis"),
    at(
        "as one types: one letter",
        "/desk/search.json",
        "/desk/search.json?q=a",
    ),
    at(
        "as one types: three letters",
        "/desk/search.json",
        "/desk/search.json?q=exp",
    ),
    at(
        "as one types: a name",
        "/desk/search.json",
        "/desk/search.json?q=anna+s",
    ),
    at("numbers: the last weeks", NUMBERS, NUMBERS),
    at("numbers: all there is", NUMBERS, PERIOD),
    at(
        "numbers: one job",
        NUMBERS,
        "/desk/numbers?from=2020-01-01&to=2029-12-31&job={big}",
    ),
    at(
        "numbers as a file",
        "/desk/numbers/csv",
        "/desk/numbers/csv?table=sources&from=2020-01-01&to=2029-12-31",
    ),
    at("integrations", "/desk/integrations", "/desk/integrations"),
    at(
        "accounts of other systems",
        "/desk/integrations/accounts",
        "/desk/integrations/accounts",
    ),
    at(
        "a system that is carried to",
        "/desk/integrations/systems/{name}",
        "/desk/integrations/systems/{system}",
    ),
    at(
        "a new destination",
        "/desk/integrations/destinations/new",
        "/desk/integrations/destinations/new?connector={system}",
    ),
    at(
        "a new rule",
        "/desk/integrations/rules/new",
        "/desk/integrations/rules/new",
    ),
    at(
        "the feed of events",
        "/desk/integrations/events",
        "/desk/integrations/events",
    ),
    at(
        "the feed: of one rare kind",
        "/desk/integrations/events",
        "/desk/integrations/events?kind=job.created",
    ),
    at(
        "the log of calls",
        "/desk/integrations/log",
        "/desk/integrations/log",
    ),
    at(
        "try a call",
        "/desk/integrations/try/{name}",
        "/desk/integrations/try/{api}",
    ),
    at(
        "take a key back",
        "/desk/integrations/keys/{uid}/revoke",
        "/desk/integrations/keys/{key}/revoke",
    ),
    at(
        "a new webhook",
        "/desk/integrations/webhooks/new",
        "/desk/integrations/webhooks/new",
    ),
    at(
        "a webhook",
        "/desk/integrations/webhooks/{uid}",
        "/desk/integrations/webhooks/{hook}",
    ),
    at("one call", "/desk/logs/{uid}", "/desk/logs/{call}"),
    at("invite people", "/desk/invite", "/desk/invite"),
    at(
        "a list of invited people",
        "/desk/invite/{uid}",
        "/desk/invite/{run}",
    ),
    at(
        "its progress",
        "/desk/invite/{uid}/progress",
        "/desk/invite/{run}/progress",
    ),
    at(
        "its result as a file",
        "/desk/invite/{uid}/result.csv",
        "/desk/invite/{run}/result.csv",
    ),
    at("members", "/desk/members", "/desk/members"),
    at("a member", "/desk/members/{uid}", "/desk/members/{member}"),
    at(
        "remove a member",
        "/desk/members/{uid}/remove",
        "/desk/members/{member}/remove",
    ),
    at("account", "/desk/account", "/desk/account"),
    at(
        "set up a second factor",
        "/desk/account/second-factor",
        "/desk/account/second-factor",
    ),
];

/// What is not measured, and why.
#[cfg(test)]
pub(super) const EXCEPTED: &[(&str, &str)] = &[
    ("/desk/integrations/events/live", "a stream without an end"),
    ("/desk/integrations/log/live", "a stream without an end"),
    (
        "/desk/integrations/destinations/{uid}",
        "an account at another system, which the bench has none of",
    ),
    ("/desk/integrations/destinations/{uid}/edit", "likewise"),
    ("/desk/integrations/destinations/{uid}/jobs", "likewise"),
    (
        "/desk/files/{uid}/pages",
        "pictures of a PDF: the bench's files are texts",
    ),
    ("/desk/files/{uid}/pages/{number}", "likewise"),
    ("/desk/jobs/{uid}/events", "a stream without an end"),
    (
        "/desk/files/{uid}/picture",
        "a picture: its size is the file's own",
    ),
    (
        "/desk/jobs/{uid}/form/questions/{id}",
        "the form of a new question with its values",
    ),
    ("/desk/sign-in", "leads on to the desk"),
    ("/desk/second", "leads on to the desk"),
    ("/desk/sign-out", "leads on to the desk"),
    ("/desk/forgot", "words alone, for who has not signed in"),
];
