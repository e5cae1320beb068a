//! The portal's pages: accounts, applications and access keys.

use http::StatusCode;

use super::{CLI, KEYS, Sample, VIEWER, sample};
use crate::page::{
    AccessKeysPage, AccountRow, AccountsPage, ApplicationList, ApplicationRow, PermissionSetRow,
};

const NO_APPLICATIONS: ApplicationList<'static> = ApplicationList {
    shown: &[],
    matching: 0,
    total: 0,
};

fn set(name: &str, description: &str) -> PermissionSetRow {
    PermissionSetRow {
        name: name.into(),
        description: description.into(),
    }
}

fn account(
    id: &str,
    name: &str,
    email: &str,
    permission_sets: Vec<PermissionSetRow>,
) -> AccountRow {
    AccountRow {
        id: id.into(),
        name: name.into(),
        email: email.into(),
        permission_sets,
    }
}

fn accounts() -> Vec<AccountRow> {
    let administrator = set("AdministratorAccess", "Everything, for the platform team");
    let billing = set("Billing", "Invoices, budgets and cost reports");
    let read = set("ViewOnlyAccess", "Look at resources, change nothing");
    let developer = set(
        "DeveloperAccess",
        "Build and deploy services; no IAM, no networking",
    );
    vec![
        account(
            "111122223333",
            "Organization management",
            "aws+management@example.com",
            vec![billing, read.clone()],
        ),
        account(
            "210987654321",
            "Shop production",
            "aws+shop-prod@example.com",
            vec![administrator.clone(), read.clone()],
        ),
        account(
            "333344445555",
            "Shop development",
            "aws+shop-dev@example.com",
            vec![administrator, developer, read.clone()],
        ),
        account(
            "444455556666",
            "Data science & machine learning sandbox (Frankfurt, long-lived)",
            "aws+data-science-and-machine-learning-sandbox@subsidiary.example.com",
            vec![set(
                "Extremely-Long-PermissionSetName",
                "With 32 characters, the most that AWS allows in a name",
            )],
        ),
        account(
            "555566667777",
            "<script>alert(1)</script>",
            "\"'><img src=x onerror=alert(1)>@example.com",
            vec![read],
        ),
    ]
}

fn applications() -> Vec<ApplicationRow> {
    let application = |name: &str, description: &str, url: &str| ApplicationRow {
        name: name.into(),
        description: description.into(),
        url: url.into(),
    };
    vec![
        application(
            "Expenses",
            "Receipts and travel",
            "https://expenses.example.com/",
        ),
        application(
            "Reports",
            "",
            "https://reports.example.com/?tenant=shop&tab=1",
        ),
        application(
            "An-application-with-a-name-of-a-hundred-characters-that-has-no-place-to-break-the-line-and-goes-on-on",
            "With as many words as an administrator may say about an application, which is one hundred and twenty-eight characters at most.",
            "https://long.example.com/",
        ),
        application(
            "<script>alert(1)</script>",
            "\"'><img src=x onerror=alert(1)>",
            "https://evil.example.com/\"><b>",
        ),
    ]
}

/// The page that shows these, whole.
fn page<'a>(accounts: &'a [AccountRow], applications: ApplicationList<'a>) -> AccountsPage<'a> {
    AccountsPage {
        viewer: VIEWER,
        accounts,
        matching: accounts.len(),
        total: accounts.len(),
        query: "",
        destination: None,
        page: 1,
        pages: 1,
        applications,
        cli: CLI,
        notice: None,
    }
}

pub(super) fn accounts_pages() -> Vec<Sample> {
    let accounts = accounts();
    let whole = page(&accounts, NO_APPLICATIONS);
    let one = AccountsPage {
        accounts: accounts.get(2..3).unwrap(),
        matching: 1,
        query: "333344445555",
        destination: Some("https://console.aws.amazon.com/s3/buckets?region=eu-central-1&tab=a b"),
        notice: Some("This link works with several permission sets. Choose one."),
        ..whole
    };
    let many = AccountsPage {
        matching: 412,
        total: 412,
        page: 2,
        pages: 3,
        ..whole
    };
    let unfound = AccountsPage {
        accounts: &[],
        matching: 0,
        query: "\"payroll\"",
        ..whole
    };
    let keys = AccessKeysPage {
        viewer: VIEWER,
        account_name: "Shop production",
        keys: KEYS,
        cli: CLI,
    };
    vec![
        sample("accounts", StatusCode::OK, &whole),
        sample("accounts-one", StatusCode::OK, &one),
        sample("accounts-many", StatusCode::OK, &many),
        sample("accounts-none", StatusCode::OK, &page(&[], NO_APPLICATIONS)),
        sample("accounts-unfound", StatusCode::OK, &unfound),
        sample("access-keys", StatusCode::OK, &keys),
    ]
}

pub(super) fn applications_pages() -> Vec<Sample> {
    let (accounts, applications) = (accounts(), applications());
    let some = ApplicationList {
        shown: &applications,
        matching: applications.len(),
        total: applications.len(),
    };
    let first = ApplicationList {
        matching: 300,
        total: 300,
        ..some
    };
    let unfound = ApplicationList {
        shown: &[],
        matching: 0,
        ..some
    };
    let unfound = AccountsPage {
        query: "shop",
        ..page(&accounts, unfound)
    };
    vec![
        sample("applications", StatusCode::OK, &page(&accounts, some)),
        sample("applications-only", StatusCode::OK, &page(&[], first)),
        sample("applications-unfound", StatusCode::OK, &unfound),
    ]
}
