// The Chromium of this machine, as every script of this folder starts it.

import { existsSync } from "node:fs";
import process from "node:process";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/snap/bin/chromium", "/usr/bin/google-chrome"];

// Nothing outside this machine is reached, whatever a page asks for.
const ALONE = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", "--no-proxy-server"];

/** Starts a headless Chromium, passes it to `use`, and ends it whatever happens. */
export async function withChromium(use) {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error("no Chromium found: install it, or name it in the environment variable CHROMIUM");
  }
  const browser = await chromium.launch({
    executablePath,
    args: [...ALONE, "--disable-gpu", "--disable-quic"],
    // People have it: going back must be safe with it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    // Chromium refuses to run as root, as in a container, with its own sandbox on.
    chromiumSandbox: process.getuid() !== 0,
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}
