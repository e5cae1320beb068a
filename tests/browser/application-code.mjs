// A person follows an application to the sign-in form, and arrives back at the application once signed in.

import { createServer } from "node:http";
import { shows, signIn } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, { origin, address, port, person }) => {
  const application = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end("<h1>Arrived</h1>");
  });
  await new Promise((listening) => application.listen(port, "127.0.0.1", listening));
  try {
    const page = await (await begin()).newPage();
    await page.goto(`${origin}${address}`);
    await shows(page, "Sign in");
    const signInPage = await page.locator("main").innerText();
    await signIn(page, person);
    await shows(page, "Arrived");
    return { signInPage, arrived: page.url() };
  } finally {
    application.closeAllConnections();
    application.close();
  }
});
