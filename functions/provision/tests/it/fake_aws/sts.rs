//! `AssumeRole`.

use super::query::Parameters;
use super::{Answer, Session, State, policy};

impl State {
    pub(super) fn assume_role(&mut self, caller: &Session, parameters: &Parameters) -> Answer {
        let arn = parameters.get("RoleArn");
        let denied = || {
            let message =
                format!("User is not authorized to perform: sts:AssumeRole on resource: {arn}");
            (403, "AccessDenied", message)
        };
        // arn:aws:iam::<account>:role/<path><name>
        let (account, resource) = arn["arn:aws:iam::".len()..].split_once(":role").unwrap();
        let name = resource.rsplit('/').next().unwrap();
        let now = self.clock.now();
        let role = self
            .accounts
            .get(account)
            .and_then(|account| account.roles.get(name));
        let role = role.ok_or_else(denied)?;
        let principal = format!(
            "arn:aws:iam::{}:role/vestibule/VestibuleProvision",
            caller.account
        );
        let caller = (caller.account.as_str(), principal.as_str());
        let trusted = policy::trusts(&role.trust, caller, parameters.get("ExternalId"));
        if !trusted || format!("{}{name}", role.path) != resource || now < role.visible {
            return Err(denied());
        }
        let key = format!("ASIA{}", self.sessions.len());
        self.sessions.insert(
            key.clone(),
            Session {
                account: account.to_owned(),
                role: Some(name.to_owned()),
                policy: parameters.find("Policy").map(str::to_owned),
            },
        );
        Ok(format!(
            "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
             <SessionToken>token</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>"
        ))
    }
}
