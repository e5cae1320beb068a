//! An organization with many users, and three people in it who may enter the same accounts: in a few groups, in many, in very
//! many.

use jiff::SignedDuration;
use vestibule_shared::ids::{AccountId, GroupId, Principal};
use vestibule_shared::store::access::{Account, AccountStatus, PermissionSet, Place};
use vestibule_tables::fixture::{Sample, World};

use super::capture::Capture;
use super::meter::Meter;
use super::{Functions, program, sts};
use crate::Result;
use crate::figure::Size;
use crate::organization::{self, Keys};

/// How many accounts the three may enter, each with every permission set.
const ACCOUNTS: usize = 10;
const PERMISSION_SETS: usize = 2;

/// Somebody who may enter accounts by one of their groups.
pub(crate) struct Person {
    pub(crate) groups: usize,
    /// The portal's cookie.
    pub(crate) session: String,
    /// An access token of the AWS CLI.
    pub(crate) token: String,
}

/// An organization.
pub(crate) struct Population {
    pub(crate) people: Vec<Person>,
    pub(super) plain: Functions,
    pub(super) metered: Functions,
    pub(super) meter: Meter,
}

impl Population {
    /// With so many users, the three among them.
    pub(crate) async fn of(users: usize, size: Size) -> Result<Self> {
        let (engine, names) = organization::tables().await?;
        let world = World::over(&engine.client(), names, Some(engine))?;
        let sample = world.populate().await?;
        let keys = Keys::generate()?;
        organization::certify(&world, &sample, &keys).await?;
        let memberships = size.choose([5, 100, 1000], [5, 20, 40]);
        let groups = fill(&world, &sample, users, &memberships).await?;
        let first = groups.first().ok_or("there is no group")?;
        assign(&world, &Principal::Group(first.clone())).await?;

        let plain = functions(&world, &keys)?;
        let meter = Meter::default();
        let metered = meter.client(&world.client())?;
        let metered = functions(&organization::through(&world, &metered)?, &keys)?;
        let people = people(&world, &plain, &memberships).await?;
        Ok(Self {
            people,
            plain,
            metered,
            meter,
        })
    }
}

fn functions(world: &World, keys: &Keys) -> Result<Functions> {
    Ok(Functions {
        portal: organization::portal(world)?,
        credentials: organization::credentials(world, keys, &sts::client()),
    })
}

/// Makes the users and the groups, and the first three users members: each of as many of the first groups as is said.
async fn fill(
    world: &World,
    sample: &Sample,
    users: usize,
    memberships: &[usize],
) -> Result<Vec<GroupId>> {
    let store = &sample.instance.identity_store;
    let capture = Capture::default();
    let client = capture.client(&world.client(), &world.names)?;
    let quick = organization::through(world, &client)?;
    let mut groups = Vec::new();
    for number in 0..memberships.iter().copied().max().unwrap_or_default() {
        let group = quick
            .create_group(store, &format!("Group {number}"))
            .await?;
        groups.push(group.id);
    }
    for number in 0..users {
        let user = quick.create_user(store, &user_name(number)).await?;
        let joined = memberships.get(number).copied().unwrap_or_default();
        for group in groups.iter().take(joined) {
            quick.join(store, &user.id, group).await?;
        }
    }
    // What is kept goes to the tables before anything else is asked.
    client.list_tables().send().await?;
    Ok(groups)
}

fn user_name(number: usize) -> String {
    format!("user-{number:06}")
}

async fn assign(world: &World, principal: &Principal) -> Result<()> {
    let mut sets: Vec<PermissionSet> = Vec::new();
    for number in 0..PERMISSION_SETS {
        sets.push(world.create_permission_set(&format!("Set{number}")).await?);
    }
    for number in 0..ACCOUNTS {
        let account = Account {
            id: AccountId::parse(&format!("3{number:011}"))?,
            name: format!("Account {number}"),
            email: format!("account-{number}@example.com"),
            status: AccountStatus::Active,
        };
        world.put_account(&account).await?;
        for set in &sets {
            let place = Place {
                account: account.id.clone(),
                permission_set: set.id.clone(),
            };
            world.assign(principal, &place).await?;
        }
    }
    Ok(())
}

async fn people(
    world: &World,
    functions: &Functions,
    memberships: &[usize],
) -> Result<Vec<Person>> {
    use vestibule_shared::store::directory::Claim;
    let mut people = Vec::new();
    for (number, groups) in memberships.iter().enumerate() {
        let claim = Claim::UserName(user_name(number));
        let user = world.directory.find_user_id(&claim).await?;
        let user = user.ok_or("a user is missing")?;
        let session = world.sign_in(&user).await?.expose().to_owned();
        let token = program::sign_in(&functions.credentials, &session).await?;
        people.push(Person {
            groups: *groups,
            session,
            token,
        });
        // Each begins at an address of its own time: attempts of one address are counted.
        world.advance(SignedDuration::from_secs(1));
    }
    Ok(people)
}
