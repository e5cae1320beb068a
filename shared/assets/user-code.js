// Writes a user code as people read it: upper case, with a hyphen in the middle.
"use strict";

const input = document.querySelector("[data-user-code]");
input.addEventListener("input", () => {
  if (input.selectionStart !== input.value.length) return;
  const code = input.value.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 8);
  input.value = code.length > 4 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
});
