// A person finds an application in the portal and opens it.

import assert from "node:assert/strict";
import { enter } from "./person.mjs";
import { picture, walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const page = await enter(begin, given);
  const tiles = page.locator(".tile:visible");
  const names = () => page.locator(".tile:visible .tile-name").evaluateAll((all) => all.map((one) => one.firstChild.data));
  const shown = await names();
  await page.screenshot({ path: picture("applications", "all"), fullPage: true });
  await page.getByRole("link", { name: "Applications", exact: true }).click();
  assert.equal(new URL(page.url()).hash, "#applications");

  await page.getByRole("searchbox").fill(given.query);
  const found = { names: await names(), count: await page.locator("[data-applications-count]").innerText() };
  await page.reload();
  assert.deepEqual(await names(), found.names);
  await page.screenshot({ path: picture("applications", "found"), fullPage: true });

  // Nothing of the portal reaches the application but where the person comes from.
  const context = page.context();
  const arrived = [];
  await context.route(`${given.address}**`, async (route) => {
    arrived.push({ method: route.request().method(), headers: await route.request().allHeaders() });
    await route.fulfill({ contentType: "text/html", body: "<title>Reports</title>" });
  });
  const [opened] = await Promise.all([context.waitForEvent("page"), tiles.first().click()]);
  await opened.waitForLoadState();
  assert.equal(arrived.length, 1);
  const { referer, cookie } = arrived[0].headers;
  const opener = await opened.evaluate(() => window.opener);
  return { shown, found, opened: opened.url(), method: arrived[0].method, referer, cookie, opener };
});
