// A person follows a one-time link, chooses a password, and signs in with it.

import assert from "node:assert/strict";
import { shows, signIn } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, { origin, link, person }) => {
  const context = await begin();
  const page = await context.newPage();
  const password = page.getByLabel("New password", { exact: true });
  const repeated = page.getByLabel("Repeat it");
  const submit = page.getByRole("button", { name: "Set password" });
  await page.goto(link);
  await shows(page, "Choose your password");

  await password.fill("short");
  const rules = page.locator("[data-rule]");
  const states = await rules.evaluateAll((rows) => rows.map((row) => [row.dataset.rule, row.dataset.state]));
  await repeated.fill("short");
  await submit.click();
  const refusal = await page.getByRole("alert").innerText();

  await password.fill(person.password);
  assert.equal(await page.locator('[data-rule]:not([data-state="met"])').count(), 0);
  await repeated.fill(`${person.password}?`);
  await submit.click();
  assert.equal(await repeated.evaluate((input) => input.validationMessage), "The passwords are not equal.");
  await repeated.fill(person.password);
  await page.getByRole("button", { name: "Show passwords" }).click();
  assert.equal(await password.getAttribute("type"), "text");
  await submit.click();
  await shows(page, "Your password is set");

  const other = await context.newPage();
  await other.goto(link);
  const usedUp = await other.getByRole("heading", { level: 1 }).innerText();

  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, person);
  await shows(page, "AWS accounts");
  return { states: Object.fromEntries(states), refusal, usedUp, path: page.url().slice(origin.length) };
});
