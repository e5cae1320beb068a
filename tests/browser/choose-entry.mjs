// A person follows links that do not say enough: to an account in which they have several permission sets, to one that is
// none of theirs, and to no console.

import assert from "node:assert/strict";
import { accountRow, enter, interceptConsole, shows, toConsole, way } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const page = await enter(begin, given);
  const context = page.context();
  const sent = await interceptConsole(context);
  const notice = page.locator(".notice");

  await page.goto(`${given.origin}${given.several}`);
  await notice.waitFor();
  const several = await notice.innerText();
  assert.ok(await accountRow(page, given.account).isVisible());
  assert.equal(await page.locator(".account:visible").count(), 1);
  const chosen = await toConsole(context, sent, () => way(page, "Console", given.account, given.role).click());

  await page.goto(`${given.origin}${given.stranger}`);
  await notice.waitFor();
  const stranger = await notice.innerText();

  await page.goto(`${given.origin}${given.elsewhere}`);
  await shows(page, "This link leads elsewhere");
  return { several, chosen, stranger };
});
