// What people do in many walks.

/** Waits for the page with this heading. */
export async function shows(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
}

/** Fills in the sign-in form and sends it. */
export async function signIn(page, { userName, password }) {
  await shows(page, "Sign in");
  await page.getByLabel("User name").fill(userName);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the portal in a browser of its own and signs in. */
export async function enter(begin, { origin, person }, options) {
  const context = await begin(options);
  const page = await context.newPage();
  await page.goto(`${origin}/start/`);
  await signIn(page, person);
  await shows(page, "AWS accounts");
  return page;
}

/** The row of an account in the portal. */
export function accountRow(page, name) {
  const named = page.locator(".account-name", { hasText: new RegExp(`^${name}$`) });
  return page.locator(".account").filter({ has: named });
}

/** Shows the permission sets of an account. */
export async function unfold(page, name) {
  const details = accountRow(page, name).locator("details");
  if (!(await details.evaluate((element) => element.open))) await details.locator("summary").click();
}

/** The way into an account, `Console` or `Access keys`, as a permission set. */
export function way(page, kind, account, role) {
  return page.getByRole("link", { name: `${kind} of ${account} as ${role}` });
}

/** Ends the session by the menu. */
export async function signOut(page) {
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await shows(page, "You are signed out");
}

/** Stands in for AWS's sign-in endpoint: takes the form, and sends the browser on as AWS does. What it was sent. */
export async function interceptConsole(context) {
  const sent = [];
  await context.route("https://signin.aws.amazon.com/**", async (route) => {
    const request = route.request();
    const fields = Object.fromEntries(new URLSearchParams(request.postData()));
    sent.push({ address: request.url(), method: request.method(), headers: await request.allHeaders(), fields });
    await route.fulfill({ status: 302, headers: { location: fields.RelayState } });
  });
  return sent;
}

/** Waits until `open` has led a browser to the console: what AWS was sent on the way, and where the browser arrived. */
export async function toConsole(context, sent, open) {
  const before = sent.length;
  // A request that the page's policy forbids is never made; one that is made finds no such host here.
  const arrived = context.waitForEvent("requestfailed", (request) => request.redirectedFrom() !== null);
  await open();
  const request = await arrived;
  if (sent.length !== before + 1) throw new Error(`AWS was sent ${sent.length - before} forms`);
  return { ...sent.at(-1), arrived: request.url(), failure: request.failure().errorText };
}
