// A person mistypes the password, then signs in, and reads the list of accounts.

import assert from "node:assert/strict";
import { shows, signIn, unfold } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, { origin, person }) => {
  const page = await (await begin()).newPage();
  await page.goto(origin);
  const alert = page.getByRole("alert");
  const refusals = [];
  for (const wrong of [{ ...person, password: "wrong" }, { userName: "nobody-at-all", password: person.password }]) {
    await signIn(page, wrong);
    refusals.push(await alert.innerText());
    assert.equal(await page.getByLabel("User name").inputValue(), wrong.userName);
    assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
  }
  await signIn(page, person);
  await shows(page, "AWS accounts");

  const accounts = {};
  for (const row of await page.locator(".account").all()) {
    const name = await row.locator(".account-name").innerText();
    await unfold(page, name);
    const id = await row.locator(".account-id").innerText();
    accounts[name] = { id, permissionSets: await row.locator(".set-name").allInnerTexts() };
  }
  const values = await page.locator(".cli dd code").allInnerTexts();
  return { refusals, accounts, values, path: page.url().slice(origin.length) };
});
