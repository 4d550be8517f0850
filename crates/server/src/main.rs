//! The `muster` binary: parses the command line and hands over.

use clap::Parser as _;
use server::options::{
    BenchCommand, Command, KeyCommand, MailCommand, MemberCommand, Options, OrgCommand,
};
use server::{bench, commands, drawing, reading};

fn main() -> std::process::ExitCode {
    let options = Options::parse();
    match &options.command {
        Command::Extract { format } => return reading::extract(format),
        Command::Draw { page } => return drawing::draw(*page),
        _ => {}
    }
    let usual = if matches!(options.command, Command::Serve { .. }) {
        "info"
    } else {
        "warn"
    };
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("MUSTER_LOG").unwrap_or_else(|_| usual.into());
    // Below this the driver logs the values of every statement, and who carries HTTP, the hosts it calls: people's.
    let silenced = ["tokio_postgres", "hyper", "reqwest", "rustls"];
    let filter = silenced.iter().fold(filter, |filter, target| {
        filter.add_directive(format!("{target}=info").parse().expect("a directive"))
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(options)),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("muster: {sentence}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    match options.command {
        Command::Serve {
            place,
            listen,
            keeping,
            mail,
        } => commands::serve(&place, &listen, &keeping, &mail).await,
        Command::Demo {
            place,
            listen,
            keeping,
            mail,
            json,
        } => commands::demo(&place, &listen, &keeping, &mail, json).await,
        Command::Org {
            command: OrgCommand::Create { name, place, json },
        } => commands::org_create(&place, &name, json).await,
        Command::Org {
            command: OrgCommand::List { place, json },
        } => commands::org_list(&place, json).await,
        Command::Member {
            command:
                MemberCommand::Add {
                    email,
                    org,
                    name,
                    role,
                    public_url,
                    place,
                    json,
                },
        } => commands::member_add(&place, &org, &email, &name, &role, &public_url, json).await,
        Command::Key { command } => key(command).await,
        Command::Mail {
            command:
                MailCommand::Test {
                    address,
                    mail,
                    public_url,
                },
        } => commands::mail_test(&mail, public_url.as_deref(), &address).await,
        Command::Mail {
            command: MailCommand::Bounce { place },
        } => commands::mail_bounce(&place).await,
        Command::Fake(asked) => commands::fake(&asked).await,
        Command::Bench {
            command:
                BenchCommand::Create {
                    bench,
                    credentials,
                    url,
                    against_limit,
                },
        } => {
            bench::create(
                &bench,
                credentials.as_deref(),
                url.as_deref(),
                against_limit,
            )
            .await
        }
        Command::Bench {
            command: BenchCommand::Limit { bench, statements },
        } => bench::limit(&bench, statements).await,
        Command::Bench {
            command: BenchCommand::List { bench },
        } => bench::list(&bench).await,
        Command::Bench {
            command: BenchCommand::Outward { bench },
        } => bench::outward(&bench).await,
        Command::Bench {
            command: BenchCommand::Desk { bench },
        } => bench::desk(&bench).await,
        Command::Extract { .. } | Command::Draw { .. } => {
            Err("this command needs nothing of the server".to_owned())
        }
    }
}

async fn key(command: KeyCommand) -> Result<(), String> {
    match command {
        KeyCommand::Create {
            org,
            dialect,
            name,
            limit,
            permissions,
            scopes,
            public_url,
            place,
            json,
        } => {
            let limit = limit.as_deref();
            commands::key_create(
                &place,
                &org,
                &dialect,
                &name,
                limit,
                &permissions,
                &scopes,
                &public_url,
                json,
            )
            .await
        }
        KeyCommand::List { org, place, json } => commands::key_list(&place, &org, json).await,
        KeyCommand::Revoke { org, id, place } => commands::key_revoke(&place, &org, &id).await,
    }
}
