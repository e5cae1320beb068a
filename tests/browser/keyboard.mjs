// A person who has no mouse signs in, searches, copies access keys, opens the console, and signs out.

import assert from "node:assert/strict";
import { interceptConsole, shows, toConsole } from "./person.mjs";
import { walk } from "./walk.mjs";

const MOST_STEPS = 40;

/** What has the focus: its name, and whether one sees that it has. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return { name: "", visible: true };
    const shown = element.matches(".unseen, .segments input, .search input") ? element.parentElement : element;
    const visible = [shown, element, element.nextElementSibling].some((candidate) => {
      const style = candidate && getComputedStyle(candidate);
      return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
    return { name: name.replace(/\s+/g, " ").trim(), visible };
  });
}

/** Presses Tab until what has the focus is called `wanted`. */
async function tabTo(page, wanted) {
  const passed = [];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press("Tab");
    const { name, visible } = await focused(page);
    // Past the last place, the browser's own controls have their turn.
    if (name === "") continue;
    assert.ok(visible, `one does not see that \`${name}\` has the focus`);
    passed.push(name);
    if (wanted.test(name)) return passed;
  }
  throw new Error(`Tab never comes to ${wanted}: ${passed.join(" | ")}`);
}

await walk(async (begin, given) => {
  const { origin, person, account, role } = given;
  const context = await begin({ permissions: ["clipboard-read", "clipboard-write"] });
  const sent = await interceptConsole(context);
  const page = await context.newPage();
  const { keyboard } = page;

  await page.goto(`${origin}/start/`);
  await shows(page, "Sign in");
  await keyboard.type(person.userName);
  await tabTo(page, /^Password$/);
  await keyboard.type(person.password);
  await keyboard.press("Enter");
  await shows(page, "AWS accounts");

  // The first Tab offers the way around the header.
  const [first] = await tabTo(page, /^Skip to content$/);
  assert.equal(first, "Skip to content");
  await keyboard.press("Enter");
  await tabTo(page, /^Search by/);
  await keyboard.type(account);

  await tabTo(page, new RegExp(`^${account}\\b`));
  await keyboard.press("Enter");
  await tabTo(page, new RegExp(`^Access keys of ${account} as ${role}$`));
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Access keys" });
  await dialog.getByText("Valid until").waitFor();
  await tabTo(page, /^bash$/);
  await keyboard.press("ArrowRight");
  assert.ok(await dialog.getByRole("radio", { name: "PowerShell" }).isChecked());
  await tabTo(page, /^Copy the variables for PowerShell$/);
  await keyboard.press("Enter");
  await dialog.getByText("Copied", { exact: true }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.match((await focused(page)).name, new RegExp(`^Access keys of ${account} as ${role}$`));

  await keyboard.press("Shift+Tab");
  assert.match((await focused(page)).name, new RegExp(`^Console of ${account} as ${role}`));
  const opened = await toConsole(context, sent, () => keyboard.press("Enter"));

  await page.bringToFront();
  await page.goto(`${origin}/start/`);
  await tabTo(page, /account menu$/);
  await keyboard.press("Enter");
  await keyboard.press("Escape");
  assert.equal(await page.locator(".menu").getAttribute("open"), null);
  await keyboard.press("Enter");
  await tabTo(page, /^Sign out$/);
  await keyboard.press("Enter");
  await shows(page, "You are signed out");
  return { copied, relayState: opened.fields.RelayState };
});
