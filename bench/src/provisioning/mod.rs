//! A thousand assignments in 250 accounts against a simulated IAM with AWS's rate limits: calls beside the fewest possible,
//! time beside what the limits alone would take, and memory.

mod least;
mod limits;
mod simulation;
mod stream;

use std::collections::BTreeMap;

use vestibule_provision::{Aws, Context};
use vestibule_shared::ids::{AccountId, Principal};
use vestibule_shared::store::access::{
    Access, Account, AccountStatus, AssignmentState, PermissionSet, Place, Work,
};
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::keys::Keys;
use vestibule_tables::fixture::{Sample, World};

use crate::Result;
use crate::connector::around;
use crate::cost::peak_memory;
use crate::fake_aws::FakeAws;
use crate::figure::{Aim, Figure, Size, Spread, number, title};
use crate::organization;
use crate::steps::Points;
use least::Least;
use limits::Limited;
use simulation::Simulation;

/// The function's memory on AWS, in MiB (template.yaml).
const MEMORY: f64 = 512.0;
/// How many permission sets are assigned in each account, each to one group.
const SETS: usize = 4;

/// The organization, its AWS, and the function.
struct Ground {
    world: World,
    sample: Sample,
    aws: FakeAws,
    limited: Limited,
    simulation: Simulation,
    context: Context,
}

/// Measures new accounts first, then the same accounts with further permission sets.
pub(crate) async fn run(size: Size) -> Result<()> {
    let accounts = size.choose(250, 20);
    title(&format!(
        "{} assignments in {accounts} accounts, simulated IAM of {} calls a second and account",
        accounts * SETS,
        limits::IAM.rate
    ));
    let ground = Ground::new().await?;
    let accounts = ground.accounts(accounts).await?;
    ground
        .measure("new accounts", &accounts, &Least::NEW)
        .await?;
    ground
        .measure("known accounts", &accounts, &Least::KNOWN)
        .await?;
    let memory = peak_memory()?;
    Figure {
        name: "memory at most, tables and the simulated AWS included",
        ours: format!("{memory:.0} MiB"),
        beside: format!("{MEMORY:.0} MiB of the function"),
        ratio: Some(Spread::exact(memory / MEMORY)),
        aim: Aim::AtMost(1.0),
    }
    .print();
    Ok(())
}

impl Ground {
    async fn new() -> Result<Self> {
        let (engine, names) = organization::tables().await?;
        let world = World::over(&engine.client(), names, Some(engine))?;
        let sample = world.populate().await?;
        organization::certify(&world, &sample, &organization::Keys::generate()?).await?;
        let simulation = Simulation::default();
        let clock = simulation.clock(world.clock.now());
        let aws = FakeAws::new(clock.clone(), Points::default(), &[]);
        let limited = Limited::new(&aws, &simulation);

        let client = {
            use aws_smithy_runtime_api::client::http::HttpConnector;
            let simulation = simulation.clone();
            around(&world.client(), move |request, inner| {
                let simulation = simulation.clone();
                async move { simulation.instantly(inner.call(request)).await }
            })?
        };
        let seen = organization::through(&world, &client)?;
        let context = Context {
            access: Access::new(seen.table("AccessTable")?),
            keys: Keys::new(seen.table("KeysTable")?),
            audit: Audit::new(
                seen.table("AuditTable")?,
                sample.instance.region.clone(),
                sample.instance.management_account.clone(),
                400,
            ),
            aws: Aws::new(&limited.config()),
            manage_management_account: false,
            clock,
            random: world.random.clone(),
            pause: simulation.pause(),
        };
        Ok(Self {
            world,
            sample,
            aws,
            limited,
            simulation,
            context,
        })
    }

    /// Accounts that have nothing but the bootstrap role.
    async fn accounts(&self, count: usize) -> Result<Vec<AccountId>> {
        let mut accounts = Vec::new();
        for index in 0..count {
            let account = Account {
                id: AccountId::parse(&format!("3{index:011}"))?,
                name: format!("Account {index}"),
                email: format!("account-{index}@example.com"),
                status: AccountStatus::Active,
            };
            self.world.put_account(&account).await?;
            self.aws.add_account(account.id.as_str());
            accounts.push(account.id);
        }
        Ok(accounts)
    }

    /// Assigns new permission sets in every account, account by account, and lets the function work.
    async fn measure(&self, which: &str, accounts: &[AccountId], least: &Least) -> Result<()> {
        let mut sets: Vec<PermissionSet> = Vec::new();
        for index in 0..SETS {
            let name = format!("{}{index}", which.replace(' ', ""));
            sets.push(self.world.create_permission_set(&name).await?);
        }
        let group = Principal::Group(self.sample.group.id.clone());
        let mut works: Vec<Work> = Vec::new();
        for account in accounts {
            for set in &sets {
                let place = Place {
                    account: account.clone(),
                    permission_set: set.id.clone(),
                };
                let asked = self.world.request_assignment(&group, &place).await?;
                works.push(asked.1);
            }
        }
        let begun = self.simulation.now();
        let handled = stream::hand_over(&self.context, &works);
        self.simulation.run(handled).await?;
        let seconds = self.simulation.now().saturating_sub(begun).as_secs_f64();
        self.require_active(&group, &sets, works.len()).await?;
        self.print(which, accounts.len(), (least, seconds));
        Ok(())
    }

    async fn require_active(
        &self,
        group: &Principal,
        sets: &[PermissionSet],
        wanted: usize,
    ) -> Result<()> {
        let assignments = self.world.access.assignments_of(group, None).await?;
        let active = assignments.iter().filter(|assignment| {
            let of_these = |set: &PermissionSet| set.id == assignment.place.permission_set;
            assignment.state == AssignmentState::Active && sets.iter().any(of_these)
        });
        let active = active.count();
        if active == wanted {
            return Ok(());
        }
        Err(format!("{active} of {wanted} assignments are active").into())
    }

    fn print(&self, which: &str, accounts: usize, (least, seconds): (&Least, f64)) {
        let calls = self.aws.take_calls();
        let throttled = self.limited.take_throttled();
        let fewest = least.calls(SETS) * accounts;
        let ratio = |ours: f64, other: f64| Some(Spread::exact(ours / other));
        Figure {
            name: &format!("{which}: calls"),
            ours: format!("{}", calls.len()),
            beside: format!("{fewest} at least"),
            ratio: ratio(number(calls.len()), number(fewest)),
            aim: Aim::AtMost(1.05),
        }
        .print();
        let alone = least.seconds(SETS, accounts);
        Figure {
            name: &format!("{which}: simulated time"),
            ours: format!("{seconds:.1} s"),
            beside: format!("{alone:.1} s by the limits alone"),
            ratio: ratio(seconds, alone),
            aim: Aim::AtMost(1.1),
        }
        .print();
        let mut operations: BTreeMap<&str, usize> = BTreeMap::new();
        for call in &calls {
            *operations
                .entry(call.split_once(' ').map_or("?", |(_, operation)| operation))
                .or_default() += 1;
        }
        let least = least.operations(SETS);
        for (operation, count) in operations {
            let fewest = least.get(operation).copied().unwrap_or_default() * accounts;
            Figure {
                name: &format!("{which}: {operation}"),
                ours: count.to_string(),
                beside: format!("{fewest} at least"),
                ratio: None,
                aim: Aim::None,
            }
            .print();
        }
        Figure {
            name: &format!("{which}: refused, as too many"),
            ours: throttled.to_string(),
            beside: String::new(),
            ratio: None,
            aim: Aim::None,
        }
        .print();
    }
}
