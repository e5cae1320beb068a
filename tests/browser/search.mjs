// A person searches the accounts, with and without finding some.

import assert from "node:assert/strict";
import { enter } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const page = await enter(begin, given);
  const field = page.getByRole("searchbox");
  const count = page.locator("[data-count]");
  const visible = page.locator(".account:visible .account-name");
  const found = {};
  for (const query of given.queries) {
    await page.goto(`${given.origin}/start/`);
    await page.keyboard.press("/");
    await page.keyboard.type(query);
    const names = await visible.allInnerTexts();
    found[query] = { names, count: await count.innerText() };
    // The address can be kept, and finds the same.
    await page.reload();
    assert.equal(await field.inputValue(), query);
    assert.deepEqual(await visible.allInnerTexts(), names);
    assert.equal(await count.innerText(), found[query].count);
  }
  // What the page does not have, the server is asked for.
  const [first] = given.queries;
  await field.fill(first);
  await count.getByText(found[first].count, { exact: true }).waitFor();
  await field.fill("no such account");
  await page.getByRole("heading", { name: "No account matches" }).waitFor();
  await page.getByRole("link", { name: "Show all accounts" }).click();
  const cleared = await page.locator(".account:visible").count();
  assert.equal(new URL(page.url()).search, "");
  return { found, cleared };
});
