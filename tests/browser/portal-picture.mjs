// Takes the README's picture of the portal.

import { enter, unfold } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const page = await enter(begin, given, { colorScheme: "light" });
  await unfold(page, given.account);
  await page.locator("h1").click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: given.file });
});
