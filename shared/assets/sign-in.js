// A shortcut link keeps its way in the fragment, which a server never sees: the form's address carries it, and the
// browser takes it along through the redirects that follow (Fetch standard, HTTP-redirect fetch).
"use strict";

for (const form of document.querySelectorAll("[data-carry-fragment]")) {
  if (location.hash.startsWith("#/")) form.action += location.hash;
}
