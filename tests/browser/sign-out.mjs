// A person signs out; then nothing is left: not behind the back button, not in another tab, not with the old cookie.

import assert from "node:assert/strict";
import { enter, shows, signOut, unfold, way } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const page = await enter(begin, given);
  const context = page.context();
  const address = page.url();
  const other = await context.newPage();
  await other.goto(address);
  await unfold(other, given.account);
  const cookies = await context.cookies();
  const session = cookies.find((cookie) => cookie.name === "vestibule");
  assert.ok(session.httpOnly && session.sameSite === "Lax", JSON.stringify(session));

  await signOut(page);
  assert.ok(!(await context.cookies()).some((cookie) => cookie.name === "vestibule"), "the cookie stayed");
  await page.goBack({ waitUntil: "commit" });
  await shows(page, "Sign in");
  assert.ok(!(await page.content()).includes(given.accountId), "the accounts are still there");

  await way(other, "Access keys", given.account, given.role).click();
  await shows(other, "Sign in");

  const thief = await begin();
  await thief.addCookies(cookies);
  const stolen = await thief.newPage();
  await stolen.goto(address);
  await shows(stolen, "Sign in");
  const keys = new URL("/authorize/portal-credentials", given.origin);
  keys.search = new URLSearchParams({ account_id: given.accountId, role_name: given.role });
  const headers = { "x-vestibule-portal": "1" };
  const answer = await thief.request.get(keys.href, { headers });
  assert.equal(answer.status(), 401);
}, { refused: /\/authorize\/portal-credentials\?/ });
