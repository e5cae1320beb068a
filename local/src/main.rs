//! The command line: what is asked for, and where what happens is logged.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};
use vestibule::aws::Aws;
use vestibule::data::DataFolder;
use vestibule::problem::Problem;
use vestibule::{commands, start};

/// Single sign-on for every account of an AWS organization, on your own machine.
///
/// Without a command it starts everything: the portal, the APIs, and a local AWS.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The port of the portal and of every API
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the tables, the keys and the local AWS are kept
    #[arg(long, default_value = ".vestibule", global = true)]
    data: PathBuf,
    /// moto (installed on first use), real (the AWS account of this shell's credentials), or the URL of an emulator
    #[arg(long, default_value = "moto")]
    aws: Aws,
    /// Make no sample user, groups, permission sets and assignments
    #[arg(long)]
    empty: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Issue an access key for the admin APIs (JSON)
    AdminKey,
    /// Print a one-time link with which a user sets a password
    Invite {
        /// The user's name
        name: String,
    },
    /// Hand an event to a function, as Lambda would, and print its answer (JSON)
    Event {
        /// portal, saml, credentials, admin or provision
        function: String,
        /// A JSON file, such as those in events/
        file: PathBuf,
    },
    /// Print what a script needs: addresses, ARNs, accounts (JSON)
    Info,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Problem> {
    let Some(command) = arguments.command else {
        let folder = DataFolder::make(&arguments.data)?;
        let lock = folder.lock()?;
        log(&folder, true)?;
        let options = start::Options {
            port: arguments.port,
            aws: arguments.aws,
            empty: arguments.empty,
            moto: std::env::var_os("VESTIBULE_MOTO").map(PathBuf::from),
        };
        return start::run((&folder, &lock), options).await;
    };
    let folder = DataFolder::existing(&arguments.data)?;
    log(&folder, false)?;
    match command {
        Command::AdminKey => commands::admin_key(&folder).await,
        Command::Invite { name } => commands::invite(&folder, &name).await,
        Command::Event { function, file } => commands::event(&folder, &function, &file).await,
        Command::Info => commands::info(&folder).await,
    }
}

/// Writes everything into the folder's log, audit records among it, and what somebody should look at to the terminal.
fn log(folder: &DataFolder, anew: bool) -> Result<(), Problem> {
    let path = folder.file("vestibule.log");
    let what = format!("{} cannot be written", path.display());
    let file = File::options()
        .create(true)
        .write(true)
        .append(!anew)
        .truncate(anew)
        .open(path)
        .map_err(Problem::because(what))?;
    let terminal = fmt::layer()
        .with_writer(std::io::stderr)
        .without_time()
        .with_target(false)
        .with_filter(
            Targets::new()
                .with_default(LevelFilter::ERROR)
                .with_target("vestibule", LevelFilter::WARN),
        );
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("audit", LevelFilter::INFO)
        .with_target("vestibule", LevelFilter::INFO);
    let file = fmt::layer()
        .json()
        .with_writer(Arc::new(file))
        .with_filter(levels);
    tracing_subscriber::registry()
        .with(terminal)
        .with(file)
        .init();
    Ok(())
}
