// Sees every page, light and dark, on a desk or on a phone: nothing sticks out, everybody can read and use it. Leaves a
// picture of each for people to look at.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { devices } from "playwright-core";
import { enter, shows, signIn, signOut, unfold, way } from "./person.mjs";
import { picture, walk } from "./walk.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCHEMES = ["light", "dark"];
const NARROWEST = 320;

/** Where a page is wider than the screen. */
function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > width + 1);
    return wide.map((element) => `${element.tagName} ${element.className}`);
  });
}

/** What axe finds against the guidelines (WCAG 2.2 AA). */
async function faults(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => window.axe.run(runOnly ? { runOnly } : {}), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

function looker(screen) {
  const problems = [];
  const look = async (page, name) => {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      // What is no matter of colour has been looked at in light.
      const rules = colorScheme === "dark" ? ["color-contrast"] : null;
      const found = [...(await faults(page, rules)), ...(await overflow(page))];
      problems.push(...found.map((problem) => `${name}, ${colorScheme}: ${problem}`));
      await page.screenshot({ path: picture(`${screen}-${colorScheme}`, name), fullPage: true });
    }
    await page.emulateMedia({ colorScheme: "light" });
    if (screen === "phone") {
      const size = page.viewportSize();
      await page.setViewportSize({ width: NARROWEST, height: size.height });
      problems.push(...(await overflow(page)).map((problem) => `${name}, ${NARROWEST} px: ${problem}`));
      await page.setViewportSize(size);
    }
  };
  return { problems, look };
}

async function seePasswordPages(page, look, { origin, link, newcomer }) {
  const type = async (password) => {
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("Repeat it").fill(password);
  };
  await page.goto(link);
  await shows(page, "Choose your password");
  await look(page, "password");
  await type("abc");
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "password-refused");
  await type(newcomer.password);
  await look(page, "password-typed");
  await page.getByRole("button", { name: "Set password" }).click();
  await shows(page, "Your password is set");
  await look(page, "password-set");

  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, newcomer);
  await shows(page, "AWS accounts");
  await look(page, "accounts-none");
  await signOut(page);
  await look(page, "signed-out");

  await page.goto(`${origin}/start/`);
  await shows(page, "Sign in");
  await look(page, "sign-in");
  await signIn(page, { ...newcomer, password: "wrong" });
  await page.getByRole("alert").waitFor();
  await look(page, "sign-in-wrong");
  await page.goto(`${origin}/start/nowhere`);
  await look(page, "error");
}

async function seeAccounts(page, look, { origin, account, role }) {
  await look(page, "accounts");
  await unfold(page, account);
  await look(page, "accounts-unfolded");
  const keys = way(page, "Access keys", account, role);
  const address = await keys.getAttribute("href");
  await keys.click();
  await page.getByText("Valid until").waitFor();
  await look(page, "access-keys-dialog");
  await page.keyboard.press("Escape");
  await page.locator(".menu summary").click();
  await look(page, "menu");
  await page.keyboard.press("Escape");
  await page.getByText("Whole configuration").click();
  await look(page, "configuration");
  await page.getByRole("searchbox").fill("no such account");
  await page.getByRole("heading", { name: "No account matches" }).waitFor();
  await look(page, "accounts-unfound");
  await page.goto(`${origin}/start/?account_id=999999999999`);
  await page.locator(".notice").waitFor();
  await look(page, "accounts-notice");
  await page.evaluate((href) => location.assign(href), address);
  await shows(page, "Access keys");
  await look(page, "access-keys");
}

async function seeConsoleForm(page, look, { origin, accountId, role }) {
  // An answer without content leaves the browser where it is.
  await page.context().route("https://signin.aws.amazon.com/**", (route) => route.fulfill({ status: 204 }));
  const asked = new URLSearchParams({ account_id: accountId, role_name: role });
  await page.goto(`${origin}/saml/console?${asked}`, { waitUntil: "commit" });
  await shows(page, "Opening the AWS console");
  await look(page, "console-form");
}

async function seeConsent(page, look, { origin, authorization, userCodes }) {
  await page.goto(authorization);
  await shows(page, "Allow access?");
  await look(page, "consent");
  for (const [userCode, answer, outcome] of [
    [userCodes[0], "Deny", "Access denied"],
    [userCodes[1], "Allow", "You are signed in"],
  ]) {
    await page.goto(`${origin}/device`);
    await shows(page, "Enter the code");
    await page.getByLabel("Code").fill("BBBB-BBBB");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").waitFor();
    if (answer === "Deny") await look(page, "user-code-unknown");
    await page.goto(`${origin}/device?user_code=${userCode}`);
    if (answer === "Deny") await look(page, "user-code");
    await page.getByRole("button", { name: "Continue" }).click();
    await shows(page, "Allow access?");
    if (answer === "Deny") await look(page, "consent-device");
    await page.getByRole("button", { name: answer }).click();
    await shows(page, outcome);
    await look(page, answer === "Deny" ? "denied" : "allowed");
  }
}

await walk(async (begin, given) => {
  const { problems, look } = looker(given.screen);
  const device = given.screen === "phone" ? { ...devices["Pixel 7"], deviceScaleFactor: 1.5 } : {};
  const options = { ...device, reducedMotion: "reduce" };
  const stranger = await begin(options);
  await seePasswordPages(await stranger.newPage(), look, given);
  const page = await enter(begin, given, options);
  await seeAccounts(page, look, given);
  await seeConsoleForm(page, look, given);
  await seeConsent(page, look, given);
  assert.deepEqual(problems, []);
});
