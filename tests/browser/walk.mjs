// What every walk through the pages shares. A walk reads what it is given from standard input and prints what it found,
// both as JSON. It fails when a browser complains: of the Content-Security-Policy, of a script, of what does not load.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { withChromium } from "./chromium.mjs";

const PATIENCE_MS = 20_000;
const SCREEN = { viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Europe/Berlin" };
const PICTURES = fileURLToPath(new URL("../../.vestibule/test/pictures/", import.meta.url));

/** A file for a picture that people can look at. */
export function picture(...names) {
  const file = `${path.join(PICTURES, ...names)}.png`;
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

/**
 * Does `steps`, which is passed a function that begins a person's browser, and what the walk is given. `refused` is what
 * a page asks for in vain on this walk.
 */
export async function walk(steps, { refused = null } = {}) {
  const given = JSON.parse(await text(process.stdin));
  const found = await withChromium(async (browser) => {
    const complaints = [];
    const begin = async (options) => {
      const context = await browser.newContext({ ...SCREEN, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      watch(context, { origin: given.origin, refused }, complaints);
      return context;
    };
    try {
      const found = await steps(begin, given);
      assert.deepEqual(complaints, []);
      return found;
    } catch (error) {
      await showFailure(browser);
      throw error;
    }
  });
  console.log(JSON.stringify(found ?? null));
}

function watch(context, { origin, refused }, complaints) {
  const ours = (address) => new URL(address).origin === origin;
  context.on("weberror", (error) => complaints.push(`script: ${error.error().stack}`));
  context.on("console", (message) => {
    const { url } = message.location();
    // A page that says no has a status that says so too.
    const foreseen = url === message.page()?.url() || refused?.test(url);
    const refusal = foreseen && /status of 4\d\d/.test(message.text());
    const elsewhere = url !== "" && !ours(url);
    if (["error", "warning"].includes(message.type()) && !refusal && !elsewhere) {
      complaints.push(`console: ${message.text()} (${url})`);
    }
  });
  context.on("request", (request) => {
    // A program's own page may ask the program for more.
    const known = ours(request.url()) || request.url().startsWith("http://127.0.0.1:");
    if (!request.isNavigationRequest() && !known) complaints.push(`foreign: ${request.url()}`);
  });
  context.on("response", (response) => {
    const { status, headers } = { status: response.status(), headers: response.headers() };
    if (!ours(response.url())) return;
    if (status >= 500) complaints.push(`status ${status}: ${response.url()}`);
    const isPage = headers["content-type"]?.startsWith("text/html");
    const guarded = headers["content-security-policy"]?.startsWith("default-src 'none'");
    const kept = headers["cache-control"] !== "no-store";
    if (isPage && (!guarded || kept)) complaints.push(`unguarded: ${response.url()}`);
  });
}

async function showFailure(browser) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  const name = path.basename(process.argv[1], ".mjs");
  for (const [index, page] of pages.entries()) {
    const file = picture("failed", `${name}-${index + 1}`);
    console.error(`at ${page.url()}, see ${file}`);
    await page.screenshot({ path: file, timeout: 3000 }).catch(() => {});
  }
}
