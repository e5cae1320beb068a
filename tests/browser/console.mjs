// A person opens the AWS console: from the portal, and by links that lead there, signed in and not.

import { enter, interceptConsole, shows, signIn, toConsole, unfold, way } from "./person.mjs";
import { walk } from "./walk.mjs";

await walk(async (begin, given) => {
  const { origin, person, account, role, links } = given;
  const page = await enter(begin, given);
  const context = page.context();
  const sent = await interceptConsole(context);
  await unfold(page, account);
  const button = way(page, "Console", account, role);
  const portal = await toConsole(context, sent, () => button.click());

  const signedIn = {};
  const signedOut = {};
  for (const [name, link] of Object.entries(links)) {
    const tab = await context.newPage();
    signedIn[name] = await toConsole(context, sent, () => tab.goto(`${origin}${link}`, { waitUntil: "commit" }));

    const fresh = await begin();
    const freshlySent = await interceptConsole(fresh);
    const first = await fresh.newPage();
    await first.goto(`${origin}${link}`);
    await signIn(first, { ...person, password: "mistyped" });
    await first.getByRole("alert").waitFor();
    signedOut[name] = await toConsole(fresh, freshlySent, () => signIn(first, person));
    await fresh.close();
  }
  await shows(page, "AWS accounts");
  return { portal, signedIn, signedOut };
});
