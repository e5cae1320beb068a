// usage: node title.mjs URL
// Prints a page's title: shows that scripts here can drive a browser.

import process from "node:process";
import { withChromium } from "./chromium.mjs";

await withChromium(async (browser) => {
  const page = await browser.newPage();
  await page.goto(process.argv[2]);
  console.log(await page.title());
});
