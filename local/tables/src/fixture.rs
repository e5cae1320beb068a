//! A small organization in embedded tables, for the tests of every function: an enabled instance, a user in a group,
//! two accounts, and a permission set that the group has in the first of them. Time stands still unless it is moved,
//! and randomness is a sequence that is the same in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use vestibule_shared::ids::{
    AccountId, GroupId, IdentityStoreId, InstanceId, MembershipId, PermissionSetId,
    PermissionSetName, Principal, UserId,
};
use vestibule_shared::store::access::{
    Access, Account, AccountStatus, Assignment, AssignmentChange, AssignmentState, Content,
    Instance, PasswordPolicy, PermissionSet, PermissionSetState, Place, Provisioned, Request,
    RequestKind, Task, Work,
};
use vestibule_shared::store::audit::{Actor, Audit, Origin, Record};
use vestibule_shared::store::directory::{
    Contact, Directory, Group, Membership, Profile, Recorded, User,
};
use vestibule_shared::store::keys::Keys;
use vestibule_shared::store::sessions::{Session, Sessions};
use vestibule_shared::store::{Error, Table};
use vestibule_shared::token::Token;
use vestibule_shared::{Clock, Random};

use crate::{
    Engine, EngineError, External, ProvisioningError, TableNames, Template, TemplateError,
};

/// The moment at which the clock of a [`World`] stands at first: 2026-01-02T03:04:05Z.
pub const BEGINNING: i64 = 1_767_323_045;

/// Embedded tables with an organization in them, and the stores over them.
#[derive(Clone)]
pub struct World {
    /// The embedded engine, for its streams; `None` over another engine.
    pub engine: Option<Engine>,
    client: Client,
    /// From logical id to table name.
    pub names: TableNames,
    /// The directory.
    pub directory: Directory,
    /// Accounts, permission sets, assignments.
    pub access: Access,
    /// Sessions.
    pub sessions: Sessions,
    /// Keys.
    pub keys: Keys,
    /// The audit table.
    pub audit: Audit,
    /// A clock that [`World::advance`] moves.
    pub clock: Clock,
    /// The same bytes in every run.
    pub random: Random,
    seconds: Arc<AtomicI64>,
}

/// Why the tables of a test could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The template.
    #[error(transparent)]
    Template(#[from] &'static TemplateError),
    /// The tables.
    #[error(transparent)]
    Tables(#[from] ProvisioningError),
    /// A record.
    #[error(transparent)]
    Store(#[from] Error),
    /// An identifier.
    #[error(transparent)]
    Id(#[from] vestibule_shared::ids::InvalidId),
    /// A table that the template does not name.
    #[error("the template has no table `{0}`")]
    NoTable(&'static str),
}

/// What [`World::populate`] made.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The instance, at `http://localhost:8080`.
    pub instance: Instance,
    /// `alice`, member of [`Sample::group`].
    pub user: User,
    /// `Developers`.
    pub group: Group,
    /// `111111111111`, called `dev`, and `222222222222`, called `prod`.
    pub accounts: [Account; 2],
    /// `ReadOnly`, one hour.
    pub permission_set: PermissionSet,
    /// `ReadOnly` in `dev`, assigned to the group and provisioned.
    pub place: Place,
}

impl World {
    /// Empty tables.
    pub async fn empty() -> Result<Self, WorldError> {
        let engine = Engine::memory()?;
        let template = Template::embedded()?;
        let names = engine.create_tables(template, "test").await?;
        Self::over(&engine.client(), names, Some(engine))
    }

    /// Empty tables on the engine at `endpoint`, such as Amazon's DynamoDB Local, with names that begin with `prefix`.
    pub async fn external(endpoint: &str, prefix: &str) -> Result<(Self, External), WorldError> {
        let external = External::create_tables(endpoint, Template::embedded()?, prefix).await?;
        let world = Self::over(&external.client, external.names.clone(), None)?;
        Ok((world, external))
    }

    /// Tables with the sample organization in them.
    pub async fn with_sample() -> Result<(Self, Sample), WorldError> {
        let world = Self::empty().await?;
        let sample = world.populate().await?;
        Ok((world, sample))
    }

    /// Over tables that are there already, through a client that is given.
    pub fn over(
        client: &Client,
        names: TableNames,
        engine: Option<Engine>,
    ) -> Result<Self, WorldError> {
        let seconds = Arc::new(AtomicI64::new(BEGINNING));
        let table = |logical_id: &'static str| {
            let name = names.get(logical_id).ok_or(WorldError::NoTable(logical_id));
            name.map(|name| Table::new(client.clone(), name))
        };
        let told = Arc::clone(&seconds);
        Ok(Self {
            directory: Directory::new(table("DirectoryTable")?),
            access: Access::new(table("AccessTable")?),
            sessions: Sessions::new(table("SessionsTable")?),
            keys: Keys::new(table("KeysTable")?),
            audit: Audit::new(
                table("AuditTable")?,
                "us-east-1".to_owned(),
                AccountId::parse("999999999999")?,
                400,
            ),
            clock: Clock::new(move || {
                Timestamp::from_second(told.load(Ordering::SeqCst)).unwrap_or_default()
            }),
            random: sequence(),
            engine,
            client: client.clone(),
            names,
            seconds,
        })
    }

    /// A client for the engine that the tables are in.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A table by its logical id, for what the stores have no verb for.
    pub fn table(&self, logical_id: &'static str) -> Result<Table, WorldError> {
        let name = self.names.get(logical_id);
        let name = name.ok_or(WorldError::NoTable(logical_id))?;
        Ok(Table::new(self.client.clone(), name))
    }

    /// Moves the clock on.
    pub fn advance(&self, duration: SignedDuration) {
        self.seconds.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }

    /// A record that a test's own preparations are committed with.
    #[must_use]
    pub fn record(&self) -> Record {
        Record::new(
            ("test", "Prepare"),
            &Actor::System("test"),
            &Origin {
                address: "192.0.2.1".to_owned(),
                user_agent: None,
            },
            (self.clock.now(), &self.random),
        )
    }

    /// Signs a user in: the cookie's value.
    pub async fn sign_in(&self, user: &UserId) -> Result<Token, WorldError> {
        let token = Token::generate(&self.random);
        let now = self.clock.now();
        let session = Session {
            user: user.clone(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(8),
            address: "192.0.2.1".to_owned(),
            user_agent: None,
        };
        let record = self.record();
        let created = (&token.hash(), &session);
        self.sessions
            .create_session(created, self.recorded(&record))
            .await?;
        Ok(token)
    }

    /// Commits a test's own preparation.
    #[must_use]
    pub fn recorded<'a>(&'a self, record: &'a Record) -> Recorded<'a> {
        Recorded {
            audit: &self.audit,
            record,
        }
    }

    /// Fills empty tables with the sample organization.
    pub async fn populate(&self) -> Result<Sample, WorldError> {
        let instance = self.instance()?;
        self.access
            .create_instance(&instance, self.recorded(&self.record()))
            .await?;
        let user = self.create_user(&instance.identity_store, "alice").await?;
        let group = self
            .create_group(&instance.identity_store, "Developers")
            .await?;
        self.join(&instance.identity_store, &user.id, &group.id)
            .await?;
        let accounts = [
            account("111111111111", "dev")?,
            account("222222222222", "prod")?,
        ];
        for account in &accounts {
            self.put_account(account).await?;
        }
        let permission_set = self.create_permission_set("ReadOnly").await?;
        let [dev, _] = &accounts;
        let place = Place {
            account: dev.id.clone(),
            permission_set: permission_set.id.clone(),
        };
        let principal = Principal::Group(group.id.clone());
        self.assign(&principal, &place).await?;
        Ok(Sample {
            instance,
            user,
            group,
            accounts,
            permission_set,
            place,
        })
    }

    fn instance(&self) -> Result<Instance, WorldError> {
        let id = InstanceId::parse("ssoins-0123456789abcdef")?;
        Ok(Instance {
            entity_id: format!("https://vestibule.invalid/{id}"),
            id,
            identity_store: IdentityStoreId::parse("d-0123456789")?,
            management_account: AccountId::parse("999999999999")?,
            region: "us-east-1".to_owned(),
            name: None,
            public_origin: "http://localhost:8080".to_owned(),
            trusted_access: true,
            device_grant: true,
            session_minutes: 480,
            bootstrap_role: "OrganizationAccountAccessRole".to_owned(),
            access_control_attributes: None,
            create_customer_managed_policies: false,
            password_policy: PasswordPolicy::default(),
            tags: BTreeMap::new(),
            revision: 1,
            created_at: self.clock.now(),
        })
    }

    /// An account as Organizations describes it.
    pub async fn put_account(&self, account: &Account) -> Result<(), WorldError> {
        let record = self.record();
        let recorded = self.recorded(&record);
        Ok(self.access.put_account(account, recorded).await?)
    }

    /// A user with the e-mail address `<name>@example.com`.
    pub async fn create_user(
        &self,
        store: &IdentityStoreId,
        name: &str,
    ) -> Result<User, WorldError> {
        let now = self.clock.now();
        let email = Contact {
            value: Some(format!("{name}@example.com")),
            kind: Some("work".to_owned()),
            primary: true,
        };
        let user = User {
            id: UserId::generate(store, &self.random),
            revision: 1,
            user_name: name.to_owned(),
            active: true,
            sessions_not_before: None,
            profile: Profile {
                display_name: Some(name.to_owned()),
                emails: vec![email],
                ..Profile::default()
            },
            created_at: now,
            created_by: "test".to_owned(),
            updated_at: now,
            updated_by: "test".to_owned(),
            deleted_at: None,
        };
        let record = self.record();
        self.directory
            .create_user(&user, self.recorded(&record))
            .await?;
        Ok(user)
    }

    /// A group.
    pub async fn create_group(
        &self,
        store: &IdentityStoreId,
        name: &str,
    ) -> Result<Group, WorldError> {
        let now = self.clock.now();
        let group = Group {
            id: GroupId::generate(store, &self.random),
            revision: 1,
            display_name: name.to_owned(),
            description: None,
            external_ids: Vec::new(),
            created_at: now,
            created_by: "test".to_owned(),
            updated_at: now,
            updated_by: "test".to_owned(),
            deleted_at: None,
        };
        let record = self.record();
        self.directory
            .create_group(&group, self.recorded(&record))
            .await?;
        Ok(group)
    }

    /// Makes a user a member of a group.
    pub async fn join(
        &self,
        store: &IdentityStoreId,
        user: &UserId,
        group: &GroupId,
    ) -> Result<Membership, WorldError> {
        let membership = Membership {
            id: MembershipId::generate(store, &self.random),
            user: user.clone(),
            group: group.clone(),
            created_at: self.clock.now(),
            created_by: "test".to_owned(),
        };
        let record = self.record();
        self.directory
            .create_membership(&membership, self.recorded(&record))
            .await?;
        Ok(membership)
    }

    /// A permission set of one hour with the AWS managed policy of its name.
    pub async fn create_permission_set(&self, name: &str) -> Result<PermissionSet, WorldError> {
        let arn = format!("arn:aws:iam::aws:policy/{name}Access");
        let set = PermissionSet {
            id: PermissionSetId::generate(&self.random),
            name: PermissionSetName::parse(name)?,
            state: PermissionSetState::Active,
            deletion: None,
            revision: 1,
            content: Content {
                description: None,
                session_seconds: 3600,
                session_duration: "PT1H".to_owned(),
                relay_state: None,
                managed_policies: BTreeMap::from([(arn, format!("{name}Access"))]),
                customer_managed_policies: Vec::new(),
                inline_policy: None,
                permissions_boundary: None,
                policy_documents: BTreeMap::new(),
            },
            tags: BTreeMap::new(),
            created_at: self.clock.now(),
        };
        let record = self.record();
        self.access
            .create_permission_set(&set, self.recorded(&record))
            .await?;
        Ok(set)
    }

    /// Asks for an assignment, as `admin` does: it is `pending`, with a request and work for the provisioner.
    pub async fn request_assignment(
        &self,
        principal: &Principal,
        place: &Place,
    ) -> Result<(Assignment, Work), WorldError> {
        let now = self.clock.now();
        let task = Task::Assign(place.clone());
        let made_by = (&self.random, now);
        let request = Request::new(RequestKind::Create, &task, made_by).of_principal(principal);
        let assignment = Assignment {
            principal: principal.clone(),
            place: place.clone(),
            state: AssignmentState::Pending,
            sources: ["direct".to_owned()].into(),
            request: request.id.clone(),
            created_at: now,
        };
        let work = Work::new(&request, task);
        let change = AssignmentChange {
            before: None,
            after: &assignment,
            request: &request,
            work: &work,
        };
        let record = self.record();
        let standing = self.directory.check_principal(principal)?;
        self.access
            .request_assignment(change, standing, self.recorded(&record))
            .await?;
        Ok((assignment, work))
    }

    /// Assigns, with what the provisioner does afterwards already done: the assignment is active and its place provisioned.
    pub async fn assign(&self, principal: &Principal, place: &Place) -> Result<(), WorldError> {
        let (assignment, work) = self.request_assignment(principal, place).await?;
        let now = self.clock.now();
        let lease = self
            .access
            .take_lease(&place.account, now, SignedDuration::from_mins(1))
            .await?
            .ok_or(Error::Conflict("the lease"))?;
        let found = self.access.find_provisioned(place).await?;
        let provisioned = Provisioned {
            place: place.clone(),
            demand: found.map_or(1, |found| found.demand),
            revision: Some(1),
            session_seconds: Some(3600),
            relay_state: None,
            fingerprint: Some("test".to_owned()),
            policies: BTreeSet::new(),
            provisioned_at: Some(now),
        };
        self.access.record_provisioned(&lease, &provisioned).await?;
        self.access
            .activate_assignment((&lease, &work), &assignment)
            .await?;
        self.access.finish_work(&work, None).await?;
        self.access.release_lease(&lease).await?;
        Ok(())
    }
}

fn account(id: &str, name: &str) -> Result<Account, WorldError> {
    Ok(Account {
        id: AccountId::parse(id)?,
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        status: AccountStatus::Active,
    })
}

/// Bytes that differ from call to call and are the same in every run: a counter, spread by a multiplication.
fn sequence() -> Random {
    let counter = AtomicU64::new(1);
    Random::new(move |buffer| {
        for chunk in buffer.chunks_mut(8) {
            let count = counter.fetch_add(1, Ordering::SeqCst);
            let bytes = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
            chunk.copy_from_slice(bytes.get(..chunk.len()).unwrap_or_default());
        }
    })
}
