// usage: node consent.mjs [ADDRESS]
// A person follows the address that a program wants opened, signs in, and decides whether to let the program in.

import process from "node:process";
import { shows, signIn } from "./person.mjs";
import { walk } from "./walk.mjs";

const CALLBACK = /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback\?/;

await walk(async (begin, given) => {
  const page = await (await begin()).newPage();
  const seen = [];
  const look = async (heading) => {
    await shows(page, heading);
    seen.push({ heading, path: new URL(page.url()).pathname, text: await page.locator("main").innerText() });
  };

  await page.goto(process.argv[2] ?? given.address);
  await look("Sign in");
  await signIn(page, given.person);
  if (given.userCode) {
    await look("Enter the code");
    await page.getByLabel("Code").pressSequentially(given.userCode.replace("-", "").toLowerCase());
    await page.getByRole("button", { name: "Continue" }).click();
  }
  await look("Allow access?");
  await page.getByRole("button", { name: given.allow ? "Allow" : "Deny" }).click();
  if (given.userCode) await look(given.allow ? "You are signed in" : "Access denied");
  else await page.waitForURL(CALLBACK);
  return seen;
});
