//! The operations of IAM that provisioning uses.

use std::collections::{BTreeMap, BTreeSet};

use super::query::{self, Parameters, encode, escape};
use super::{Account, Answer, Provider, Refused, Role, Session, State, policy};

/// Lists have pages of this many.
const PAGE: usize = 2;
/// How long a role that is gone is shown at most.
const LONGEST_GHOST: jiff::SignedDuration = jiff::SignedDuration::from_secs(6);
/// IAM's default quota.
const MOST_POLICIES: usize = 10;

impl State {
    pub(super) fn iam(
        &mut self,
        session: &Session,
        operation: &str,
        parameters: &Parameters,
    ) -> Answer {
        let resource = self.resource(session, operation, parameters);
        self.authorize(session, operation, (&resource, parameters))?;
        match operation {
            "CreateSAMLProvider" | "GetSAMLProvider" | "UpdateSAMLProvider" => {
                self.provider(session, operation, parameters)
            }
            "CreatePolicy"
            | "CreatePolicyVersion"
            | "DeletePolicy"
            | "DeletePolicyVersion"
            | "GetPolicy"
            | "GetPolicyVersion"
            | "ListPolicyVersions" => self.policy(session, operation, parameters),
            "CreateRole" => self.create_role(session, parameters),
            "ListRoles" => Ok(self.list_roles(session, parameters)),
            _ => self.on_role(session, operation, parameters),
        }
    }

    /// The ARN that policies are matched with. Of a role that is not there nobody knows the path.
    fn resource(&self, session: &Session, operation: &str, parameters: &Parameters) -> String {
        let account = &session.account;
        let name = parameters.get("RoleName");
        match operation {
            "CreateSAMLProvider" => {
                format!(
                    "arn:aws:iam::{account}:saml-provider/{}",
                    parameters.get("Name")
                )
            }
            "GetSAMLProvider" | "UpdateSAMLProvider" => {
                parameters.get("SAMLProviderArn").to_owned()
            }
            "CreatePolicy" => {
                let (path, name) = (parameters.get("Path"), parameters.get("PolicyName"));
                format!("arn:aws:iam::{account}:policy{path}{name}")
            }
            "CreatePolicyVersion"
            | "DeletePolicy"
            | "DeletePolicyVersion"
            | "GetPolicy"
            | "GetPolicyVersion"
            | "ListPolicyVersions" => parameters.get("PolicyArn").to_owned(),
            "CreateRole" => format!(
                "arn:aws:iam::{account}:role{}{name}",
                parameters.get("Path")
            ),
            _ => {
                let role = self.accounts[account].roles.get(name);
                let path = role.map_or("/", |role| &role.path);
                format!("arn:aws:iam::{account}:role{path}{name}")
            }
        }
    }

    fn authorize(
        &self,
        session: &Session,
        operation: &str,
        (resource, parameters): (&str, &Parameters),
    ) -> Result<(), Refused> {
        let action = format!("iam:{operation}");
        let requested = parameters.tags();
        let tagged = self.accounts[&session.account].policies.get(resource);
        let known = policy::Tags {
            resource: tagged.map(|policy| &policy.tags),
            request: &requested,
        };
        let allowed = |policy: &str| policy::allows(policy, &action, (resource, known));
        let by_role = session.role.as_ref().is_none_or(|name| {
            let role = self.accounts[&session.account].roles.get(name);
            role.is_some_and(|role| {
                self.clock.now() >= role.visible
                    && role.inline.values().any(|policy| allowed(policy))
            })
        });
        let by_session = session.policy.as_ref().is_none_or(|policy| allowed(policy));
        if by_role && by_session {
            return Ok(());
        }
        let message =
            format!("User is not authorized to perform: {action} on resource: {resource}");
        Err((403, "AccessDenied", message))
    }

    fn account(&mut self, session: &Session) -> &mut Account {
        self.accounts.get_mut(&session.account).unwrap()
    }

    fn provider(&mut self, session: &Session, operation: &str, parameters: &Parameters) -> Answer {
        let now = self.clock.now();
        let visible = now + self.propagation;
        let arn = self.resource(session, operation, parameters);
        let metadata = parameters.get("SAMLMetadataDocument").to_owned();
        let lag = self.lag;
        let account = self.account(session);
        let seen = |provider: &&mut Provider| {
            operation != "GetSAMLProvider" || now >= provider.created + lag
        };
        let Some(provider) = account.providers.get_mut(&arn).filter(seen) else {
            if operation != "CreateSAMLProvider" {
                return Err((
                    404,
                    "NoSuchEntity",
                    format!("Manifest not found for arn {arn}"),
                ));
            }
            let tags = parameters.tags();
            let provider = Provider {
                metadata,
                tags,
                created: now,
                visible,
            };
            account.providers.insert(arn.clone(), provider);
            return Ok(format!("<SAMLProviderArn>{arn}</SAMLProviderArn>"));
        };
        match operation {
            "CreateSAMLProvider" => Err((409, "EntityAlreadyExists", "It exists".to_owned())),
            "UpdateSAMLProvider" => {
                provider.metadata = metadata;
                Ok(format!("<SAMLProviderArn>{arn}</SAMLProviderArn>"))
            }
            _ => Ok(format!(
                "<SAMLMetadataDocument>{}</SAMLMetadataDocument><CreateDate>{}</CreateDate><Tags>{}</Tags>",
                escape(&provider.metadata),
                provider.created,
                query::tags(&provider.tags)
            )),
        }
    }

    /// A list does not show tags.
    fn list_roles(&self, session: &Session, parameters: &Parameters) -> String {
        let roles = &self.accounts[&session.account].roles;
        let listed = roles.iter().filter(|(_, role)| {
            let prefix = parameters.get("PathPrefix");
            role.path.starts_with(prefix) && self.clock.now() >= role.visible
        });
        let names = listed.map(|(name, _)| name.clone()).collect();
        let member = |name: &String| {
            let role = Role {
                tags: BTreeMap::new(),
                ..roles[name].clone()
            };
            let xml = role_xml(&session.account, name, &role);
            xml.replace("<Role>", "<member>")
                .replace("</Role>", "</member>")
        };
        page("Roles", &names, parameters, member)
    }

    fn create_role(&mut self, session: &Session, parameters: &Parameters) -> Answer {
        let now = self.clock.now();
        let visible = now + self.propagation;
        let name = parameters.get("RoleName");
        let trust = parameters.get("AssumeRolePolicyDocument").to_owned();
        self.check_principals(session, &trust)?;
        let boundary = parameters.find("PermissionsBoundary").map(str::to_owned);
        if let Some(arn) = &boundary
            && !self.has_policy(session, arn)
        {
            return Err(not_attachable(arn));
        }
        let account = self.account(session);
        if account.roles.contains_key(name) {
            let message = format!("Role with name {name} already exists.");
            return Err((409, "EntityAlreadyExists", message));
        }
        let role = Role {
            path: parameters.get("Path").to_owned(),
            trust,
            description: parameters.get("Description").to_owned(),
            max_session_seconds: parameters.get("MaxSessionDuration").parse().unwrap_or(3600),
            tags: parameters.tags(),
            attached: BTreeSet::new(),
            inline: BTreeMap::new(),
            boundary,
            created: now,
            visible,
        };
        let answer = role_xml(&session.account, name, &role);
        account.roles.insert(name.to_owned(), role);
        Ok(answer)
    }

    /// A provider that is not visible everywhere yet is no principal.
    fn check_principals(&self, session: &Session, trust: &str) -> Result<(), Refused> {
        let providers = &self.accounts[&session.account].providers;
        let known = |arn: &String| {
            providers
                .get(arn)
                .is_some_and(|provider| self.clock.now() >= provider.visible)
        };
        if policy::federated(trust).iter().all(known) {
            return Ok(());
        }
        let message = "Invalid principal in policy: Federated".to_owned();
        Err((400, "MalformedPolicyDocument", message))
    }

    fn on_role(&mut self, session: &Session, operation: &str, parameters: &Parameters) -> Answer {
        let now = self.clock.now();
        let visible = now + self.propagation;
        let name = parameters.get("RoleName");
        let missing = || {
            (
                404,
                "NoSuchEntity",
                format!("The role with name {name} cannot be found."),
            )
        };
        let named = parameters.find("PermissionsBoundary");
        let attachable = self.has_policy(
            session,
            named.unwrap_or_else(|| parameters.get("PolicyArn")),
        );
        let lag = self.lag;
        if operation == "UpdateAssumeRolePolicy" {
            self.check_principals(session, parameters.get("PolicyDocument"))?;
        }
        let permission_set = name.starts_with("VestibuleSSO_");
        let account_id = session.account.clone();
        let account = self.account(session);
        if operation == "GetRole"
            && let Some((ghost, until)) = account.ghosts.get(name)
            && now < *until
            && !account.roles.contains_key(name)
        {
            return Ok(role_xml(&account_id, name, ghost));
        }
        let role = account.roles.get_mut(name).ok_or_else(missing)?;
        if operation == "GetRole" && now < role.created + lag {
            return Err(missing());
        }
        // A new role is found by some of IAM's machines and not by others.
        if operation != "GetRole" && permission_set && now < role.visible {
            return Err(missing());
        }
        match operation {
            "GetRole" => return Ok(role_xml(&account_id, name, role)),
            "ListAttachedRolePolicies" => {
                let member = |arn: &String| {
                    format!(
                        "<member><PolicyName>p</PolicyName><PolicyArn>{arn}</PolicyArn></member>"
                    )
                };
                return Ok(page("AttachedPolicies", &role.attached, parameters, member));
            }
            "ListRolePolicies" => {
                let names = role.inline.keys().cloned().collect();
                let member = |name: &String| format!("<member>{name}</member>");
                return Ok(page("PolicyNames", &names, parameters, member));
            }
            "GetRolePolicy" => {
                let policy = parameters.get("PolicyName");
                let document = role.inline.get(policy).ok_or_else(missing)?;
                return Ok(format!(
                    "<RoleName>{name}</RoleName><PolicyName>{policy}</PolicyName><PolicyDocument>{}</PolicyDocument>",
                    encode(document)
                ));
            }
            "DeleteRole" => {
                if !role.attached.is_empty() || !role.inline.is_empty() {
                    return Err((409, "DeleteConflict", "It has policies.".to_owned()));
                }
                let until = now + lag.min(LONGEST_GHOST);
                let gone = account.roles.remove(name).unwrap();
                account.ghosts.insert(name.to_owned(), (gone, until));
                return Ok(String::new());
            }
            _ => {}
        }
        change(role, operation, parameters, attachable)?;
        // What a service role may do takes its time too.
        if !permission_set && operation != "TagRole" {
            role.visible = visible;
        }
        Ok(String::new())
    }
}

fn change(
    role: &mut Role,
    operation: &str,
    parameters: &Parameters,
    attachable: bool,
) -> Result<(), Refused> {
    let policy = parameters.get("PolicyName").to_owned();
    let arn = parameters.get("PolicyArn").to_owned();
    let document = parameters.get("PolicyDocument").to_owned();
    let missing = || {
        (
            404,
            "NoSuchEntity",
            "The policy cannot be found.".to_owned(),
        )
    };
    match operation {
        "UpdateAssumeRolePolicy" => role.trust = document,
        "UpdateRole" => {
            parameters
                .get("Description")
                .clone_into(&mut role.description);
            role.max_session_seconds = parameters.get("MaxSessionDuration").parse().unwrap();
        }
        "TagRole" => role.tags.extend(parameters.tags()),
        "PutRolePolicy" if serde_json::from_str::<serde_json::Value>(&document).is_err() => {
            let message = "Syntax errors in policy.".to_owned();
            return Err((400, "MalformedPolicyDocument", message));
        }
        "PutRolePolicy" => drop(role.inline.insert(policy, document)),
        "DeleteRolePolicy" => drop(role.inline.remove(&policy).ok_or_else(missing)?),
        "AttachRolePolicy" if !attachable => return Err(not_attachable(&arn)),
        "PutRolePermissionsBoundary" if !attachable => {
            return Err(not_attachable(parameters.get("PermissionsBoundary")));
        }
        "PutRolePermissionsBoundary" => {
            role.boundary = Some(parameters.get("PermissionsBoundary").to_owned());
        }
        "DeleteRolePermissionsBoundary" => {
            drop(role.boundary.take().ok_or_else(missing)?);
        }
        "AttachRolePolicy" if role.attached.len() >= MOST_POLICIES => {
            let message = "Cannot exceed quota for PoliciesPerRole: 10".to_owned();
            return Err((409, "LimitExceeded", message));
        }
        "AttachRolePolicy" => drop(role.attached.insert(arn)),
        "DetachRolePolicy" if !role.attached.remove(&arn) => return Err(missing()),
        "DetachRolePolicy" => {}
        other => {
            return Err((
                400,
                "InvalidAction",
                format!("Could not find operation {other}"),
            ));
        }
    }
    Ok(())
}

fn not_attachable(arn: &str) -> Refused {
    let message = format!("Policy {arn} does not exist or is not attachable.");
    (404, "NoSuchEntity", message)
}

fn page(
    list: &str,
    all: &BTreeSet<String>,
    parameters: &Parameters,
    member: impl Fn(&String) -> String,
) -> String {
    let begin: usize = parameters.get("Marker").parse().unwrap_or_default();
    let members: String = all.iter().skip(begin).take(PAGE).map(member).collect();
    let rest = if begin + PAGE < all.len() {
        format!(
            "<IsTruncated>true</IsTruncated><Marker>{}</Marker>",
            begin + PAGE
        )
    } else {
        "<IsTruncated>false</IsTruncated>".to_owned()
    };
    format!("<{list}>{members}</{list}>{rest}")
}

fn role_xml(account: &str, name: &str, role: &Role) -> String {
    let boundary = role.boundary.as_ref().map(|arn| {
        format!(
            "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
             <PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>"
        )
    });
    format!(
        "<Role><Path>{path}</Path><RoleName>{name}</RoleName><RoleId>AROA</RoleId>\
         <Arn>arn:aws:iam::{account}:role{path}{name}</Arn><CreateDate>{created}</CreateDate>\
         <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><Description>{description}</Description>\
         <MaxSessionDuration>{seconds}</MaxSessionDuration>{boundary}<Tags>{tags}</Tags></Role>",
        path = role.path,
        created = role.created,
        trust = encode(&role.trust),
        description = escape(&role.description),
        seconds = role.max_session_seconds,
        boundary = boundary.unwrap_or_default(),
        tags = query::tags(&role.tags),
    )
}
