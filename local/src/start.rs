//! The start of everything, in order, and its end.

use std::path::PathBuf;
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use vestibule_admin::EnableRequest;
use vestibule_shared::ids::RequestId;
use vestibule_shared::store::access::{Access, Instance};
use vestibule_shared::store::audit::Actor;
use vestibule_shared::{Clock, Random};

use crate::aws::{self, Aws};
use crate::data::{DataFolder, LastStart, Lock};
use crate::functions::{Functions, Ground};
use crate::keys::LocalKeys;
use crate::moto::Moto;
use crate::problem::Problem;
use crate::server::Port;
use crate::streams::{self, Subscription};
use crate::welcome::Welcome;
use crate::work::{self, LOCAL};
use crate::{organization, sample, schedules, tables};

/// How long work on an account may go on when the program ends; the next start takes up what is left.
const GRACE: Duration = Duration::from_secs(4);

/// What a start is told.
#[derive(Debug)]
pub struct Options {
    /// The port of the portal.
    pub port: u16,
    /// Which AWS.
    pub aws: Aws,
    /// Whether to leave the sample data out.
    pub empty: bool,
    /// A `moto_server` that is installed already.
    pub moto: Option<PathBuf>,
}

/// The AWS of this start.
struct Reached {
    config: SdkConfig,
    region: String,
    endpoint: Option<String>,
    moto: Option<Moto>,
}

/// Starts everything, says so, and ends everything when the program is told to end.
pub async fn run((folder, _): (&DataFolder, &Lock), options: Options) -> Result<(), Problem> {
    let mut interrupted = Interrupted::listen()?;
    let (ended, ending) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut moto = None;
    let outcome = tokio::select! {
        outcome = work(folder, options, (&mut tasks, &mut moto), &ending) => outcome,
        () = interrupted.wait() => Ok(()),
    };
    let _ = ended.send(true);
    let _ = timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
    tasks.shutdown().await;
    if let Some(moto) = moto {
        moto.stop().await;
    }
    outcome
}

async fn work(
    folder: &DataFolder,
    options: Options,
    (tasks, moto): (&mut JoinSet<()>, &mut Option<Moto>),
    ending: &watch::Receiver<bool>,
) -> Result<(), Problem> {
    let port = Port::take(options.port).await?;
    let (clock, random) = (Clock::system(), Random::system());
    if !folder.tables().exists() {
        streams::forget_position(folder);
    }
    let keys = LocalKeys::open(folder, (&clock, &random)).await?;
    let (engine, names) = tables::open(folder).await?;
    let mut last = folder.last_start()?;
    let reached = reach(folder, &options, last.aws_port).await?;
    *moto = reached.moto;

    let organizations = aws_sdk_organizations::Client::new(&reached.config);
    let management_account = match options.aws {
        Aws::Real => organization::management_account(&organizations).await?,
        _ => organization::make_sample(&organizations).await?,
    };
    let ground = Ground {
        engine,
        names,
        template: tables::template()?,
        keys,
        aws: reached.config,
        management_account,
        region: reached.region,
        clock,
        random,
    };
    require_same_organization(&ground).await?;
    let functions = Functions::new(&ground)?;
    let instance = enable(&functions, &port).await?;
    last = LastStart {
        port: port.number,
        aws: options.aws.to_string(),
        aws_endpoint: reached.endpoint,
        aws_port: moto.as_ref().map(|moto| moto.port).or(last.aws_port),
        ..last
    };
    folder.remember(&last)?;

    let subscription = Subscription::open(folder, &ground, &functions)?;
    tasks.spawn(subscription.follow(ending.clone()));
    let link = fill((&ground, &functions, &instance), &options, &mut last).await?;
    folder.remember(&last)?;
    // Only now: what an emulator has forgotten is not to be taken for something that somebody has changed.
    schedules::follow((&ground, &functions), tasks, ending);
    say((&ground, &instance), link.as_deref(), &last).await?;
    let served = port.serve(&functions.router(), ending).await;
    served.map_err(Problem::because("requests cannot be answered any more"))
}

async fn reach(
    folder: &DataFolder,
    options: &Options,
    port: Option<u16>,
) -> Result<Reached, Problem> {
    let emulator = |endpoint: String, moto| Reached {
        config: aws::emulator(&endpoint),
        region: aws::REGION.to_owned(),
        endpoint: Some(endpoint),
        moto,
    };
    match &options.aws {
        Aws::Real => {
            let (config, region) = aws::real().await?;
            Ok(Reached {
                config,
                region,
                endpoint: None,
                moto: None,
            })
        }
        Aws::Emulator(url) => Ok(emulator(url.clone(), None)),
        Aws::Moto => {
            let moto = Moto::start(folder, options.moto.as_deref(), port).await?;
            Ok(emulator(moto.endpoint(), Some(moto)))
        }
    }
}

/// The tables of one organization are of no use in another: no account there trusts them.
async fn require_same_organization(ground: &Ground) -> Result<(), Problem> {
    let instance = tables::instance(&ground.engine, &ground.names).await?;
    let Some(instance) = instance else {
        return Ok(());
    };
    let (before, now) = (&instance.management_account, &ground.management_account);
    if before == now && instance.region == ground.region {
        return Ok(());
    }
    let what = format!(
        "the data is of the organization of account {before} in {}, and AWS is account {now} in {}",
        instance.region, ground.region
    );
    Err(Problem::new(what).remedy("Name another folder for it: cargo run -- --data FOLDER"))
}

async fn enable(functions: &Functions, port: &Port) -> Result<Instance, Problem> {
    let request = EnableRequest {
        public_origin: port.origin(),
        bootstrap_role: None,
        name: None,
    };
    let instance = vestibule_admin::enable(&functions.admin, request).await;
    instance.map_err(Problem::because("the instance cannot be enabled"))
}

/// Makes the sample at the first start, and what an emulator has forgotten at the others. Never in AWS itself: roles there
/// are for administrators to ask for. Answers a link for the sample user if it is new.
async fn fill(
    (ground, functions, instance): (&Ground, &Functions, &Instance),
    options: &Options,
    last: &mut LastStart,
) -> Result<Option<String>, Problem> {
    if options.aws == Aws::Real {
        return Ok(None);
    }
    let mut requests: Vec<RequestId> = work::provision_again(ground).await?;
    let first = !options.empty && !last.sample_made;
    if first {
        requests.extend(sample::make(ground, instance).await?);
    }
    work::wait_for(ground, &requests, "Making roles in the accounts").await?;
    if !first {
        return Ok(None);
    }
    let actor = Actor::System(LOCAL);
    let link = vestibule_admin::invite(&functions.admin, sample::USER, &actor).await;
    let link = link.map_err(Problem::because("the sample user cannot be invited"))?;
    last.sample_made = true;
    Ok(Some(link))
}

async fn say(
    (ground, instance): (&Ground, &Instance),
    link: Option<&str>,
    last: &LastStart,
) -> Result<(), Problem> {
    let access = Access::new(ground.table("AccessTable")?);
    let accounts = sample::accounts(&access).await;
    let accounts = accounts.map_err(Problem::because("the accounts cannot be read"))?;
    let (account, _) = sample::PROFILE;
    let welcome = Welcome {
        instance,
        link,
        sample: last.sample_made,
        aws_endpoint: last.aws_endpoint.as_deref(),
        profile_account: accounts.get(account).filter(|_| last.sample_made),
    };
    println!("{}", welcome.text());
    Ok(())
}

/// Ctrl-C, and how a supervisor ends a program.
struct Interrupted {
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
}

impl Interrupted {
    fn listen() -> Result<Self, Problem> {
        Ok(Self {
            #[cfg(unix)]
            terminated: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
                .map_err(Problem::because("signals cannot be received"))?,
        })
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
