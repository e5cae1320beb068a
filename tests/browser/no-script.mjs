// A person whose browser runs no scripts signs in, searches, reads access keys, opens the console, lets a program in,
// and signs out.

import assert from "node:assert/strict";
import { enter, interceptConsole, shows, signOut, toConsole, unfold, way } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const { origin, account, role, userCode } = given;
  const page = await enter(begin, given, { javaScriptEnabled: false });
  const context = page.context();
  const sent = await interceptConsole(context);
  // What only a script can do is not offered.
  const dead = page.locator("[data-copy]:visible, [data-reveal]:visible, dialog:visible");
  assert.equal(await dead.count(), 0);

  await page.getByRole("searchbox").fill(account);
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/[?&]q=/);
  const found = await page.locator(".account .account-name").allInnerTexts();

  await unfold(page, account);
  await way(page, "Access keys", account, role).click();
  await shows(page, "Access keys");
  assert.equal(await dead.count(), 0);
  await page.getByText("PowerShell", { exact: true }).click();
  const shown = await page.locator(".code[data-shell]:visible pre").allInnerTexts();
  await page.getByRole("link", { name: "All accounts" }).click();
  await shows(page, "AWS accounts");

  await unfold(page, account);
  const opening = context.waitForEvent("page");
  await way(page, "Console", account, role).click();
  const popup = await opening;
  await shows(popup, "Opening the AWS console");
  const opened = await toConsole(context, sent, () => popup.getByRole("button", { name: "Continue" }).click());

  await page.goto(`${origin}/device?user_code=${userCode}`);
  await page.getByRole("button", { name: "Continue" }).click();
  await shows(page, "Allow access?");
  await page.getByRole("button", { name: "Allow" }).click();
  await shows(page, "You are signed in");

  await page.goto(`${origin}/start/`);
  await signOut(page);
  return { found, shown, relayState: opened.fields.RelayState };
});
