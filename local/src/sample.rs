//! What a newcomer finds at the first start: a user in two groups, two permission sets, and assignments that are made on
//! the ordinary way, so that the roles are really there. Each step finds what an interrupted one has made.

use std::collections::BTreeMap;

use serde_json::json;
use vestibule_shared::ids::{
    AccountId, GroupId, IdentityStoreId, MembershipId, PermissionSetId, PermissionSetName,
    Principal, RequestId, UserId,
};
use vestibule_shared::store::access::{
    Access, Assignment, AssignmentChange, AssignmentState, Content, Instance, PermissionSet,
    PermissionSetState, Place, Request, RequestKind, Task, Work,
};
use vestibule_shared::store::audit::{Audit, Record};
use vestibule_shared::store::directory::{
    Claim, Contact, Directory, Group, Membership, Name, Profile, Recorded, User,
};
use vestibule_shared::store::{self, PageToken};

use crate::functions::Ground;
use crate::problem::Problem;
use crate::work::{self, LOCAL};

/// The sample user's name.
pub const USER: &str = "alex";
/// The account and the permission set that the printed AWS CLI profile is for.
pub const PROFILE: (&str, &str) = ("dev", "AdministratorAccess");

const GROUPS: [&str; 2] = ["Developers", "Auditors"];
const PERMISSION_SETS: [(&str, &str, u32); 2] = [
    ("AdministratorAccess", "Full access", 4),
    ("ReadOnlyAccess", "Looks and changes nothing", 8),
];
/// Group, account, permission set.
const ASSIGNMENTS: [(&str, &str, &str); 5] = [
    ("Developers", "dev", "AdministratorAccess"),
    ("Developers", "dev", "ReadOnlyAccess"),
    ("Developers", "staging", "ReadOnlyAccess"),
    ("Developers", "prod", "ReadOnlyAccess"),
    ("Auditors", "security", "ReadOnlyAccess"),
];

struct Sample<'a> {
    ground: &'a Ground,
    store: IdentityStoreId,
    directory: Directory,
    access: Access,
    audit: Audit,
}

/// Makes the sample; answers the requests under which its assignments are provisioned.
pub async fn make(ground: &Ground, instance: &Instance) -> Result<Vec<RequestId>, Problem> {
    let sample = Sample {
        ground,
        store: instance.identity_store.clone(),
        directory: Directory::new(ground.table("DirectoryTable")?),
        access: Access::new(ground.table("AccessTable")?),
        audit: ground.audit()?,
    };
    let made = sample.make().await;
    made.map_err(Problem::because("the sample data cannot be made"))
}

impl Sample<'_> {
    async fn make(&self) -> Result<Vec<RequestId>, store::Error> {
        let user = self.user().await?;
        let mut groups = BTreeMap::new();
        for name in GROUPS {
            let group = self.group(name).await?;
            self.join(&user, &group).await?;
            groups.insert(name, group);
        }
        let mut sets = BTreeMap::new();
        for (name, description, hours) in PERMISSION_SETS {
            sets.insert(name, self.permission_set((name, description), hours).await?);
        }
        let accounts = accounts(&self.access).await?;
        let mut requests = Vec::new();
        for (group, account, set) in ASSIGNMENTS {
            let named = (groups.get(group), accounts.get(account), sets.get(set));
            let (Some(group), Some(account), Some(set)) = named else {
                continue;
            };
            let place = Place {
                account: account.clone(),
                permission_set: set.clone(),
            };
            let group = Principal::Group(group.clone());
            requests.push(self.assign(group, place).await?);
        }
        Ok(requests)
    }

    async fn user(&self) -> Result<UserId, store::Error> {
        let claim = Claim::UserName(USER.to_owned());
        if let Some(id) = self.directory.find_user_id(&claim).await? {
            return Ok(id);
        }
        let now = self.ground.clock.now();
        let email = Contact {
            value: Some(format!("{USER}@example.com")),
            kind: Some("work".to_owned()),
            primary: true,
        };
        let name = Name {
            given_name: Some("Alex".to_owned()),
            family_name: Some("Morgan".to_owned()),
            ..Name::default()
        };
        let user = User {
            id: UserId::generate(&self.store, &self.ground.random),
            revision: 1,
            user_name: USER.to_owned(),
            active: true,
            sessions_not_before: None,
            profile: Profile {
                display_name: Some("Alex Morgan".to_owned()),
                name: Some(name),
                emails: vec![email],
                ..Profile::default()
            },
            created_at: now,
            created_by: LOCAL.to_owned(),
            updated_at: now,
            updated_by: LOCAL.to_owned(),
            deleted_at: None,
        };
        let record = self.record("CreateUser", json!({ "userId": user.id }));
        let recorded = self.recorded(&record);
        self.directory.create_user(&user, recorded).await?;
        Ok(user.id)
    }

    async fn group(&self, name: &str) -> Result<GroupId, store::Error> {
        let claim = Claim::GroupName(name.to_owned());
        if let Some(id) = self.directory.find_group_id(&claim).await? {
            return Ok(id);
        }
        let now = self.ground.clock.now();
        let group = Group {
            id: GroupId::generate(&self.store, &self.ground.random),
            revision: 1,
            display_name: name.to_owned(),
            description: None,
            external_ids: Vec::new(),
            created_at: now,
            created_by: LOCAL.to_owned(),
            updated_at: now,
            updated_by: LOCAL.to_owned(),
            deleted_at: None,
        };
        let record = self.record("CreateGroup", json!({ "groupId": group.id }));
        let recorded = self.recorded(&record);
        self.directory.create_group(&group, recorded).await?;
        Ok(group.id)
    }

    async fn join(&self, user: &UserId, group: &GroupId) -> Result<(), store::Error> {
        if self.directory.find_membership(user, group).await?.is_some() {
            return Ok(());
        }
        let membership = Membership {
            id: MembershipId::generate(&self.store, &self.ground.random),
            user: user.clone(),
            group: group.clone(),
            created_at: self.ground.clock.now(),
            created_by: LOCAL.to_owned(),
        };
        let parameters = json!({ "groupId": group, "memberId": { "userId": user } });
        let record = self.record("CreateGroupMembership", parameters);
        let recorded = self.recorded(&record);
        self.directory
            .create_membership(&membership, recorded)
            .await
    }

    /// With the policy of the same name that AWS manages.
    async fn permission_set(
        &self,
        (name, description): (&str, &str),
        hours: u32,
    ) -> Result<PermissionSetId, store::Error> {
        let parsed = PermissionSetName::parse(name)
            .map_err(|error| store::Error::Unavailable(error.into()))?;
        if let Some(id) = self.access.find_permission_set_id(&parsed).await? {
            return Ok(id);
        }
        let policy = format!("arn:aws:iam::aws:policy/{name}");
        let set = PermissionSet {
            id: PermissionSetId::generate(&self.ground.random),
            name: parsed,
            state: PermissionSetState::Active,
            deletion: None,
            revision: 1,
            content: Content {
                description: Some(description.to_owned()),
                session_seconds: hours * 3600,
                session_duration: format!("PT{hours}H"),
                relay_state: None,
                managed_policies: BTreeMap::from([(policy, name.to_owned())]),
                customer_managed_policies: Vec::new(),
                inline_policy: None,
                permissions_boundary: None,
                policy_documents: BTreeMap::new(),
            },
            tags: BTreeMap::new(),
            created_at: self.ground.clock.now(),
        };
        let record = self.record("CreatePermissionSet", json!({ "name": name }));
        let recorded = self.recorded(&record);
        self.access.create_permission_set(&set, recorded).await?;
        Ok(set.id)
    }

    async fn assign(&self, principal: Principal, place: Place) -> Result<RequestId, store::Error> {
        let found = self.access.find_assignment(&principal, &place).await?;
        if let Some(assignment) = found {
            return Ok(assignment.request);
        }
        let now = self.ground.clock.now();
        let task = Task::Assign(place.clone());
        let made_by = (&self.ground.random, now);
        let request = Request::new(RequestKind::Create, &task, made_by).of_principal(&principal);
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
        let parameters = json!({
            "principalType": principal.kind(),
            "principalId": principal.id(),
            "targetId": place.account,
            "permissionSet": place.permission_set,
        });
        let record = self.record("CreateAccountAssignment", parameters);
        let recorded = self.recorded(&record);
        let standing = self.directory.check_principal(&principal)?;
        self.access
            .request_assignment(change, standing, recorded)
            .await?;
        Ok(request.id)
    }

    fn record(&self, name: &str, parameters: serde_json::Value) -> Record {
        work::record(self.ground, ("sso.amazonaws.com", name)).parameters(parameters)
    }

    fn recorded<'a>(&'a self, record: &'a Record) -> Recorded<'a> {
        Recorded {
            audit: &self.audit,
            record,
        }
    }
}

/// The accounts by name.
pub async fn accounts(access: &Access) -> Result<BTreeMap<String, AccountId>, store::Error> {
    let mut accounts = BTreeMap::new();
    let mut from: Option<PageToken> = None;
    loop {
        let page = access.list_accounts(100, from.as_ref()).await?;
        let found = page.items.into_iter();
        accounts.extend(found.map(|account| (account.name, account.id)));
        from = page.next;
        if from.is_none() {
            return Ok(accounts);
        }
    }
}
