// A person opens the dialog with the access keys of an account and copies every format.

import assert from "node:assert/strict";
import { enter, unfold, way } from "./person.mjs";
import { walk } from "./walk.mjs";

const SHELLS = ["bash", "PowerShell", "cmd"];
const OTHERS = {
  credentials: "the profile for the credentials file",
  id: "the access key id",
  secret: "the secret access key",
  token: "the session token",
  profile: "the profile for the configuration file",
  shared: "the settings that all profiles share",
};

await walk(async (begin, given) => {
  const page = await enter(begin, given, { permissions: ["clipboard-read", "clipboard-write"] });
  const dialog = page.getByRole("dialog", { name: "Access keys" });
  const copied = {};
  const copy = async (name, what) => {
    const button = dialog.locator("button", { hasText: what });
    await button.click();
    await button.getByText("Copied", { exact: true }).waitFor();
    copied[name] = await page.evaluate(() => navigator.clipboard.readText());
  };

  await unfold(page, given.account);
  const opener = way(page, "Access keys", given.account, given.role);
  await opener.click();
  await dialog.getByText("Valid until").waitFor();
  const expiry = await dialog.getByRole("status").innerText();
  const expires = await dialog.locator("time").getAttribute("datetime");
  const whose = await dialog.locator(".lead").innerText();
  for (const shell of SHELLS) {
    await dialog.getByText(shell, { exact: true }).click();
    assert.equal(await dialog.locator(".code[data-shell]:visible").count(), 1);
    await copy(shell, `the variables for ${shell}`);
  }
  for (const [name, what] of Object.entries(OTHERS)) await copy(name, what);

  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await opener.evaluate((link) => link === document.activeElement), "the focus went astray");
  const content = await page.content();
  for (const secret of [copied.id, copied.secret, copied.token]) assert.ok(!content.includes(secret), "a key stayed");
  // What was chosen once is chosen the next time.
  await opener.click();
  assert.ok(await dialog.getByRole("radio", { name: "cmd" }).isChecked());
  return { copied, expiry, expires, whose };
});
