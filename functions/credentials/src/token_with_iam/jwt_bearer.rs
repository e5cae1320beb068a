//! The grant of a token that an issuer outside made (RFC 7523 §2.1), whom an administrator trusts to say who somebody is.

use axum::response::Response;
use vestibule_shared::arn::TokenIssuerArn;
use vestibule_shared::store;
use vestibule_shared::store::access::{AuthorizedTokenIssuer, TokenIssuer, UserAttribute};
use vestibule_shared::store::audit::Origin;
use vestibule_shared::store::directory::{Claim, User};

use super::answer::{ACCESS_TOKEN, answer};
use super::caller::Caller;
use super::issue::{Issue, NO_USER};
use super::scopes::{allowed, granted};
use super::{Grant, Request, required};
use crate::Context;
use crate::error::Error;
use crate::grants::{Approval, UsedAssertion};
use crate::jwt::{Expected, Flaw, UnverifiedAssertion, VerifiedAssertion};
use crate::oauth::{Reason, Refusal};

const GRANT: Grant = Grant::JwtBearer;
const USED: Refusal = Reason::InvalidGrant.because("the assertion was used before");

/// An issuer that the application trusts, with the audiences that its tokens must be for.
struct Trusted<'a> {
    issuer: TokenIssuer,
    audiences: &'a [String],
}

pub(super) async fn exchange(
    context: &Context,
    (caller, origin): (&Caller, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.assertion.as_ref())?;
    let scopes = granted(request.scope.as_deref(), &allowed(caller.application()))?;
    let assertion = UnverifiedAssertion::parse(presented).map_err(Refusal::from)?;
    let trusted = find_issuer(context, caller, &assertion).await?;
    let assertion = verify(context, assertion, &trusted).await?;
    let user = find_user(context, &trusted.issuer, &assertion).await?;
    let approval = Approval {
        user: user.id,
        authenticated_at: assertion.issued_at(),
        session: None,
    };
    context.check_user(caller, &approval).await?;
    let issue = Issue {
        approval: &approval,
        scopes,
        not_after: None,
        refreshable: caller.application().grants.refresh_token.is_some(),
        derived_from: Vec::new(),
        origin,
    };
    let (family, tokens) = context.begin(caller, issue);
    let made = (&family, &tokens);
    let record = context
        .issuance((caller, GRANT), made, origin)
        .detail("trustedTokenIssuer", trusted.issuer.id.as_str());
    let used = UsedAssertion {
        digest: assertion.digest(),
        until: assertion.presentable_until(),
    };
    let created = context.grants().create_family(made, Some(used), &record);
    match created.await {
        Ok(()) => answer(context, (caller, ACCESS_TOKEN), made).await,
        Err(store::Error::AlreadyExists(_)) => Err(USED.into()),
        Err(error) => Err(error.into()),
    }
}

/// The one issuer of the application's grant that the token says it is of, for an audience that goes with it.
async fn find_issuer<'a>(
    context: &Context,
    caller: &'a Caller,
    assertion: &UnverifiedAssertion<'_>,
) -> Result<Trusted<'a>, Error> {
    let named = caller.application().grants.jwt_bearer.as_ref();
    let named = named.map(|grant| grant.authorized_token_issuers.as_slice());
    let named: Vec<_> = named
        .unwrap_or_default()
        .iter()
        .filter_map(|named| Some((TokenIssuerArn::parse(named_arn(named)).ok()?.id, named)))
        .collect();
    let ids: Vec<_> = named.iter().map(|(id, _)| id.clone()).collect();
    let issuers = context.access.find_token_issuers(&ids).await?;
    let claimed = assertion.unverified_issuer();
    let mut of_issuer = issuers
        .into_iter()
        .filter(|issuer| Some(issuer.issuer_url.as_str()) == claimed)
        .filter_map(|issuer| {
            let (_, named) = named.iter().find(|(id, _)| *id == issuer.id)?;
            let audiences = named.authorized_audiences.as_slice();
            Some(Trusted { issuer, audiences })
        })
        .peekable();
    if of_issuer.peek().is_none() {
        return Err(Refusal::from(Flaw::Issuer).into());
    }
    let mut fitting = of_issuer.filter(|trusted| assertion.is_for_any(trusted.audiences));
    let trusted = fitting.next().ok_or(Refusal::from(Flaw::Audience))?;
    // Two configurations of one issuer could name two people.
    if fitting.next().is_some() {
        return Err(Refusal::from(Flaw::Issuer).into());
    }
    Ok(trusted)
}

fn named_arn(named: &AuthorizedTokenIssuer) -> &str {
    &named.trusted_token_issuer_arn
}

async fn verify(
    context: &Context,
    assertion: UnverifiedAssertion<'_>,
    trusted: &Trusted<'_>,
) -> Result<VerifiedAssertion, Error> {
    let now = context.clock.now();
    let (url, key_id) = (&trusted.issuer.issuer_url, assertion.unverified_key_id());
    let keys = context.token_issuers.keys(url, key_id, now).await?;
    let expected = Expected {
        issuer: url,
        audiences: trusted.audiences,
        now,
    };
    let verified = assertion.verify(&keys, &expected);
    Ok(verified.map_err(Refusal::from)?)
}

/// The user whose attribute is what the token claims. Keys are compared after folding; this is not, but for the case of
/// ASCII letters: an issuer may let one person be called so that another's name folds to the same.
async fn find_user(
    context: &Context,
    issuer: &TokenIssuer,
    assertion: &VerifiedAssertion,
) -> Result<User, Error> {
    let value = assertion.claim(&issuer.claim_attribute_path);
    let value = value.ok_or(NO_USER)?.to_owned();
    let attribute = UserAttribute::parse(&issuer.identity_store_attribute_path);
    let attribute = attribute.ok_or(NO_USER)?;
    let claim = match attribute {
        UserAttribute::UserName => Claim::UserName(value.clone()),
        UserAttribute::Email => Claim::Email(value.clone()),
        UserAttribute::ExternalId => Claim::UserExternalId {
            issuer: issuer.issuer_url.clone(),
            id: value.clone(),
        },
    };
    let id = context
        .directory
        .find_user_id(&claim)
        .await?
        .ok_or(NO_USER)?;
    let user = context.directory.find_user(&id).await?;
    let user = user.filter(|user| is_of(user, attribute, (&issuer.issuer_url, &value)));
    Ok(user.ok_or(NO_USER)?)
}

fn is_of(user: &User, attribute: UserAttribute, (issuer, value): (&str, &str)) -> bool {
    let emails = &user.profile.emails;
    let ids = &user.profile.external_ids;
    match attribute {
        UserAttribute::UserName => user.user_name.eq_ignore_ascii_case(value),
        UserAttribute::Email => emails
            .iter()
            .filter_map(|email| email.value.as_deref())
            .any(|email| email.eq_ignore_ascii_case(value)),
        UserAttribute::ExternalId => ids.iter().any(|id| id.issuer == issuer && id.id == value),
    }
}
